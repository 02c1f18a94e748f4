package org.flsl.layers.cluster;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.flsl.layers.Init;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledLayer;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.UnitRows;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The centroids of the second-level clustering: how close is a projected mode to each of them?
 *
 * <p>{@code logits_k = x . v_k / |v_k|}: a linear layer without bias whose rows are weight-normed
 * with a gain fixed at one. Input {@code [B, n, width]}, output {@code [B, n, K]}.
 */
public final class Prototypes extends CompiledLayer {
  @JsonProperty private int width;
  @JsonProperty private int centroids;

  private Prototypes() {}

  private Prototypes(Builder builder) {
    super(builder);
    this.width = builder.width;
    this.centroids = builder.centroids;
    if (width < 1 || centroids < 2) {
      throw new IllegalArgumentException(
          String.format(
              "Prototypes: need a positive width and at least 2 centroids, got %d and %d",
              width, centroids));
    }
  }

  /** Starts {@code centroids} prototypes of the given width. */
  public static Builder builder(int width, int centroids) {
    return new Builder(width, centroids);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("prototypes", centroids, width);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    Init.uniform(params.get("prototypes"), width);
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    SameDiff sd = d.sameDiff();
    long tokens = input.getShape()[1];
    SDVariable x = input.reshape(-1, width);
    SDVariable units = UnitRows.apply(d, d.param("prototypes"));
    SDVariable logits = sd.mmul(x, units, false, true, false);
    d.withGradient(
        logits,
        List.of(x, units),
        dy -> List.of(sd.mmul(dy, units), sd.mmul(dy, x, true, false, false)));
    return logits.reshape(-1, tokens, centroids);
  }

  @Override
  public void validateInput(INDArray input) {
    TokenTypes.checkSequence(name(), input, width);
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    long tokens = TokenTypes.expectSequence(name(), input, width).getTimeSeriesLength();
    return TokenTypes.sequence(centroids, tokens);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Prototypes that
        && super.equals(other)
        && width == that.width
        && centroids == that.centroids;
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(width, centroids);
  }

  /** Builds {@link Prototypes}. */
  public static final class Builder extends SameDiffLayer.Builder<Builder> {
    private final int width;
    private final int centroids;

    private Builder(int width, int centroids) {
      this.width = width;
      this.centroids = centroids;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Prototypes build() {
      return new Prototypes(this);
    }
  }
}
