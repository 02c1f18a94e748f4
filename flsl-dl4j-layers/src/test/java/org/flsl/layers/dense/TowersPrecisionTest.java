package org.flsl.layers.dense;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.samediff.ProductPrecision;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Towers multiply as exactly as their graph is told to, vertex though they are. */
class TowersPrecisionTest {
  private static final int WIDTH = 64;

  @Test
  void towersFollowTheGraphsPrecision() {
    try {
      ProductPrecision.require(Precision.BF16);
    } catch (UnsupportedOperationException e) {
      assumeTrue(false, e.getMessage());
    }
    ComputationGraph graph =
        TinyGraph.of(
            DataType.FLOAT,
            b ->
                b.addInputs("fine", "coarse")
                    .addVertex("towers", new DetectionTowers(2, WIDTH, 2, 3), "fine", "coarse")
                    .setOutputs("towers")
                    .setInputTypes(
                        InputType.convolutional(8, 8, WIDTH),
                        InputType.convolutional(4, 4, WIDTH)));
    INDArray[] levels = {
      TinyGraph.random(1, 2, WIDTH, 8, 8).castTo(DataType.FLOAT),
      TinyGraph.random(2, 2, WIDTH, 4, 4).castTo(DataType.FLOAT)
    };
    INDArray exact = graph.output(levels)[0].dup();
    ProductPrecision.set(graph, Precision.BF16);
    INDArray rounded = graph.output(levels)[0].dup();
    double relative =
        rounded.sub(exact).norm2Number().doubleValue() / exact.norm2Number().doubleValue();
    assertTrue(relative > 1e-4 && relative < 0.02, "differ by " + relative);
    ProductPrecision.set(graph, Precision.FLOAT32);
    assertEquals(exact, graph.output(levels)[0]);
  }
}
