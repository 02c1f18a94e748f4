package org.flsl.layers.cluster;

import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.flsl.layers.Init;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledLayer;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.ExactGelu;
import org.flsl.layers.samediff.Linear;
import org.flsl.layers.samediff.UnitRows;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The MLP that carries modes to the space of the centroids, ending in vectors of length one.
 *
 * <p>{@code y = unit(fc2(gelu(fc1(gelu(fc0(x))))))}, with the paper's widths C, 2048, 2048, 256.
 * {@link Prototypes} follow. Input {@code [B, n, C]}, output {@code [B, n, bottleneck]}.
 */
public final class ProjectionHead extends CompiledLayer {
  @JsonProperty private int width;
  @JsonProperty private int hidden;
  @JsonProperty private int bottleneck;

  private ProjectionHead() {}

  private ProjectionHead(Builder builder) {
    super(builder);
    this.width = builder.width;
    this.hidden = builder.hidden;
    this.bottleneck = builder.bottleneck;
    if (width < 1 || hidden < 1 || bottleneck < 1) {
      throw new IllegalArgumentException(
          String.format(
              "Projection head: width %d, hidden %d and bottleneck %d must be positive",
              width, hidden, bottleneck));
    }
  }

  /** Starts a head with the paper's widths. */
  public static Builder builder(int width) {
    return new Builder(width);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("fc0W", width, hidden);
    params.addWeightParam("fc1W", hidden, hidden);
    params.addWeightParam("fc2W", hidden, bottleneck);
    params.addBiasParam("fc0B", hidden);
    params.addBiasParam("fc1B", hidden);
    params.addBiasParam("fc2B", bottleneck);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) -> {
          if (name.endsWith("W")) {
            Init.normal(array);
          } else {
            array.assign(0);
          }
        });
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    long tokens = input.getShape()[1];
    SDVariable x = input.reshape(-1, width);
    x = ExactGelu.apply(d, Linear.apply(d, x, d.param("fc0W"), d.param("fc0B")));
    x = ExactGelu.apply(d, Linear.apply(d, x, d.param("fc1W"), d.param("fc1B")));
    x = Linear.apply(d, x, d.param("fc2W"), d.param("fc2B"));
    return UnitRows.apply(d, x).reshape(-1, tokens, bottleneck);
  }

  @Override
  public void validateInput(INDArray input) {
    TokenTypes.checkSequence(name(), input, width);
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    long tokens = TokenTypes.expectSequence(name(), input, width).getTimeSeriesLength();
    return TokenTypes.sequence(bottleneck, tokens);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProjectionHead that
        && super.equals(other)
        && width == that.width
        && hidden == that.hidden
        && bottleneck == that.bottleneck;
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(width, hidden, bottleneck);
  }

  /** Builds a {@link ProjectionHead}. */
  public static final class Builder extends SameDiffLayer.Builder<Builder> {
    private final int width;
    private int hidden = 2048;
    private int bottleneck = 256;

    private Builder(int width) {
      this.width = width;
    }

    /** Units of both hidden layers; default 2048. */
    public Builder hidden(int hidden) {
      this.hidden = hidden;
      return this;
    }

    /** Width of the output; default 256. */
    public Builder bottleneck(int bottleneck) {
      this.bottleneck = bottleneck;
      return this;
    }

    @Override
    @SuppressWarnings("unchecked")
    public ProjectionHead build() {
      return new ProjectionHead(this);
    }
  }
}
