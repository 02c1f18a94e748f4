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
import org.nd4j.enums.PadMode;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
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
 *
 * <p>For instance masks, as in YOLACT, {@code 5 * prototypes} numbers follow: at every place the
 * coefficients of its object, and at the places of the finest level what a third tower says of the
 * prototypes in the place's four quarters, quarter by quarter (zeros at the other levels). The mask
 * of an object is {@code sigmoid(coefficients . prototypes)}.
 */
public final class DetectionTowers extends CompiledVertex {

  /** Numbers of a place beside the logits of the classes: four edges and the centerness. */
  public static final int BOX = 5;

  /** Into how many parts a place of the finest level is split for prototypes: 2 x 2. */
  public static final int QUARTERS = 4;

  private static final double EPS = 1e-6;

  /** How probable a class is at the beginning at every place, so that negatives do not swamp. */
  private static final double PRIOR = 0.01;

  @JsonProperty private int levels;
  @JsonProperty private int width;
  @JsonProperty private int depth;
  @JsonProperty private int classes;

  /** None where it makes no masks. */
  @JsonProperty private int prototypes;

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
    this(levels, width, depth, classes, 0);
  }

  /**
   * Towers that tell masks as well.
   *
   * @param levels of the pyramid
   * @param width channels of every level
   * @param depth convolutions of each tower
   * @param classes of objects
   * @param prototypes of which masks are mixed; 0 for none
   */
  public DetectionTowers(int levels, int width, int depth, int classes, int prototypes) {
    if (levels < 1 || width < 1 || depth < 0 || classes < 1 || prototypes < 0) {
      throw new IllegalArgumentException(
          String.format(
              "Detection towers: %d levels, width %d and %d classes must be positive, depth %d and"
                  + " %d prototypes not negative",
              levels, width, classes, depth, prototypes));
    }
    this.levels = levels;
    this.width = width;
    this.depth = depth;
    this.classes = classes;
    this.prototypes = prototypes;
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs(
        IntStream.range(0, levels).mapToObj(i -> "level" + i).toArray(String[]::new));
    long rows = (long) Convolution3x3.PLACES * width;
    for (String tower :
        prototypes == 0 ? List.of("class", "box") : List.of("class", "box", "mask")) {
      for (int i = 0; i < depth; i++) {
        params.addWeightParam(tower + i + "W", rows, width);
        params.addBiasParam(tower + i + "B", width);
        params.addBiasParam(tower + i + "Gain", width);
        params.addBiasParam(tower + i + "Bias", width);
      }
    }
    params.addWeightParam("classesW", rows, classes);
    params.addBiasParam("classesB", classes);
    params.addWeightParam("edgesW", rows, BOX + (long) prototypes);
    params.addBiasParam("edgesB", BOX + (long) prototypes);
    if (prototypes > 0) {
      params.addWeightParam("prototypesW", rows, (long) QUARTERS * prototypes);
      params.addBiasParam("prototypesB", (long) QUARTERS * prototypes);
    }
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
  protected boolean followsPrecision() {
    return true;
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
    SDVariable rest = columns(d, box, BOX - 1, BOX + (long) prototypes);
    SDVariable all =
        prototypes == 0
            ? d.sameDiff().concat(1, logits, edges, rest)
            : d.sameDiff().concat(1, logits, edges, rest, prototypes(d, maps.get(0), grids));
    return all.reshape(-1, places(grids), numbers());
  }

  /** {@code [B * places, 4 prototypes]}. */
  private SDVariable prototypes(Definition d, SDVariable finest, List<TokenGrid> grids) {
    long inside = grids.get(0).tokens();
    long columns = (long) QUARTERS * prototypes;
    SDVariable rows = tower(d, finest, grids.subList(0, 1), "mask", "prototypes");
    if (levels == 1) {
      return rows;
    }
    int outside = Math.toIntExact(places(grids) - inside);
    SDVariable padded =
        d.sameDiff()
            .nn
            .pad(
                rows.reshape(-1, inside, columns),
                d.sameDiff()
                    .constant(Nd4j.createFromArray(new int[][] {{0, 0}, {0, outside}, {0, 0}})),
                PadMode.CONSTANT,
                0)
            .reshape(-1, columns);
    return d.withGradient(
        padded,
        List.of(rows),
        dy ->
            List.of(
                d.sameDiff()
                    .stridedSlice(
                        dy.reshape(-1, places(grids), columns),
                        new long[] {0, 0, 0},
                        new long[] {0, inside, 0},
                        new long[] {1, 1, 1},
                        0b101,
                        0b101,
                        0,
                        0,
                        0)
                    .reshape(-1, columns)));
  }

  /** Numbers of a place. */
  private int numbers() {
    return classes + BOX + (1 + QUARTERS) * prototypes;
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
      if (input.size(0) != inputs[0].size(0)) {
        throw new IllegalArgumentException(
            "%s: levels of %d and of %d images do not fit, expected equally many"
                .formatted(name(), inputs[0].size(0), input.size(0)));
      }
    }
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    expectInputs(inputs.length);
    long places = 0;
    for (InputType input : inputs) {
      var maps = Maps.expect(name(), input, width);
      places += maps.getHeight() * maps.getWidth();
    }
    return TokenTypes.sequence(numbers(), places);
  }

  /** How many classes there are. */
  public int classes() {
    return classes;
  }

  /** How many prototypes there are; 0 where it makes no masks. */
  public int prototypes() {
    return prototypes;
  }

  @Override
  public GraphVertex clone() {
    DetectionTowers copy = new DetectionTowers(levels, width, depth, classes, prototypes);
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DetectionTowers that
        && levels == that.levels
        && width == that.width
        && depth == that.depth
        && classes == that.classes
        && prototypes == that.prototypes;
  }

  @Override
  public int hashCode() {
    return Objects.hash(levels, width, depth, classes, prototypes);
  }
}
