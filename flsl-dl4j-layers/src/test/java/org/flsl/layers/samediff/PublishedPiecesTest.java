package org.flsl.layers.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.flsl.layers.Published;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Activation and norm as the paper's code has them. */
class PublishedPiecesTest {

  @Test
  void geluIsThePublishedOne() {
    INDArray x = Published.array("gelu_x").reshape(1, -1);
    INDArray y =
        FunctionGradients.value(
            d -> ExactGelu.apply(d, d.inputs().get("x")), new LinkedHashMap<>(Map.of("x", x)));
    assertEquals(0, Published.array("gelu_y").sub(y.ravel()).amaxNumber().doubleValue(), 1e-12);
  }

  @Test
  void layerNormOfNearlyConstantTokensIsThePublishedOne() {
    INDArray x = Published.array("layer_norm_x");
    Map<String, INDArray> inputs = new LinkedHashMap<>();
    inputs.put("x", x);
    inputs.put("gain", Nd4j.ones(DataType.DOUBLE, x.size(1)));
    inputs.put("bias", Nd4j.zeros(DataType.DOUBLE, x.size(1)));
    double eps = Published.argument("layer_norm_y", "eps");
    INDArray y =
        FunctionGradients.value(
            d ->
                LayerNorm.apply(
                    d, d.inputs().get("x"), d.inputs().get("gain"), d.inputs().get("bias"), eps),
            inputs);
    INDArray expected = Published.array("layer_norm_y");
    assertEquals(0, expected.sub(y).amaxNumber().doubleValue(), 1e-9);
  }
}
