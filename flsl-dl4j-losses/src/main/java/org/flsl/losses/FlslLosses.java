package org.flsl.losses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The terms of the FLSL objective, unweighted: by default {@link IntraView}, {@link InterView} and
 * {@link Volume}.
 *
 * <p>Everything is computed from log-softmax and with {@code 0 log 0 = 0}, so that neither a
 * one-hot mean nor an underflowing probability gives NaN (the published code's form does).
 *
 * <p>With centring, the alternative to the volume term, the centre c is a parameter that {@link
 * org.flsl.training} updates and that no gradient reaches; otherwise c = 0.
 *
 * <p>Inputs: queries {@code [B, n, C]}, student modes {@code [B, n, C]}, student logits {@code [B,
 * n, K]}, teacher logits {@code [B, n, K]}, and where a term reads them the student's and the
 * teacher's modes behind the projection head, {@code [B, n, bottleneck]}. Output: {@code [1,
 * terms]}, in their order.
 */
public final class FlslLosses extends CompiledVertex {

  /** Name of the parameter that holds the centre of the teacher's logits, {@code [1, K]}. */
  public static final String CENTRE = "centre";

  static final String EMBEDDINGS = "embeddings";
  static final String TEACHER_EMBEDDINGS = "teacherEmbeddings";

  @JsonProperty private List<LossTerm> terms;
  @JsonProperty private int centroids;
  @JsonProperty private ISchedule studentTemperature;
  @JsonProperty private ISchedule teacherTemperature;
  @JsonProperty private boolean centring;
  @JsonProperty private double[] prior;

  private FlslLosses() {}

  /**
   * The terms for a number of centroids.
   *
   * @param terms what is computed, at least one
   * @param centroids K, at least 2
   * @param studentTemperature T_s
   * @param teacherTemperature T_t
   * @param centring whether the teacher's logits are centred
   * @param prior what the mean assignment should be, K positive numbers that sum to one; null for
   *     uniform
   * @throws IllegalArgumentException if there is no term, too few centroids, or no such prior
   */
  public FlslLosses(
      List<LossTerm> terms,
      int centroids,
      ISchedule studentTemperature,
      ISchedule teacherTemperature,
      boolean centring,
      double[] prior) {
    this.terms = List.copyOf(terms);
    this.centroids = centroids;
    this.studentTemperature = Objects.requireNonNull(studentTemperature, "studentTemperature");
    this.teacherTemperature = Objects.requireNonNull(teacherTemperature, "teacherTemperature");
    this.centring = centring;
    this.prior = prior == null ? null : prior.clone();
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("FLSL losses: at least one term is needed, got none");
    }
    if (centroids < 2) {
      throw new IllegalArgumentException(
          "FLSL losses: centroids must be at least 2, got " + centroids);
    }
    if (prior != null) {
      requirePrior(prior, centroids);
    }
  }

  /**
   * Refuses what no mean assignment can be, for those who take a prior long before there are
   * losses.
   *
   * @param prior what the mean assignment should be
   * @param centroids K
   * @throws IllegalArgumentException if these are not K positive numbers that sum to one
   */
  public static void requirePrior(double[] prior, int centroids) {
    double sum = Arrays.stream(prior).sum();
    boolean positive = Arrays.stream(prior).allMatch(p -> p > 0);
    if (prior.length != centroids || !positive || Math.abs(sum - 1) > 1e-6) {
      throw new IllegalArgumentException(
          String.format(
              "The prior needs %d positive numbers that sum to 1, but has %d numbers that sum to %s%s",
              centroids, prior.length, sum, positive ? "" : ", some of them not positive"));
    }
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    List<String> inputs = new ArrayList<>(List.of("queries", "modes", "logits", "teacherLogits"));
    if (readsEmbeddings()) {
      inputs.addAll(List.of(EMBEDDINGS, TEACHER_EMBEDDINGS));
    }
    params.defineInputs(inputs.toArray(String[]::new));
    if (centring) {
      params.addBiasParam(CENTRE, 1, centroids);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.values().forEach(centre -> centre.assign(0));
  }

  @Override
  protected SDVariable define(Definition d) {
    TermInputs inputs = new TermInputs(d, this);
    SDVariable[] values =
        terms.stream().map(term -> term.define(inputs).reshape(1, 1)).toArray(SDVariable[]::new);
    return d.sameDiff().concat(1, values);
  }

  /**
   * The student's mean assignment, {@code mean softmax(l_s / T_s)} over all queries.
   *
   * @param logits {@code [B, n, K]}
   * @return {@code [K]}
   */
  public static INDArray meanAssignment(INDArray logits, double temperature) {
    INDArray rows = logits.reshape('c', -1, logits.size(2));
    return Nd4j.nn().softmax(rows.div(temperature), 1).mean(0);
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    for (INDArray input : inputs) {
      boolean fits =
          input.rank() == 3
              && input.size(0) == inputs[0].size(0)
              && input.size(1) == inputs[0].size(1);
      if (!fits) {
        throw new IllegalArgumentException(
            String.format(
                "%s: expected %d sequences of one batch with equally many queries, but got the shapes %s",
                name(), inputs.length, shapes(inputs)));
      }
    }
    // Logits of another width would pass for those of more or fewer queries.
    boolean fit =
        inputs[0].size(2) == inputs[1].size(2)
            && inputs[2].size(2) == centroids
            && inputs[3].size(2) == centroids
            && (!readsEmbeddings() || inputs[4].size(2) == inputs[5].size(2));
    if (!fit) {
      throw new IllegalArgumentException(
          String.format(
              "%s: expected queries and modes of one width, logits of width %d and embeddings of one"
                  + " width, but got the shapes %s",
              name(), centroids, shapes(inputs)));
    }
  }

  private static List<String> shapes(INDArray[] inputs) {
    return Arrays.stream(inputs).map(INDArray::shape).map(Arrays::toString).toList();
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    expectInputs(inputs.length);
    InputType.InputTypeRecurrent queries = TokenTypes.expectSequence(name(), inputs[0]);
    TokenTypes.expectSequence(name(), inputs[1], queries.getSize());
    TokenTypes.expectSequence(name(), inputs[2], centroids);
    TokenTypes.expectSequence(name(), inputs[3], centroids);
    if (readsEmbeddings()) {
      InputType.InputTypeRecurrent embeddings = TokenTypes.expectSequence(name(), inputs[4]);
      TokenTypes.expectSequence(name(), inputs[5], embeddings.getSize());
    }
    return InputType.feedForward(terms.size());
  }

  /** Whether one of the terms reads the modes behind the heads. */
  public boolean readsEmbeddings() {
    return terms.stream().anyMatch(LossTerm::readsEmbeddings);
  }

  /** The terms in the order of the output. */
  public List<LossTerm> terms() {
    return terms;
  }

  /** K. */
  public int centroids() {
    return centroids;
  }

  /** T_s. */
  public ISchedule studentTemperature() {
    return studentTemperature;
  }

  /** T_t. */
  public ISchedule teacherTemperature() {
    return teacherTemperature;
  }

  double[] prior() {
    return prior;
  }

  /** Whether the teacher's logits are centred. */
  public boolean isCentring() {
    return centring;
  }

  @Override
  public GraphVertex clone() {
    FlslLosses copy =
        new FlslLosses(
            terms,
            centroids,
            studentTemperature.clone(),
            teacherTemperature.clone(),
            centring,
            prior);
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FlslLosses that
        && terms.equals(that.terms)
        && centroids == that.centroids
        && studentTemperature.equals(that.studentTemperature)
        && teacherTemperature.equals(that.teacherTemperature)
        && centring == that.centring
        && Arrays.equals(prior, that.prior);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        terms, centroids, studentTemperature, teacherTemperature, centring, Arrays.hashCode(prior));
  }
}
