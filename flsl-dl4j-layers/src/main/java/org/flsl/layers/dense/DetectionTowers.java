package org.flsl.layers.dense;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.Init;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Convolution3x3;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.ExactGelu;
import org.flsl.layers.samediff.LayerNorm;
import org.flsl.layers.samediff.Softplus;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The two towers of an anchor-free detector (FCOS): what every place of every level sees, and how
 * far away the edges of its box are.
 *
 * <p>All levels share the weights: their places travel packed in one sequence, and only the 3 x 3
 * convolutions look at the borders. A tower is {@code depth} convolutions, each followed by a layer
 * norm and GELU. Inputs: the levels, {@code [B, width, h_l, w_l]}, the finest first. Output: {@code
 * [B, sum h_l w_l, classes + 5]}: logits of the classes, distances to the left, upper, right and
 * lower edge in strides of the level (softplus: positive, and without the dead units of a ReLU),
 * and the logit of the centerness.
 */
public final class DetectionTowers extends CompiledVertex {

  /** Numbers of a place beside the logits of the classes: four edges and the centerness. */
  public static final int BOX = 5;

  private static final double EPS = 1e-6;

  /** How probable a class is at the beginning at every place, so that negatives do not swamp. */
  private static final double PRIOR = 0.01;

  @JsonProperty private int levels;
  @JsonProperty private int width;
  @JsonProperty private int depth;
  @JsonProperty private int classes;

  private DetectionTowers() {}

  /**
   * Towers.
   *
   * @param levels of the pyramid
   * @param width channels of every level
   * @param depth convolutions of either tower
   * @param classes of objects
   */
  public DetectionTowers(int levels, int width, int depth, int classes) {
    if (levels < 1 || width < 1 || depth < 0 || classes < 1) {
      throw new IllegalArgumentException(
          String.format(
              "Detection towers: %d levels, width %d and %d classes must be positive, depth %d not"
                  + " negative",
              levels, width, classes, depth));
    }
    this.levels = levels;
    this.width = width;
    this.depth = depth;
    this.classes = classes;
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs(
        IntStream.range(0, levels).mapToObj(i -> "level" + i).toArray(String[]::new));
    long rows = (long) Convolution3x3.PLACES * width;
    for (String tower : List.of("class", "box")) {
      for (int i = 0; i < depth; i++) {
        params.addWeightParam(tower + i + "W", rows, width);
        params.addBiasParam(tower + i + "B", width);
        params.addBiasParam(tower + i + "Gain", width);
        params.addBiasParam(tower + i + "Bias", width);
      }
    }
    params.addWeightParam("classesW", rows, classes);
    params.addBiasParam("classesB", classes);
    params.addWeightParam("edgesW", rows, BOX);
    params.addBiasParam("edgesB", BOX);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) -> {
          if (name.equals("classesW") || name.equals("edgesW")) {
            Init.normal(array);
          } else if (name.endsWith("W")) {
            Init.uniform(array, array.size(0));
          } else {
            array.assign(name.endsWith("Gain") ? 1 : 0);
          }
        });
    params.get("classesB").assign(-Math.log((1 - PRIOR) / PRIOR));
  }

  @Override
  protected SDVariable define(Definition d) {
    List<SDVariable> maps = new ArrayList<>();
    List<TokenGrid> grids = new ArrayList<>();
    for (int i = 0; i < levels; i++) {
      SDVariable level = d.inputs().get("level" + i);
      maps.add(Maps.sequence(d, level));
      grids.add(Maps.grid(level));
    }
    SDVariable places =
        levels == 1 ? maps.get(0) : d.sameDiff().concat(1, maps.toArray(SDVariable[]::new));
    SDVariable logits = tower(d, places, grids, "class", "classes");
    SDVariable box = tower(d, places, grids, "box", "edges");
    SDVariable edges = Softplus.apply(d, columns(d, box, 0, BOX - 1));
    SDVariable centerness = columns(d, box, BOX - 1, BOX);
    return d.sameDiff()
        .concat(1, logits, edges, centerness)
        .reshape(-1, places(grids), classes + BOX);
  }

  private SDVariable tower(
      Definition d, SDVariable places, List<TokenGrid> grids, String tower, String last) {
    SDVariable x = places;
    for (int i = 0; i < depth; i++) {
      SDVariable rows = convolution(d, x, grids, tower + i);
      SDVariable gain = d.param(tower + i + "Gain");
      rows = LayerNorm.apply(d, rows, gain, d.param(tower + i + "Bias"), EPS);
      x = ExactGelu.apply(d, rows).reshape(-1, places(grids), width);
    }
    return convolution(d, x, grids, last);
  }

  private static long places(List<TokenGrid> grids) {
    return grids.stream().mapToLong(TokenGrid::tokens).sum();
  }

  private SDVariable convolution(Definition d, SDVariable x, List<TokenGrid> grids, String name) {
    return Convolution3x3.apply(d, x, grids, width, d.param(name + "W"), d.param(name + "B"));
  }

  private static SDVariable columns(Definition d, SDVariable rows, long from, long to) {
    return d.sameDiff()
        .stridedSlice(
            rows, new long[] {0, from}, new long[] {0, to}, new long[] {1, 1}, 1, 1, 0, 0, 0);
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    for (INDArray input : inputs) {
      Maps.check(name(), input, width);
    }
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    long places = 0;
    for (InputType input : inputs) {
      var maps = Maps.expect(name(), input, width);
      places += maps.getHeight() * maps.getWidth();
    }
    return TokenTypes.sequence(classes + (long) BOX, places);
  }

  /** How many classes there are. */
  public int classes() {
    return classes;
  }

  @Override
  public GraphVertex clone() {
    DetectionTowers copy = new DetectionTowers(levels, width, depth, classes);
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DetectionTowers that
        && levels == that.levels
        && width == that.width
        && depth == that.depth
        && classes == that.classes;
  }

  @Override
  public int hashCode() {
    return Objects.hash(levels, width, depth, classes);
  }
}
