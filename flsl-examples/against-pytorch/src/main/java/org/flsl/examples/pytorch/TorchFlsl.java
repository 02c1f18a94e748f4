package org.flsl.examples.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.flsl.layers.vit.VitConfig;
import org.flsl.views.ViewConfig;

/**
 * A training step of FLSL in PyTorch: views of one size are one batch, as in DINO's and the paper's
 * code.
 */
final class TorchFlsl implements DoubleSupplier {
  private final Case setting;
  private final TorchProgram.Loaded data;
  private final TorchWeights student;
  private final TorchWeights teacher;
  private final TorchProducts products;
  private final TorchProducts teacherProducts;
  private final NDManager manager;
  private final TorchScriptOps ops;
  private final long globalQueries;
  private final long globalTokens;

  TorchFlsl(Case setting, TorchProgram.Loaded data, NDManager manager, TorchScriptOps ops) {
    this.setting = setting;
    this.data = data;
    this.student = data.weights();
    this.teacher = student.copy();
    this.products = new TorchProducts(student, ops, setting.precision());
    this.teacherProducts = new TorchProducts(teacher, ops, setting.precision());
    this.manager = manager;
    this.ops = ops;
    ViewConfig views = setting.views();
    this.globalQueries = views.queryWindows(1).count();
    this.globalTokens = views.queryWindows(1).tokens();
  }

  @Override
  public double getAsDouble() {
    double result =
        student.step(
            manager,
            this::loss,
            () -> {
              student.clip(Case.CLIP);
              student.update(ops, manager, Case.LEARNING_RATE, Case.WEIGHT_DECAY);
            });
    teacher.follow(student, Case.MOMENTUM);
    return result;
  }

  private NDArray loss(NDManager scope) {
    Map<String, NDArray> inputs = data.inputs();
    VitConfig vit = setting.vit();
    int locals = setting.views().localViews();
    NDArray positions = inputs.get(OurProgram.POSITIONS + 1);
    TorchVit network = new TorchVit(vit, products);

    NDArray teacherTokens = new TorchVit(vit, teacherProducts).tokens(view(scope, 0), positions);
    NDArray globalTokens = network.tokens(view(scope, 1), positions);
    NDList localViews = new NDList();
    for (int i = 0; i < locals; i++) {
      localViews.add(view(scope, 2 + i));
    }
    NDArray localTokens = network.tokens(join(localViews, 0), inputs.get(OurProgram.POSITIONS + 2));

    NDArray selector = inputs.get(OurProgram.SELECTOR).duplicate();
    selector.attach(scope);
    NDArray globalQueries =
        products.matMul(cut(selector, 0, this.globalQueries, 0, this.globalTokens), globalTokens);
    NDArray localQueries = products.matMul(localSelector(selector, locals), localTokens);
    NDArray queries = perImage(globalQueries, localQueries, locals);
    NDArray modes =
        perImage(
            meanShift(globalQueries, globalTokens, Case.TAU_SELF),
            meanShift(localQueries, localTokens, Case.TAU_SELF),
            locals);
    NDArray teacherModes = meanShift(queries.stopGradient(), teacherTokens, Case.TAU_CROSS);
    return objective(queries, modes, head(modes, products), head(teacherModes, teacherProducts));
  }

  /** An alias that may be closed. */
  private NDArray view(NDManager scope, int index) {
    NDArray view = data.inputs().get(OurProgram.VIEW + index).stopGradient();
    view.attach(scope);
    return view;
  }

  private NDArray localSelector(NDArray selector, int locals) {
    long queries = setting.views().queryWindows(2).count();
    long tokens = setting.views().queryWindows(2).tokens();
    NDList parts = new NDList();
    for (int i = 0; i < locals; i++) {
      parts.add(
          cut(selector, globalQueries + i * queries, queries, globalTokens + i * tokens, tokens));
    }
    return join(parts, 0);
  }

  private static NDArray cut(NDArray x, long row, long rows, long column, long columns) {
    return x.get(":, %d:%d, %d:%d".formatted(row, row + rows, column, column + columns));
  }

  /** {@code [B, n, C]} and {@code [L*B, m, C]} to {@code [B, n + L*m, C]}. */
  private NDArray perImage(NDArray global, NDArray local, int locals) {
    NDList parts = new NDList(global);
    parts.addAll(local.split(locals, 0));
    return join(parts, 1);
  }

  private static NDArray join(NDList parts, int axis) {
    return parts
        .head()
        .getNDArrayInternal()
        .concat(new NDList(parts.subList(1, parts.size())), axis);
  }

  private NDArray meanShift(NDArray queries, NDArray tokens, double tau) {
    NDArray logits = products.matMul(queries.mul((float) tau), tokens.transpose(0, 2, 1));
    return products.matMul(products.full(logits).softmax(-1), tokens);
  }

  private static NDArray head(NDArray modes, TorchProducts products) {
    NDArray x = modes;
    for (int i = 0; i < 3; i++) {
      x = products.linear(x, "head/fc" + i);
      x = i < 2 ? x.getNDArrayInternal().gelu() : x.normalize(2, 2, 1e-12);
    }
    NDArray units = products.weights().get("prototypes/prototypes").normalize(2, 1, 1e-12);
    units.attach(modes.getManager());
    return products.full(products.similarity(x, units));
  }

  private static NDArray objective(
      NDArray queries, NDArray modes, NDArray logits, NDArray teacherLogits) {
    NDArray cosine = queries.normalize(2, 2, 1e-12).mul(modes.normalize(2, 2, 1e-12));
    NDArray intra = cosine.sum(new int[] {2}).mean().mul(-2).add(2);
    NDArray logP = logits.div((float) Case.TEMPERATURE).logSoftmax(2);
    NDArray teacher = teacherLogits.div((float) Case.TEACHER_TEMPERATURE).softmax(2);
    NDArray inter = teacher.mul(logP).sum(new int[] {2}).mean().neg();
    NDArray mean = logP.reshape(-1, Case.CENTROIDS).exp().mean(new int[] {0});
    NDArray volume = mean.mul(mean.log()).sum().add((float) Math.log(Case.CENTROIDS));
    return intra.mul((float) Case.UPSILON).add(inter).add(volume.mul((float) Case.GAMMA));
  }
}
