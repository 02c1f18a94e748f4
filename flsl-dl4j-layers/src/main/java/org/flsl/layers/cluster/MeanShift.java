package org.flsl.layers.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.PackedViews;
import org.flsl.layers.samediff.Softmax;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * One step of mean shift: moves every query to the mean of the tokens that are like it, its mode.
 *
 * <p>{@code mode = softmax(tau q Z^T) Z}: attention without parameters, in which the tokens are
 * both keys and values (FLSL, section 3.2). As self-attention the queries look at the tokens of
 * their own view, and the gradient goes through queries, keys and values. As cross-attention they
 * look at the teacher's view; that vertex belongs behind a frozen teacher and is frozen itself.
 *
 * <p>With a previous stage, {@code A = mu softmax(tau q Z^T) + (1 - mu) A_prev}, rows renormalised,
 * and {@code mode = A Z}.
 *
 * <p>Inputs: queries q {@code [B, n, C]}, tokens Z {@code [B, T, C]}, and A_prev {@code [B, n, T]}
 * for the mixture. Output: modes {@code [B, n, C]}.
 */
public final class MeanShift extends CompiledVertex {
  @JsonProperty private ISchedule temperature;
  @JsonProperty private ISchedule mixture;
  @JsonProperty private List<Long> queryViews;
  @JsonProperty private List<Long> tokenViews;

  private MeanShift() {}

  private MeanShift(
      ISchedule temperature, ISchedule mixture, List<Long> queryViews, List<Long> tokenViews) {
    this.temperature = Objects.requireNonNull(temperature, "temperature");
    this.mixture = mixture;
    this.queryViews = queryViews;
    this.tokenViews = tokenViews;
  }

  /**
   * Mean shift of queries inside their own view.
   *
   * @param temperature tau, which multiplies (an inverse temperature)
   * @param queries queries of each view
   * @param tokens tokens of each view
   */
  public static MeanShift self(ISchedule temperature, PackedViews queries, PackedViews tokens) {
    if (queries.sizes().size() != tokens.sizes().size()) {
      throw new IllegalArgumentException(
          String.format(
              "Mean shift: queries of %d views do not fit tokens of %d views",
              queries.sizes().size(), tokens.sizes().size()));
    }
    return new MeanShift(temperature, null, queries.sizes(), tokens.sizes());
  }

  /**
   * Mean shift of all queries among all tokens.
   *
   * @param temperature tau, which multiplies (an inverse temperature)
   */
  public static MeanShift cross(ISchedule temperature) {
    return new MeanShift(temperature, null, null, null);
  }

  /**
   * Mean shift among all tokens, guided by the attention of a previous stage.
   *
   * @param temperature tau, which multiplies (an inverse temperature)
   * @param mixture mu, the share of this stage's own attention, between 0 and 1
   */
  public static MeanShift guided(ISchedule temperature, ISchedule mixture) {
    return new MeanShift(temperature, Objects.requireNonNull(mixture, "mixture"), null, null);
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    if (mixture == null) {
      params.defineInputs("queries", "tokens");
    } else {
      params.defineInputs("queries", "tokens", "previousAttention");
    }
  }

  @Override
  protected SDVariable define(Definition d) {
    SDVariable queries = d.inputs().get("queries");
    SDVariable tokens = d.inputs().get("tokens");
    SDVariable tau = d.scheduled("tau", temperature);
    if (mixture != null) {
      return guided(d, queries, tokens, tau);
    }
    long width = tokens.getShape()[2];
    PackedViews queryPacking = packing(queryViews, queries);
    PackedViews tokenPacking = packing(tokenViews, tokens);
    return shift(d, queries, tokens, tau, queryPacking, tokenPacking, width);
  }

  private static PackedViews packing(List<Long> views, SDVariable sequence) {
    return views == null ? PackedViews.of(sequence.getShape()[1]) : new PackedViews(views);
  }

  private record Part(SDVariable queries, SDVariable tokens, SDVariable weights) {}

  private static SDVariable shift(
      Definition d,
      SDVariable queries,
      SDVariable tokens,
      SDVariable tau,
      PackedViews queryViews,
      PackedViews tokenViews,
      long width) {
    SameDiff sd = d.sameDiff();
    List<PackedViews.Group> queryGroups = queryViews.groups(tokenViews);
    List<PackedViews.Group> tokenGroups = tokenViews.groups(queryViews);
    List<Part> parts = new ArrayList<>();
    List<SDVariable> modes = new ArrayList<>();
    for (int i = 0; i < queryGroups.size(); i++) {
      SDVariable q = queryViews.cut(d, queries, queryGroups.get(i), width);
      SDVariable z = tokenViews.cut(d, tokens, tokenGroups.get(i), width);
      SDVariable weights = sd.nn.softmax(sd.mmul(q.mul(tau), z, false, true, false), -1);
      parts.add(new Part(q, z, weights));
      modes.add(sd.mmul(weights, z));
    }
    SDVariable output = PackedViews.join(d, modes, queryGroups, width);
    return d.withGradient(
        output,
        List.of(queries, tokens),
        dy -> {
          List<SDVariable> dqs = new ArrayList<>();
          List<SDVariable> dzs = new ArrayList<>();
          for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            SDVariable dMode = queryViews.cut(d, dy, queryGroups.get(i), width);
            SDVariable dWeights = sd.mmul(dMode, part.tokens(), false, true, false);
            SDVariable dScores = Softmax.gradient(d, part.weights(), dWeights).mul(tau);
            dqs.add(sd.mmul(dScores, part.tokens()));
            SDVariable asValues = sd.mmul(part.weights(), dMode, true, false, false);
            SDVariable asKeys = sd.mmul(dScores, part.queries(), true, false, false);
            dzs.add(asValues.add(asKeys));
          }
          return List.of(
              PackedViews.join(d, dqs, queryGroups, width),
              PackedViews.join(d, dzs, tokenGroups, width));
        });
  }

  private SDVariable guided(Definition d, SDVariable queries, SDVariable tokens, SDVariable tau) {
    SameDiff sd = d.sameDiff();
    SDVariable own = sd.nn.softmax(sd.mmul(queries.mul(tau), tokens, false, true, false), -1);
    SDVariable mu = d.scheduled("mixture", mixture);
    SDVariable previous = d.inputs().get("previousAttention");
    SDVariable mixed = own.mul(mu).add(previous.mul(mu.rsub(1)));
    return sd.mmul(mixed.div(mixed.sum(true, -1)), tokens);
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    INDArray queries = inputs[0];
    INDArray tokens = inputs[1];
    TokenTypes.checkQueries(name(), queries, tokens);
    checkViews("queries", queryViews, queries.size(1));
    checkViews("tokens", tokenViews, tokens.size(1));
    if (mixture != null) {
      checkPrevious(inputs[2].shape(), queries.size(0), queries.size(1), tokens.size(1));
    }
  }

  private void checkViews(String what, List<Long> views, long found) {
    if (views != null) {
      new PackedViews(views).check(name(), what, found);
    }
  }

  /** Without it the attention of a single query would do for all of them. */
  private void checkPrevious(long[] shape, long... expected) {
    if (!Arrays.equals(shape, expected)) {
      throw new IllegalArgumentException(
          String.format(
              "%s: previous attention has the shape %s, expected [batch, queries, tokens], here %s",
              name(), Arrays.toString(shape), Arrays.toString(expected)));
    }
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    expectInputs(inputs.length);
    InputType.InputTypeRecurrent queries = TokenTypes.expectSequence(name(), inputs[0]);
    InputType.InputTypeRecurrent tokens =
        TokenTypes.expectSequence(name(), inputs[1], queries.getSize());
    expectViews("queries", queryViews, queries);
    expectViews("tokens", tokenViews, tokens);
    if (mixture != null) {
      expectRows(
          TokenTypes.expectColumns(name(), "previous attention", inputs[2], tokens), queries);
    }
    return queries;
  }

  private void expectViews(String what, List<Long> views, InputType.InputTypeRecurrent sequence) {
    if (TokenTypes.isKnown(sequence)) {
      checkViews(what, views, sequence.getTimeSeriesLength());
    }
  }

  private void expectRows(
      InputType.InputTypeRecurrent previous, InputType.InputTypeRecurrent queries) {
    if (TokenTypes.isKnown(previous)
        && TokenTypes.isKnown(queries)
        && previous.getTimeSeriesLength() != queries.getTimeSeriesLength()) {
      throw new InvalidInputTypeException(
          String.format(
              "%s: the previous attention [batch, queries, tokens] has a row for %d queries, but"
                  + " there are %d queries",
              name(), previous.getTimeSeriesLength(), queries.getTimeSeriesLength()));
    }
  }

  /** tau. */
  public ISchedule temperature() {
    return temperature;
  }

  /** Queries of each view; empty if all queries look at all tokens. */
  public List<Long> queryViews() {
    return queryViews == null ? List.of() : List.copyOf(queryViews);
  }

  /** Tokens of each view; empty if all queries look at all tokens. */
  public List<Long> tokenViews() {
    return tokenViews == null ? List.of() : List.copyOf(tokenViews);
  }

  @Override
  public GraphVertex clone() {
    MeanShift copy =
        new MeanShift(
            temperature.clone(), mixture == null ? null : mixture.clone(), queryViews, tokenViews);
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MeanShift that
        && temperature.equals(that.temperature)
        && Objects.equals(mixture, that.mixture)
        && Objects.equals(queryViews, that.queryViews)
        && Objects.equals(tokenViews, that.tokenViews);
  }

  @Override
  public int hashCode() {
    return Objects.hash(temperature, mixture, queryViews, tokenViews);
  }
}
