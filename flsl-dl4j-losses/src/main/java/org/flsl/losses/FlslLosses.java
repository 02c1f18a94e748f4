package org.flsl.losses;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.BatchPart;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.Softmax;
import org.flsl.layers.samediff.UnitRows;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The three terms of the FLSL objective, unweighted.
 *
 * <ul>
 *   <li>intra-view, the first level: {@code 2 - 2 mean cos(q, mode)} draws queries to their modes;
 *   <li>inter-view, the second level: {@code -mean sum_k P_t log P_s} with {@code P_s = softmax(l_s
 *       / T_s)} and {@code P_t = softmax((l_t - c) / T_t)}, the teacher's assignment, which gets no
 *       gradient;
 *   <li>volume: {@code KL(mean P_s || prior)}, which keeps all clusters in use.
 * </ul>
 *
 * <p>Means run over all queries of all views and images. Everything is computed from log-softmax
 * and with {@code 0 log 0 = 0}, so that neither a one-hot mean nor an underflowing probability
 * gives NaN (the published code's form does).
 *
 * <p>With centring, the alternative to the volume term, the centre c is a parameter that {@link
 * org.flsl.training} updates and that no gradient reaches; otherwise c = 0.
 *
 * <p>Inputs: queries {@code [B, n, C]}, student modes {@code [B, n, C]}, student logits {@code [B,
 * n, K]}, teacher logits {@code [B, n, K]}. Output: {@code [1, 3]}: intra, inter, volume.
 */
public final class FlslLosses extends CompiledVertex {

  /** Name of the parameter that holds the centre of the teacher's logits, {@code [1, K]}. */
  public static final String CENTRE = "centre";

  /**
   * Name of the student's mean assignment {@code [K]}, on which the volume term depends; for {@link
   * BatchPart#missing}.
   */
  public static final String MEAN_ASSIGNMENT = "meanAssignment";

  /** The terms in the order of the output. */
  public enum Term {
    /** First level: mean shift inside a view. */
    INTRA,
    /** Second level: k-means across views. */
    INTER,
    /** Divergence of the mean assignment from the prior. */
    VOLUME
  }

  @JsonProperty private int centroids;
  @JsonProperty private ISchedule studentTemperature;
  @JsonProperty private ISchedule teacherTemperature;
  @JsonProperty private boolean centring;
  @JsonProperty private double[] prior;

  private FlslLosses() {}

  /**
   * The terms for a number of centroids.
   *
   * @param centroids K
   * @param studentTemperature T_s
   * @param teacherTemperature T_t
   * @param centring whether the teacher's logits are centred
   * @param prior what the mean assignment should be, K positive numbers that sum to one; null for
   *     uniform
   */
  public FlslLosses(
      int centroids,
      ISchedule studentTemperature,
      ISchedule teacherTemperature,
      boolean centring,
      double[] prior) {
    this.centroids = centroids;
    this.studentTemperature = Objects.requireNonNull(studentTemperature, "studentTemperature");
    this.teacherTemperature = Objects.requireNonNull(teacherTemperature, "teacherTemperature");
    this.centring = centring;
    this.prior = prior == null ? null : prior.clone();
    if (prior != null) {
      checkPrior();
    }
  }

  private void checkPrior() {
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
    params.defineInputs("queries", "modes", "logits", "teacherLogits");
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
    SameDiff sd = d.sameDiff();
    SDVariable logits = d.inputs().get("logits").reshape(-1, centroids);
    SDVariable logP =
        Softmax.log(d, logits.div(d.scheduled("studentTemperature", studentTemperature)));
    SDVariable intra = intra(d);
    SDVariable inter = teacher(d).mul(logP).sum(1).mean().neg();
    SDVariable mean = d.batchMean(MEAN_ASSIGNMENT, sd.math.exp(logP).mean(0), centroids);
    SDVariable volume = volume(d, mean);
    return sd.concat(1, intra.reshape(1, 1), inter.reshape(1, 1), volume.reshape(1, 1));
  }

  private static SDVariable intra(Definition d) {
    SDVariable queries = d.inputs().get("queries");
    long width = queries.getShape()[2];
    SDVariable q = UnitRows.apply(d, queries.reshape(-1, width));
    SDVariable mode = UnitRows.apply(d, d.inputs().get("modes").reshape(-1, width));
    return q.mul(mode).sum(1).mean().mul(-2).add(2);
  }

  private SDVariable teacher(Definition d) {
    SameDiff sd = d.sameDiff();
    SDVariable logits = d.inputs().get("teacherLogits").reshape(-1, centroids);
    if (centring) {
      logits = logits.sub(d.param(CENTRE));
    }
    SDVariable scaled = logits.div(d.scheduled("teacherTemperature", teacherTemperature));
    return d.stopGradient(sd.nn.softmax(scaled, -1));
  }

  private SDVariable volume(Definition d, SDVariable mean) {
    SameDiff sd = d.sameDiff();
    double tiny = d.dataType().width() == 8 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    SDVariable negativeEntropy = mean.mul(sd.math.log(sd.math.max(mean, d.constant(tiny)))).sum();
    if (prior == null) {
      return negativeEntropy.add(Math.log(centroids));
    }
    double[] logPrior = Arrays.stream(prior).map(Math::log).toArray();
    SDVariable log = sd.constant(Nd4j.createFromArray(logPrior).castTo(d.dataType()));
    return negativeEntropy.sub(mean.mul(log).sum());
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
      boolean fits = input.rank() == 3 && input.size(1) == inputs[0].size(1);
      if (!fits) {
        throw new IllegalArgumentException(
            String.format(
                "%s: expected four sequences with equally many queries, but got the shapes %s",
                name(), Arrays.stream(inputs).map(INDArray::shape).map(Arrays::toString).toList()));
      }
    }
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    InputType.InputTypeRecurrent queries = TokenTypes.expectSequence(name(), inputs[0]);
    TokenTypes.expectSequence(name(), inputs[1], queries.getSize());
    TokenTypes.expectSequence(name(), inputs[2], centroids);
    TokenTypes.expectSequence(name(), inputs[3], centroids);
    return InputType.feedForward(Term.values().length);
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

  /** Whether the teacher's logits are centred. */
  public boolean isCentring() {
    return centring;
  }

  @Override
  public GraphVertex clone() {
    FlslLosses copy =
        new FlslLosses(
            centroids, studentTemperature.clone(), teacherTemperature.clone(), centring, prior);
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FlslLosses that
        && centroids == that.centroids
        && studentTemperature.equals(that.studentTemperature)
        && teacherTemperature.equals(that.teacherTemperature)
        && centring == that.centring
        && Arrays.equals(prior, that.prior);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        centroids, studentTemperature, teacherTemperature, centring, Arrays.hashCode(prior));
  }
}
