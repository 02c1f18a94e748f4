package org.flsl.layers.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The pieces that layers are made of, each with its gradient. */
class PiecesTest {

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
  void gradientOfExactGeluIsRight() {
    FunctionGradients.check(
        d -> ExactGelu.apply(d, in(d, "x")), inputs("x", TinyGraph.random(1, 4, 5).muli(2)));
  }

  @Test
  void gradientOfLayerNormIsRight() {
    FunctionGradients.check(
        d -> LayerNorm.apply(d, in(d, "x"), in(d, "gain"), in(d, "bias"), 1e-6),
        inputs(
            "x", TinyGraph.random(1, 4, 5),
            "gain", TinyGraph.random(2, 5),
            "bias", TinyGraph.random(3, 5)));
  }

  @Test
  void gradientOfLayerNormIsRightWhereEpsMatters() {
    FunctionGradients.check(
        d -> LayerNorm.apply(d, in(d, "x"), in(d, "gain"), in(d, "bias"), 0.5),
        inputs(
            "x", TinyGraph.random(1, 4, 5).muli(0.3),
            "gain", TinyGraph.random(2, 5),
            "bias", TinyGraph.random(3, 5)));
  }

  @Test
  void gradientOfLinearIsRight() {
    FunctionGradients.check(
        d -> Linear.apply(d, in(d, "x"), in(d, "w"), in(d, "b")),
        inputs(
            "x", TinyGraph.random(1, 4, 5),
            "w", TinyGraph.random(2, 5, 3),
            "b", TinyGraph.random(3, 3)));
  }

  @Test
  void softplusIsRightAlsoWhereItsExponentialOverflows() {
    INDArray x = Nd4j.createFromArray(-800.0, -3, 0.5, 800);
    INDArray y = FunctionGradients.value(d -> Softplus.apply(d, in(d, "x")), inputs("x", x));
    double[] expected = {0, Math.log1p(Math.exp(-3)), Math.log1p(Math.exp(0.5)), 800};
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], y.getDouble(i), 1e-12);
    }
    FunctionGradients.check(d -> Softplus.apply(d, in(d, "x")), inputs("x", x.dup()));
  }

  @Test
  void severalMapsShareTheWeightsOfAConvolution() {
    List<TokenGrid> grids = List.of(new TokenGrid(3, 4), new TokenGrid(1, 2));
    INDArray x = TinyGraph.random(1, 2, 14, 3);
    INDArray w = TinyGraph.random(2, 27, 2);
    INDArray b = TinyGraph.random(3, 2);
    Function<Definition, SDVariable> convolution =
        d -> Convolution3x3.apply(d, in(d, "x"), grids, 3, in(d, "w"), in(d, "b"));
    FunctionGradients.check(convolution, inputs("x", x, "w", w, "b", b));

    INDArray y =
        FunctionGradients.value(convolution, inputs("x", x, "w", w, "b", b)).reshape(2, 14, 2);
    Conv2DConfig same =
        Conv2DConfig.builder().kH(3).kW(3).paddingMode(PaddingMode.SAME).dataFormat("NHWC").build();
    long from = 0;
    for (TokenGrid grid : grids) {
      long to = from + grid.tokens();
      INDArray map =
          x.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all())
              .dup('c')
              .reshape(2, grid.height(), grid.width(), 3);
      INDArray dl4j = Nd4j.cnn().conv2d(map, w.reshape('c', 3, 3, 3, 2), b, same);
      INDArray ours =
          y.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all());
      INDArray difference = dl4j.reshape(2, grid.tokens(), 2).sub(ours);
      assertEquals(0, difference.amaxNumber().doubleValue(), 1e-12);
      from = to;
    }
  }

  @Test
  void gradientOfUnitRowsIsRight() {
    FunctionGradients.check(
        d -> UnitRows.apply(d, in(d, "x")), inputs("x", TinyGraph.random(1, 4, 5)));
  }

  @Test
  void aZeroRowStaysZeroWithAFiniteGradient() {
    INDArray x = TinyGraph.random(1, 3, 5);
    x.getRow(1).assign(0);
    INDArray y = FunctionGradients.value(d -> UnitRows.apply(d, in(d, "x")), inputs("x", x));
    assertEquals(0, y.getRow(1).amaxNumber().doubleValue());
    INDArray gradient =
        FunctionGradients.gradients(d -> UnitRows.apply(d, in(d, "x")), inputs("x", x)).get("x");
    assertTrue(Double.isFinite(gradient.sumNumber().doubleValue()));
  }

  @Test
  void gradientOfSelfAttentionIsRight() {
    FunctionGradients.check(
        d -> SelfAttention.apply(d, in(d, "qkv"), PackedViews.of(4), 2, 6),
        inputs("qkv", TinyGraph.random(1, 2 * 4, 18)));
  }

  @Test
  void gradientOfSelfAttentionOverPackedViewsIsRight() {
    FunctionGradients.check(
        d -> SelfAttention.apply(d, in(d, "qkv"), PackedViews.of(2, 3, 3, 1), 2, 4),
        inputs("qkv", TinyGraph.random(1, 2 * 9, 12)));
  }

  @Test
  void gradientOfSoftmaxByHandIsRight() {
    FunctionGradients.check(
        d -> {
          SDVariable p = d.sameDiff().nn.softmax(in(d, "x"), -1);
          return d.withGradient(p, List.of(in(d, "x")), dp -> List.of(Softmax.gradient(d, p, dp)));
        },
        inputs("x", TinyGraph.random(1, 2, 3, 4)));
  }

  @Test
  void gradientOfLogSoftmaxIsRight() {
    FunctionGradients.check(
        d -> Softmax.log(d, in(d, "x")), inputs("x", TinyGraph.random(1, 3, 5).muli(3)));
  }

  @Test
  void logSoftmaxIsFiniteWhereTheProbabilityUnderflows() {
    INDArray x = Nd4j.createFromArray(new double[][] {{0, 1e5, -1e5}, {3, 3, 3}});
    INDArray y = FunctionGradients.value(d -> Softmax.log(d, in(d, "x")), inputs("x", x));
    assertEquals(-1e5, y.getDouble(0, 0), 1e-6);
    assertEquals(0, y.getDouble(0, 1), 1e-12);
    assertEquals(-2e5, y.getDouble(0, 2), 1e-6);
    assertEquals(-Math.log(3), y.getDouble(1, 2), 1e-12);
  }

  @Test
  void noGradientPassesAStop() {
    Map<String, INDArray> gradients =
        FunctionGradients.gradients(
            d -> d.stopGradient(d.sameDiff().math.square(in(d, "x"))).mul(in(d, "y")),
            inputs("x", TinyGraph.random(1, 2, 3), "y", TinyGraph.random(2, 2, 3)));
    assertEquals(0, gradients.get("x").amaxNumber().doubleValue());
    assertTrue(gradients.get("y").amaxNumber().doubleValue() > 0);
  }

  @Test
  void gradientsOfAValueUsedTwiceAddUp() {
    FunctionGradients.check(
        d -> {
          SDVariable shared = ExactGelu.apply(d, in(d, "x"));
          return shared.mul(shared).add(in(d, "x"));
        },
        inputs("x", TinyGraph.random(1, 3, 4)));
  }

  @Test
  void anIdentityCopiesItsInputAndItsGradient() {
    FunctionGradients.check(d -> in(d, "x").reshape(-1, 6), inputs("x", TinyGraph.random(1, 4, 3)));
    FunctionGradients.check(
        d -> d.sameDiff().identity(in(d, "x")), inputs("x", TinyGraph.random(1, 4, 3)));
  }

  @Test
  void arraysThatAreNotInRowOrderAreReadRightly() {
    INDArray x = TinyGraph.random(1, 4, 5);
    INDArray turned = TinyGraph.random(1, 4, 5).dup('f');
    INDArray part = Nd4j.concat(1, TinyGraph.random(3, 4, 2), x, TinyGraph.random(4, 4, 2));
    part = part.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 7));
    INDArray expected = FunctionGradients.value(d -> UnitRows.apply(d, in(d, "x")), inputs("x", x));
    for (INDArray other : List.of(turned, part)) {
      assertEquals(
          expected,
          FunctionGradients.value(d -> UnitRows.apply(d, in(d, "x")), inputs("x", other)));
    }
  }

  @Test
  void aMissingParameterIsNamed() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                FunctionGradients.value(d -> d.param("w"), inputs("x", TinyGraph.random(1, 2, 2))));
    assertTrue(e.getMessage().contains("No parameter \"w\""), e.getMessage());
  }
}
