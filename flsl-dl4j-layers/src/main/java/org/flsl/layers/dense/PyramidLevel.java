package org.flsl.layers.dense;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.flsl.layers.Init;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.samediff.CompiledLayer;
import org.flsl.layers.samediff.Convolution3x3;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.ExactGelu;
import org.flsl.layers.samediff.LayerNorm;
import org.flsl.layers.samediff.Linear;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * One level of the simple feature pyramid that ViTDet makes of a plain Vision Transformer's only
 * map: the map larger or smaller by powers of two.
 *
 * <p>Each doubling is a transposed convolution of 2 x 2 that halves the channels (a layer norm and
 * GELU between two of them), each halving the maximum of 2 x 2 places, where an odd last row or
 * column is left out. Then a product with {@code width} outputs and a 3 x 3 convolution, each
 * followed by a layer norm. Input {@code [B, C, h, w]}, output {@code [B, width, h * 2^scale, w *
 * 2^scale]}.
 */
public final class PyramidLevel extends CompiledLayer {
  private static final double EPS = 1e-6;

  /** Shifts of an int begin again from none at 32, and 31 is its sign. */
  private static final int MOST = 30;

  @JsonProperty private int channels;
  @JsonProperty private int width;
  @JsonProperty private int scale;

  private PyramidLevel() {}

  private PyramidLevel(Builder builder) {
    super(builder);
    this.channels = builder.channels;
    this.width = builder.width;
    this.scale = builder.scale;
    checkScale(scale);
    if (channels < 1 || width < 1 || (channels >> Math.max(scale, 0)) < 1) {
      throw new IllegalArgumentException(
          String.format(
              "Pyramid level: %d channels and width %d must be positive, and the channels are"
                  + " halved %d times",
              channels, width, Math.max(scale, 0)));
    }
  }

  private static void checkScale(int scale) {
    if (scale < -MOST || scale > MOST) {
      throw new IllegalArgumentException(
          "Pyramid level: the scale must lie in %d..%d, got %d".formatted(-MOST, MOST, scale));
    }
  }

  /**
   * A level.
   *
   * @param channels of the map it is made of
   * @param width of the level
   * @param scale 1 for twice the side of the map, 0 for the same, -1 for half of it
   * @throws IllegalArgumentException if the channels cannot be halved for each doubling of the
   *     side, or a number is out of range
   */
  public static PyramidLevel of(int channels, int width, int scale) {
    return new Builder(channels, width, scale).build();
  }

  /** 1 for twice the side of the map that it is made of, 0 for the same, -1 for half of it. */
  public int scale() {
    return scale;
  }

  private int doublings() {
    return Math.max(scale, 0);
  }

  /** Channels after so many doublings. */
  private int channels(int doublings) {
    return channels >> doublings;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    for (int i = 0; i < doublings(); i++) {
      params.addWeightParam("up" + i + "W", channels(i), 4L * channels(i + 1));
      params.addBiasParam("up" + i + "B", 4L * channels(i + 1));
      if (i > 0) {
        params.addBiasParam("up" + i + "Gain", channels(i));
        params.addBiasParam("up" + i + "Bias", channels(i));
      }
    }
    params.addWeightParam("projW", channels(doublings()), width);
    params.addWeightParam("convW", (long) Convolution3x3.PLACES * width, width);
    params.addBiasParam("projB", width);
    params.addBiasParam("convB", width);
    for (String norm : List.of("projNorm", "convNorm")) {
      params.addBiasParam(norm + "Gain", width);
      params.addBiasParam(norm + "Bias", width);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) -> {
          if (name.endsWith("W")) {
            Init.uniform(array, array.size(0));
          } else {
            array.assign(name.endsWith("Gain") ? 1 : 0);
          }
        });
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    SDVariable x = Maps.sequence(d, input);
    TokenGrid grid = Maps.grid(input);
    for (int i = 0; i < doublings(); i++) {
      x = doubled(d, x, grid, i);
      grid = grid(grid, 1);
    }
    for (int i = scale; i < 0; i++) {
      x = halved(d, x, grid);
      grid = grid(grid, -1);
    }
    x = x.reshape(-1, channels(doublings()));
    x = norm(d, Linear.apply(d, x, d.param("projW"), d.param("projB")), "projNorm");
    x = x.reshape(-1, grid.tokens(), width);
    x = Convolution3x3.apply(d, x, List.of(grid), width, d.param("convW"), d.param("convB"));
    return Maps.maps(d, norm(d, x, "convNorm"), grid, width);
  }

  private SDVariable doubled(Definition d, SDVariable x, TokenGrid grid, int number) {
    SDVariable rows = x.reshape(-1, channels(number));
    if (number > 0) {
      rows = ExactGelu.apply(d, norm(d, rows, "up" + number));
    }
    String name = "up" + number;
    SDVariable parts = Linear.apply(d, rows, d.param(name + "W"), d.param(name + "B"));
    int out = channels(number + 1);
    SDVariable places = parts.reshape(-1, grid.height(), grid.width(), 2, 2, out);
    return d.sameDiff().permute(places, 0, 1, 3, 2, 4, 5).reshape(-1, 4L * grid.tokens(), out);
  }

  private SDVariable halved(Definition d, SDVariable x, TokenGrid grid) {
    SameDiff sd = d.sameDiff();
    SDVariable map = x.reshape(-1, grid.height(), grid.width(), channels);
    long[] end = {0, grid.height() / 2 * 2L, grid.width() / 2 * 2L, 0};
    SDVariable largest = null;
    for (int i = 0; i < 4; i++) {
      long[] begin = {0, i / 2, i % 2, 0};
      SDVariable part =
          sd.stridedSlice(map, begin, end, new long[] {1, 2, 2, 1}, 0b1001, 0b1001, 0, 0, 0);
      largest = largest == null ? part : sd.math.max(largest, part);
    }
    return largest.reshape(-1, grid(grid, -1).tokens(), channels);
  }

  private static SDVariable norm(Definition d, SDVariable rows, String name) {
    return LayerNorm.apply(d, rows, d.param(name + "Gain"), d.param(name + "Bias"), EPS);
  }

  /**
   * How the places of a level lie.
   *
   * @param map places of the map that it is made of
   * @param scale 1 for twice the side of the map, 0 for the same, -1 for half of it
   */
  public static TokenGrid grid(TokenGrid map, int scale) {
    checkScale(scale);
    return scale >= 0
        ? new TokenGrid(map.height() << scale, map.width() << scale)
        : new TokenGrid(map.height() >> -scale, map.width() >> -scale);
  }

  @Override
  public void validateInput(INDArray input) {
    Maps.check(name(), input, channels);
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    InputTypeConvolutional maps = Maps.expect(name(), input, channels);
    long smallest = Math.min(maps.getHeight(), maps.getWidth());
    if (scale < 0 && smallest >> -scale < 1) {
      throw new InvalidInputTypeException(
          "%s cannot halve a map of %d x %d places %d time(s); take larger images or fewer levels"
              .formatted(name(), maps.getHeight(), maps.getWidth(), -scale));
    }
    TokenGrid grid =
        grid(
            new TokenGrid(Math.toIntExact(maps.getHeight()), Math.toIntExact(maps.getWidth())),
            scale);
    return InputType.convolutional(grid.height(), grid.width(), width);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PyramidLevel that
        && super.equals(other)
        && channels == that.channels
        && width == that.width
        && scale == that.scale;
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(channels, width, scale);
  }

  private static final class Builder extends SameDiffLayer.Builder<Builder> {
    private final int channels;
    private final int width;
    private final int scale;

    private Builder(int channels, int width, int scale) {
      this.channels = channels;
      this.width = width;
      this.scale = scale;
    }

    @Override
    @SuppressWarnings("unchecked")
    public PyramidLevel build() {
      return new PyramidLevel(this);
    }
  }
}
