package org.flsl.examples.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.dense.PyramidLevel;

/**
 * A training step of the detector in PyTorch: a simple feature pyramid, the towers of FCOS over
 * each level with the same weights, focal, GIoU and centerness loss.
 */
final class TorchDetector implements DoubleSupplier {
  private static final float EPS = 1e-6f;
  private static final float IOU_EPS = 1e-7f;
  private static final String TOWERS = "towers/";

  private final Case setting;
  private final TorchProgram.Loaded data;
  private final TorchWeights weights;
  private final TorchProducts products;
  private final NDManager manager;
  private final TorchScriptOps ops;

  TorchDetector(Case setting, TorchProgram.Loaded data, NDManager manager, TorchScriptOps ops) {
    this.setting = setting;
    this.data = data;
    this.weights = data.weights();
    this.products = new TorchProducts(weights, ops, setting.precision());
    this.manager = manager;
    this.ops = ops;
  }

  @Override
  public double getAsDouble() {
    return weights.step(
        manager,
        this::loss,
        () -> {
          weights.clip(Case.CLIP);
          weights.update(ops, manager, Case.LEARNING_RATE, Case.WEIGHT_DECAY);
        });
  }

  private NDArray loss(NDManager scope) {
    NDArray image = alias(scope, OurProgram.VIEW + 0);
    NDArray tokens =
        new TorchVit(setting.vit(), products)
            .tokens(image, data.inputs().get(OurProgram.POSITIONS + 1));
    NDList levels = new NDList();
    for (int i = 0; i < Case.SCALES.size(); i++) {
      int scale = Case.SCALES.get(i);
      TokenGrid grid = PyramidLevel.grid(setting.grid(), scale);
      levels.add(towers(level(tokens, i, scale, grid), grid));
    }
    int numbers = Case.CLASSES + 5;
    NDArray found = products.full(join(levels, 1)).reshape(-1, numbers);
    return objective(found, alias(scope, OurProgram.LABELS).reshape(-1, numbers));
  }

  /** May be closed, and leaves the data as they are. */
  private NDArray alias(NDManager scope, String name) {
    NDArray alias = data.inputs().get(name).stopGradient();
    alias.attach(scope);
    return alias;
  }

  /** {@code [B, N, C]} to {@code [B, places, width]}. */
  private NDArray level(NDArray tokens, int number, int scale, TokenGrid grid) {
    String level = "level_" + number + "/";
    NDArray x = scale > 0 ? doubled(tokens, level) : scale < 0 ? halved(tokens) : tokens;
    NDArray projected = norm(products.linear(x, level + "proj"), level + "projNorm");
    return norm(convolution(projected, grid, level + "conv"), level + "convNorm");
  }

  /** Four places of each, with biases of their own, which a transposed convolution has not. */
  private NDArray doubled(NDArray tokens, String level) {
    TokenGrid grid = setting.grid();
    long out = setting.vit().width() / 2;
    return products
        .linear(tokens, level + "up0")
        .reshape(-1, grid.height(), grid.width(), 2, 2, out)
        .transpose(0, 1, 3, 2, 4, 5)
        .reshape(-1, 4L * grid.tokens(), out);
  }

  private NDArray halved(NDArray tokens) {
    Shape two = new Shape(2, 2);
    return places(
        map(tokens, setting.grid()).getNDArrayInternal().maxPool(two, two, new Shape(0, 0), false));
  }

  private NDArray towers(NDArray level, TokenGrid grid) {
    NDArray logits = convolution(tower(level, grid, "class"), grid, TOWERS + "classes");
    NDArray box = convolution(tower(level, grid, "box"), grid, TOWERS + "edges");
    NDArray edges = box.get(":, :, :4").getNDArrayInternal().softPlus();
    return join(new NDList(logits, edges, box.get(":, :, 4:")), 2);
  }

  private NDArray tower(NDArray level, TokenGrid grid, String name) {
    NDArray x = level;
    for (int i = 0; i < Case.DEPTH; i++) {
      String layer = TOWERS + name + i;
      x = norm(convolution(x, grid, layer), layer).getNDArrayInternal().gelu();
    }
    return x;
  }

  /** Channels stay last in memory, as PyTorch's convolutions want it on a processor. */
  private NDArray convolution(NDArray x, TokenGrid grid, String name) {
    Shape one = new Shape(1, 1);
    return places(products.convolution(map(x, grid), name, one, one));
  }

  private static NDArray map(NDArray x, TokenGrid grid) {
    long width = x.getShape().get(2);
    return x.reshape(-1, grid.height(), grid.width(), width).transpose(0, 3, 1, 2);
  }

  private static NDArray places(NDArray map) {
    Shape shape = map.getShape();
    return map.transpose(0, 2, 3, 1).reshape(shape.get(0), -1, shape.get(1));
  }

  private NDArray norm(NDArray x, String name) {
    return TorchVit.norm(x, weights.get(name + "Gain"), weights.get(name + "Bias"), EPS);
  }

  private static NDArray join(NDList parts, int axis) {
    List<NDArray> others = parts.subList(1, parts.size());
    return parts.head().getNDArrayInternal().concat(new NDList(others), axis);
  }

  private static NDArray objective(NDArray found, NDArray truth) {
    int classes = Case.CLASSES;
    NDArray isClass = columns(truth, 0, classes);
    NDArray edges = columns(truth, classes, classes + 4);
    NDArray counts = columns(truth, classes + 4, classes + 5);
    NDArray isObject = isClass.sum(new int[] {1}, true).mul(counts);
    NDArray objects = isObject.sum().maximum(1);
    NDArray wrong = columns(found, 0, classes).mul(isClass.mul(-2).add(1));
    NDArray focal =
        wrong
            .getNDArrayInternal()
            .softPlus()
            .mul(wrong.getNDArrayInternal().sigmoid().square())
            .mul(isClass.mul(-0.5).add(0.75));
    NDArray logit = columns(found, classes + 4, classes + 5);
    NDArray centre = logit.getNDArrayInternal().softPlus().sub(logit.mul(centerness(edges)));
    NDArray box = giou(columns(found, classes, classes + 4), edges);
    return focal.mul(counts).sum().add(box.add(centre).mul(isObject).sum()).div(objects);
  }

  private static NDArray columns(NDArray rows, int from, int to) {
    return rows.get(":, %d:%d".formatted(from, to));
  }

  private static NDArray centerness(NDArray edges) {
    return ratio(edges, 0).mul(ratio(edges, 1)).sqrt();
  }

  private static NDArray ratio(NDArray edges, int first) {
    NDArray before = columns(edges, first, first + 1);
    NDArray behind = columns(edges, first + 2, first + 3);
    return before.minimum(behind).div(before.maximum(behind).maximum(Float.MIN_NORMAL));
  }

  private static NDArray giou(NDArray found, NDArray truth) {
    NDArray both = area(found.minimum(truth));
    NDArray around = area(found.maximum(truth));
    NDArray union = area(found).add(area(truth)).sub(both);
    NDArray overlap = both.div(union.add(IOU_EPS));
    return around.sub(union).div(around.add(IOU_EPS)).sub(overlap).add(1);
  }

  private static NDArray area(NDArray edges) {
    NDArray width = columns(edges, 0, 1).add(columns(edges, 2, 3));
    NDArray height = columns(edges, 1, 2).add(columns(edges, 3, 4));
    return width.mul(height);
  }
}
