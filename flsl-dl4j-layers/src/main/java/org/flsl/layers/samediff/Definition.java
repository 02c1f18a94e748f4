package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.flsl.layers.kernels.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * What a layer writes its computation into: a SameDiff graph and the few things SameDiff layers of
 * DL4J cannot ask for.
 *
 * <p>Beyond {@link #sameDiff()} it offers the training flag, values that follow a schedule, random
 * masks that are drawn once per training step (so that forward and backward see the same one), and
 * {@linkplain #withGradient gradients written by hand} where the automatic one is slow or wrong.
 */
public final class Definition {

  /** The gradient of a value with respect to some inputs, written by hand. */
  @FunctionalInterface
  public interface GradientRule {
    /**
     * Gives one gradient for each input that the rule was registered with.
     *
     * @param gradient the gradient of the loss with respect to the value, in the value's shape
     * @return as many gradients as there are inputs, in their order
     */
    List<SDVariable> gradients(SDVariable gradient);
  }

  record CustomGradient(List<SDVariable> inputs, GradientRule rule) {}

  /** Values that a kernel can compute from some inputs, in place of the ops that define them. */
  record Group(Operation operation, List<String> inputs, List<String> outputs) {}

  private final SameDiff sameDiff = SameDiff.create();
  private final DataType dataType;
  private final boolean training;
  private final Map<String, SDVariable> inputs = new LinkedHashMap<>();
  private final Map<String, SDVariable> params = new LinkedHashMap<>();
  private final Map<String, CustomGradient> customGradients = new HashMap<>();
  private final Map<String, Group> groups = new HashMap<>();
  private final List<Feed> feeds = new ArrayList<>();

  /** Starts an empty definition for arrays of {@code dataType}. */
  Definition(DataType dataType, boolean training) {
    this.dataType = dataType;
    this.training = training;
  }

  SDVariable addInput(String name, long[] shape) {
    long[] anyBatch = shape.clone();
    anyBatch[0] = -1;
    SDVariable input = sameDiff.placeHolder(name, dataType, anyBatch);
    inputs.put(name, input);
    return input;
  }

  SDVariable addParam(String name, long[] shape) {
    SDVariable param = sameDiff.placeHolder(name, dataType, shape);
    params.put(name, param);
    return param;
  }

  /** The graph to write into. */
  public SameDiff sameDiff() {
    return sameDiff;
  }

  /** Float or double: the type of every array in this definition. */
  public DataType dataType() {
    return dataType;
  }

  /** True when the definition serves training steps, false for inference and frozen layers. */
  public boolean training() {
    return training;
  }

  /** The inputs by name. */
  public Map<String, SDVariable> inputs() {
    return Collections.unmodifiableMap(inputs);
  }

  /** The parameters by name. */
  public Map<String, SDVariable> params() {
    return Collections.unmodifiableMap(params);
  }

  /** The parameter {@code name}. */
  public SDVariable param(String name) {
    SDVariable param = params.get(name);
    if (param == null) {
      throw new IllegalArgumentException(
          "No parameter \"" + name + "\"; this layer has " + params.keySet());
    }
    return param;
  }

  /** A constant of this definition's data type. */
  public SDVariable constant(double value) {
    return sameDiff.constant(Nd4j.scalar(dataType, value));
  }

  /**
   * The value of {@code schedule} at the current iteration and epoch, as a scalar.
   *
   * @param name name of the placeholder, unique in the layer
   */
  public SDVariable scheduled(String name, ISchedule schedule) {
    SDVariable scalar = sameDiff.placeHolder(name, dataType);
    feeds.add(new ScheduleFeed(name, schedule));
    return scalar;
  }

  /**
   * A random mask that is drawn anew for every training step and shared by its forward and backward
   * pass: zero with probability {@code 1 - keep}, otherwise {@code 1 / keep}.
   *
   * <p>One draw covers a whole group of consecutive rows: drop path uses one group per image and
   * view, dropout groups of one.
   *
   * @param name name of the mask, unique in the layer
   * @param keep probability to keep, in (0, 1]
   * @param groupSizes rows that each draw covers, for one example of the batch
   * @param columns width of the mask: every column has a draw of its own
   * @return {@code [batch * sum(groupSizes), columns]}
   */
  public SDVariable keepMask(String name, double keep, long[] groupSizes, long columns) {
    SDVariable mask = sameDiff.placeHolder(name, dataType, -1, columns);
    feeds.add(new KeepMaskFeed(name, keep, groupSizes, columns));
    return mask;
  }

  /** Draws values for one example. */
  public interface ExampleDraw {

    /** Writes them from {@code offset} on. */
    void write(SplittableRandom random, float[] values, int offset);
  }

  /**
   * Values that are drawn anew for every example of every training step.
   *
   * @param name name of the values, unique in the layer
   * @param rows rows of an example
   * @param columns columns of an example
   * @return {@code [batch, rows, columns]}
   */
  public SDVariable drawn(String name, long rows, long columns, ExampleDraw draw) {
    SDVariable values = sameDiff.placeHolder(name, dataType, -1, rows, columns);
    feeds.add(new ExampleFeed(name, rows, columns, draw));
    return values;
  }

  /**
   * The mean over the whole batch, where this computation may be given a part of it ({@link
   * BatchPart}); its gradient is that of the part's own mean.
   *
   * <p>For a function f of a batch mean: the gradients of all parts, averaged, are the gradient of
   * f for the whole batch. Where there are no parts, this is {@code mean} itself.
   *
   * @param name name of the mean, unique in the layer
   * @param mean the mean over the examples at hand
   * @param shape its shape
   */
  public SDVariable batchMean(String name, SDVariable mean, long... shape) {
    SDVariable missing = sameDiff.placeHolder(name, dataType, shape);
    feeds.add(new BatchMeanFeed(name, shape));
    return mean.add(missing);
  }

  /**
   * Replaces the automatic gradient of {@code value} by {@code rule}.
   *
   * @param value any variable of this graph
   * @param inputs the variables that {@code value} was computed from and that get a gradient
   * @param rule gives the gradients of {@code inputs}
   * @return {@code value}
   */
  public SDVariable withGradient(SDVariable value, List<SDVariable> inputs, GradientRule rule) {
    customGradients.put(value.name(), new CustomGradient(List.copyOf(inputs), rule));
    return value;
  }

  /** {@code value}, through which no gradient flows. */
  public SDVariable stopGradient(SDVariable value) {
    return withGradient(value, List.of(), gradient -> List.of());
  }

  /**
   * Says that the ops from {@code inputs} to {@code outputs} are what {@code operation} computes.
   *
   * <p>Where there is a kernel for it, the ops that nobody else needs are left out.
   *
   * @param inputs defined before everything that the outputs are computed from
   */
  void group(Operation operation, List<SDVariable> inputs, List<SDVariable> outputs) {
    Group group = new Group(operation, names(inputs), names(outputs));
    group.outputs().forEach(name -> groups.put(name, group));
  }

  private static List<String> names(List<SDVariable> variables) {
    return variables.stream().map(SDVariable::name).toList();
  }

  /** The groups by each of their outputs. */
  Map<String, Group> groups() {
    return groups;
  }

  Map<String, CustomGradient> customGradients() {
    return customGradients;
  }

  List<Feed> feeds() {
    return feeds;
  }
}
