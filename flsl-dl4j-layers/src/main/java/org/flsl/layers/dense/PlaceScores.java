package org.flsl.layers.dense;

import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.flsl.layers.Init;
import org.flsl.layers.samediff.CompiledLayer;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.ExactGelu;
import org.flsl.layers.samediff.Linear;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Scores the classes at every place of a map: {@code GELU(x) W + b}.
 *
 * <p>Input {@code [B, channels, h, w]}, output {@code [B, classes, h, w]}.
 */
public final class PlaceScores extends CompiledLayer {
  @JsonProperty private int channels;
  @JsonProperty private int classes;

  private PlaceScores() {}

  private PlaceScores(Builder builder) {
    super(builder);
    this.channels = builder.channels;
    this.classes = builder.classes;
    if (channels < 1 || classes < 1) {
      throw new IllegalArgumentException(
          "Place scores: channels %d and classes %d must be positive".formatted(channels, classes));
    }
  }

  /** Scores of so many classes. */
  public static PlaceScores of(int channels, int classes) {
    return new Builder(channels, classes).build();
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("W", channels, classes);
    params.addBiasParam("b", classes);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    Init.uniform(params.get("W"), channels);
    params.get("b").assign(0);
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    SDVariable rows = ExactGelu.apply(d, Maps.sequence(d, input).reshape(-1, channels));
    SDVariable scores = Linear.apply(d, rows, d.param("W"), d.param("b"));
    return Maps.maps(d, scores, Maps.grid(input), classes);
  }

  @Override
  public void validateInput(INDArray input) {
    Maps.check(name(), input, channels);
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    InputTypeConvolutional maps = Maps.expect(name(), input, channels);
    return InputType.convolutional(maps.getHeight(), maps.getWidth(), classes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PlaceScores that
        && super.equals(other)
        && channels == that.channels
        && classes == that.classes;
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(channels, classes);
  }

  private static final class Builder extends SameDiffLayer.Builder<Builder> {
    private final int channels;
    private final int classes;

    private Builder(int channels, int classes) {
      this.channels = channels;
      this.classes = classes;
    }

    @Override
    @SuppressWarnings("unchecked")
    public PlaceScores build() {
      return new PlaceScores(this);
    }
  }
}
