package org.flsl.layers.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.kernels.Precision;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Kernels give what ND4J's ops give: values and gradients, also of shapes that fit no vector. */
class KernelParityTest {
  private static final double RELATIVE = 2e-6;

  private static KernelLibrary kernels;

  @BeforeAll
  static void load() {
    kernels = KernelLibrary.ofThisProcess().orElse(null);
    assumeTrue(kernels != null, "this process has no kernels");
  }

  /** The value, under the name "", and the gradients of a random mix of it. */
  private static Map<String, INDArray> run(
      Function<Definition, SDVariable> function,
      Map<String, INDArray> inputs,
      DataType type,
      KernelLibrary kernels) {
    Computation computation = new Computation(type, Map.of(), function, kernels);
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces(new HashMap<>());
    Map<String, INDArray> typed = new LinkedHashMap<>();
    inputs.forEach((name, array) -> typed.put(name, array.castTo(type)));
    INDArray value =
        computation.forward(
            typed, typed.keySet(), new Feed.Step(0, 0, 1, BatchPart.WHOLE), workspaces);
    INDArray mix = TinyGraph.random(9, value.shape()).castTo(type);
    Map<String, INDArray> results =
        new LinkedHashMap<>(computation.backward(mix, Map.of(), typed.keySet(), workspaces));
    results.put("", value);
    return results;
  }

  private static void check(
      Function<Definition, SDVariable> function, Map<String, INDArray> inputs) {
    Map<String, INDArray> exact = run(function, inputs, DataType.DOUBLE, null);
    Map<String, INDArray> ops = run(function, inputs, DataType.FLOAT, null);
    Map<String, INDArray> own = run(function, inputs, DataType.FLOAT, kernels);
    Map<String, INDArray> again = run(function, inputs, DataType.FLOAT, kernels);
    exact.forEach(
        (name, expected) -> {
          assertTrue(distance(ops.get(name), expected) > 0, "the ops ran in double");
          assertClose(name, expected, own.get(name));
          assertClose(name, ops.get(name).castTo(DataType.DOUBLE), own.get(name));
          assertEquals(own.get(name), again.get(name), name + " differs from run to run");
          assertEquals(0, distance(own.get(name), again.get(name).castTo(DataType.DOUBLE)));
        });
  }

  private static void assertClose(String name, INDArray expected, INDArray actual) {
    double error = distance(actual, expected) / expected.norm2Number().doubleValue();
    assertTrue(error < RELATIVE, "gradient of \"" + name + "\" is off by " + error);
  }

  private static double distance(INDArray actual, INDArray expected) {
    return actual.castTo(DataType.DOUBLE).sub(expected).norm2Number().doubleValue();
  }

  /** Half of the last of the 8 bits that a factor keeps. */
  private static final double BF16 = 1.0 / 512;

  private static void checkBf16(
      Function<Definition, SDVariable> function, Map<String, INDArray> inputs) {
    KernelLibrary bf16 = bf16();
    Map<String, INDArray> exact = run(function, inputs, DataType.DOUBLE, null);
    Map<String, INDArray> rounded = run(function, inputs, DataType.FLOAT, bf16);
    Map<String, INDArray> again = run(function, inputs, DataType.FLOAT, bf16);
    exact.forEach(
        (name, expected) -> {
          double error =
              distance(rounded.get(name), expected) / expected.norm2Number().doubleValue();
          assertTrue(error < 2 * BF16, "gradient of \"" + name + "\" is off by " + error);
          assertEquals(0, distance(rounded.get(name), again.get(name).castTo(DataType.DOUBLE)));
        });
    double value =
        distance(rounded.get(""), exact.get("")) / exact.get("").norm2Number().doubleValue();
    assertTrue(value > 1e-4, "the products ran in float32: off by " + value);
  }

  private static KernelLibrary bf16() {
    try {
      return kernels.in(Precision.BF16);
    } catch (UnsupportedOperationException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  private static SDVariable in(Definition d, String name) {
    return d.inputs().get(name);
  }

  private static Map<String, INDArray> inputs(Object... namesAndArrays) {
    Map<String, INDArray> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndArrays.length; i += 2) {
      map.put((String) namesAndArrays[i], (INDArray) namesAndArrays[i + 1]);
    }
    return map;
  }

  @Test
  void linear() {
    for (long rows : new long[] {1, 7, 600}) {
      check(
          d -> Linear.apply(d, in(d, "x"), in(d, "w"), in(d, "b")),
          inputs(
              "x", TinyGraph.random(1, rows, 35),
              "w", TinyGraph.random(2, 35, 53),
              "b", TinyGraph.random(3, 53)));
    }
  }

  @Test
  void linearInBf16() {
    for (long rows : new long[] {7, 600}) {
      checkBf16(
          d -> Linear.apply(d, in(d, "x"), in(d, "w"), in(d, "b")),
          inputs(
              "x", TinyGraph.random(1, rows, 96),
              "w", TinyGraph.random(2, 96, 64),
              "b", TinyGraph.random(3, 64)));
    }
  }

  @Test
  void convolutionsOfOneAndOfSeveralMaps() {
    for (List<TokenGrid> grids :
        List.of(
            List.of(new TokenGrid(5, 3)),
            List.of(new TokenGrid(6, 10), new TokenGrid(3, 5), new TokenGrid(1, 2)))) {
      check(convolution(grids, 19), convolved(grids, 19, 7));
      check(convolution(grids, 64), convolved(grids, 64, 48));
    }
  }

  @Test
  void convolutionInBf16() {
    List<TokenGrid> grids = List.of(new TokenGrid(9, 8), new TokenGrid(4, 4));
    checkBf16(convolution(grids, 64), convolved(grids, 64, 64));
  }

  private static Function<Definition, SDVariable> convolution(List<TokenGrid> grids, long in) {
    return d -> Convolution3x3.apply(d, in(d, "x"), grids, in, in(d, "w"), in(d, "b"));
  }

  private static Map<String, INDArray> convolved(List<TokenGrid> grids, long in, long out) {
    long places = grids.stream().mapToLong(TokenGrid::tokens).sum();
    return inputs(
        "x", TinyGraph.random(1, 3, places, in),
        "w", TinyGraph.random(2, Convolution3x3.PLACES * in, out),
        "b", TinyGraph.random(3, out));
  }

  @Test
  void attentionInBf16() {
    PackedViews views = PackedViews.of(49, 9);
    checkBf16(
        d -> SelfAttention.apply(d, in(d, "qkv"), views, 3, 96),
        inputs("qkv", TinyGraph.random(1, 2 * views.total(), 288)));
  }

  /** As gradients of biases are: summed in bf16 they would lose all but 8 bits. */
  @Test
  void sumsStayInFloat32() {
    Map<String, INDArray> inputs = inputs("x", TinyGraph.random(1, 670, 129));
    Map<String, INDArray> exact = run(d -> in(d, "x").sum(0).add(1), inputs, DataType.DOUBLE, null);
    Map<String, INDArray> own = run(d -> in(d, "x").sum(0).add(1), inputs, DataType.FLOAT, bf16());
    assertClose("", exact.get(""), own.get(""));
  }

  @Test
  void gelu() {
    for (double spread : new double[] {0.1, 1, 6}) {
      check(
          d -> ExactGelu.apply(d, in(d, "x")),
          inputs("x", TinyGraph.random(1, 67, 129).muli(spread)));
    }
  }

  @Test
  void layerNorm() {
    check(
        d -> LayerNorm.apply(d, in(d, "x"), in(d, "gain"), in(d, "bias"), 1e-6),
        inputs(
            "x", TinyGraph.random(1, 67, 129).addi(0.5),
            "gain", TinyGraph.random(2, 129),
            "bias", TinyGraph.random(3, 129)));
  }

  @Test
  void softmaxAndItsGradient() {
    check(
        d -> {
          SDVariable p = d.sameDiff().nn.softmax(in(d, "x"), -1);
          return d.withGradient(p, List.of(in(d, "x")), dp -> List.of(Softmax.gradient(d, p, dp)));
        },
        inputs("x", TinyGraph.random(1, 2, 3, 5, 37).muli(3)));
  }

  @Test
  void attention() {
    for (PackedViews views :
        List.of(PackedViews.of(5), PackedViews.of(2, 3, 3, 1), PackedViews.of(196, 36))) {
      for (long batch : new long[] {1, 6}) {
        check(
            d -> SelfAttention.apply(d, in(d, "qkv"), views, 3, 24),
            inputs("qkv", TinyGraph.random(1, batch * views.total(), 72)));
      }
    }
  }

  /** Fewer images than threads are split into heads, and a thread may have nothing to do. */
  @Test
  void attentionOnAnyNumberOfThreads() {
    NativeOps openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
    int before = openMp.ompGetMaxThreads();
    PackedViews views = PackedViews.of(20, 7, 7);
    Function<Definition, SDVariable> attention =
        d -> SelfAttention.apply(d, in(d, "qkv"), views, 3, 24);
    try {
      for (long batch : new long[] {1, 2, 5}) {
        Map<String, INDArray> qkv =
            inputs("qkv", TinyGraph.random(1, batch * views.total(), 72).muli(3));
        openMp.setOmpNumThreads(1);
        Map<String, INDArray> alone = run(attention, qkv, DataType.FLOAT, kernels);
        for (int threads : new int[] {2, 3, 20}) {
          openMp.setOmpNumThreads(threads);
          Map<String, INDArray> together = run(attention, qkv, DataType.FLOAT, kernels);
          assertEquals(threads, openMp.ompGetMaxThreads(), "kernels leave OpenMP as it was");
          alone.forEach(
              (name, expected) ->
                  assertClose(name, expected.castTo(DataType.DOUBLE), together.get(name)));
        }
      }
    } finally {
      openMp.setOmpNumThreads(before);
    }
  }

  @Test
  void attentionWeights() {
    check(
        d -> SelfAttention.weights(d, in(d, "qkv"), 7, 2, 3, 24),
        inputs("qkv", TinyGraph.random(1, 2 * 7, 72)));
  }

  @Test
  void productsInEveryForm() {
    for (boolean left : new boolean[] {false, true}) {
      for (boolean right : new boolean[] {false, true}) {
        for (long[] batch : new long[][] {{}, {2}, {2, 3}}) {
          check(
              d -> d.sameDiff().mmul(in(d, "a"), in(d, "b"), left, right, false),
              inputs(
                  "a", TinyGraph.random(1, shape(batch, left ? 11 : 5, left ? 5 : 11)),
                  "b", TinyGraph.random(2, shape(batch, right ? 13 : 11, right ? 11 : 13))));
        }
      }
    }
  }

  private static long[] shape(long[] batch, long rows, long columns) {
    long[] shape = java.util.Arrays.copyOf(batch, batch.length + 2);
    shape[batch.length] = rows;
    shape[batch.length + 1] = columns;
    return shape;
  }

  /** As of patches of images, and of channels. */
  @Test
  void permutations() {
    check(
        d -> d.sameDiff().permute(in(d, "x").mul(in(d, "x")), 0, 2, 4, 1, 3, 5),
        inputs("x", TinyGraph.random(1, 2, 3, 4, 5, 2, 7)));
    check(
        d -> d.sameDiff().permute(in(d, "x").mul(in(d, "x")), 0, 3, 1, 2),
        inputs("x", TinyGraph.random(1, 3, 5, 1, 4)));
  }

  @Test
  void sums() {
    check(d -> in(d, "x").sum(0).add(1), inputs("x", TinyGraph.random(1, 67, 129)));
    check(d -> in(d, "x").mean(true, 1).add(1), inputs("x", TinyGraph.random(1, 67, 129)));
  }
}
