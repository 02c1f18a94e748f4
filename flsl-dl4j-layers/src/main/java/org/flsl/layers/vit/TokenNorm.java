package org.flsl.layers.vit;

import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledLayer;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.LayerNorm;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Layer normalisation of every token, or of every position of feature maps: the last layer of a
 * backbone.
 *
 * <p>{@code y = gain (x - mean) / sqrt(variance + eps) + bias}, over the C channels. Input and
 * output: {@code [B, T, C]} or {@code [B, C, height, width]}.
 */
public final class TokenNorm extends CompiledLayer {
  @JsonProperty private int width;
  @JsonProperty private double eps;

  private TokenNorm() {}

  private TokenNorm(Builder builder) {
    super(builder);
    this.width = builder.width;
    this.eps = builder.eps;
    if (width < 1 || !(eps > 0 && Double.isFinite(eps))) {
      throw new IllegalArgumentException(
          String.format("Token norm: width %d and eps %s must be positive and finite", width, eps));
    }
  }

  /** Starts a norm with the paper's eps. */
  public static Builder builder(int width) {
    return new Builder(width);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addBiasParam("gain", width);
    params.addBiasParam("bias", width);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.get("gain").assign(1);
    params.get("bias").assign(0);
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    long[] shape = input.getShape();
    if (shape.length == 3) {
      return normed(d, input).reshape(-1, shape[1], width);
    }
    SDVariable positions = d.sameDiff().permute(input, 0, 2, 3, 1);
    SDVariable maps = normed(d, positions).reshape(-1, shape[2], shape[3], width);
    return d.sameDiff().permute(maps, 0, 3, 1, 2);
  }

  private SDVariable normed(Definition d, SDVariable input) {
    SDVariable rows = input.reshape(-1, width);
    return LayerNorm.apply(d, rows, d.param("gain"), d.param("bias"), eps);
  }

  @Override
  public void validateInput(INDArray input) {
    if (input.rank() != 4 || input.size(1) != width) {
      TokenTypes.checkSequence(name(), input, width);
    }
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    if (input instanceof InputType.InputTypeConvolutional maps
        && maps.getFormat() == CNN2DFormat.NCHW
        && maps.getChannels() == width) {
      return input;
    }
    return TokenTypes.expectSequence(name(), input, width);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenNorm that
        && super.equals(other)
        && width == that.width
        && eps == that.eps;
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(width, eps);
  }

  /** Builds a {@link TokenNorm}. */
  public static final class Builder extends SameDiffLayer.Builder<Builder> {
    private final int width;
    private double eps = 1e-6;

    private Builder(int width) {
      this.width = width;
    }

    /** Added to the variance; default 1e-6. */
    public Builder eps(double eps) {
      this.eps = eps;
      return this;
    }

    @Override
    @SuppressWarnings("unchecked")
    public TokenNorm build() {
      return new TokenNorm(this);
    }
  }
}
