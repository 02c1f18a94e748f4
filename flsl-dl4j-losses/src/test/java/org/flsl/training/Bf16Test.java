package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.samediff.ProductPrecision;
import org.flsl.layers.vit.VitBackbone;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** Trainings whose layers multiply in bf16. */
class Bf16Test {

  /** Wide enough: oneDNN computes the smallest products in float32 all the same. */
  private static FlslGraph flsl(Precision precision) {
    return TinyFlsl.flsl(TinyFlsl.config(DataType.FLOAT).precision(precision).build())
        .backbone(VitBackbone.of(TinyFlsl.vit().width(96).build()))
        .build();
  }

  private static FlslGraph bf16() {
    try {
      ProductPrecision.require(Precision.BF16);
    } catch (UnsupportedOperationException e) {
      assumeTrue(false, e.getMessage());
    }
    return flsl(Precision.BF16);
  }

  private static MultiDataSet batch(int step) {
    return TinyFlsl.batch(DataType.FLOAT, step, 2, false);
  }

  private static INDArray gradient(FlslGraph flsl) {
    ComputationGraph graph = flsl.init();
    graph.setInputs(batch(0).getFeatures());
    graph.setLabels(batch(0).getLabels());
    graph.computeGradientAndScore();
    return graph.gradient().gradient().dup();
  }

  @Test
  void gradientsPointWhereThoseOfFloat32Point() {
    INDArray rounded = gradient(bf16());
    INDArray exact = gradient(flsl(Precision.FLOAT32));
    double difference = rounded.sub(exact).norm2Number().doubleValue();
    double relative = difference / exact.norm2Number().doubleValue();
    assertTrue(relative > 1e-4 && relative < 0.05, "differ by " + relative);
  }

  @Test
  void aRestoredTrainingGoesOnToTheBit() throws IOException {
    FlslGraph flsl = bf16();
    ComputationGraph graph = flsl.init();
    for (int step = 0; step < 2; step++) {
      graph.fit(batch(step));
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    flsl.attach(restored);
    for (int step = 2; step < 6; step++) {
      graph.fit(batch(step));
      restored.fit(batch(step));
      assertEquals(graph.score(), restored.score());
    }
    assertArrayEquals(graph.params().toFloatVector(), restored.params().toFloatVector());
    assertArrayEquals(
        graph.getUpdater().getStateViewArray().toFloatVector(),
        restored.getUpdater().getStateViewArray().toFloatVector());
  }

  @Test
  void whatIsSavedAndExportedComputesInFloat32() throws IOException {
    FlslGraph flsl = bf16();
    ComputationGraph graph = flsl.init();
    ComputationGraph plain = flsl(Precision.FLOAT32).init();
    INDArray image = batch(0).getFeatures(0);
    assertEquals(
        flsl(Precision.FLOAT32).exportTeacher(plain).outputSingle(image),
        flsl.exportTeacher(graph).outputSingle(image));

    INDArray[] inputs = batch(0).getFeatures();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    INDArray exact = restored.output(inputs)[0].dup();
    assertEquals(plain.output(inputs)[0], exact);
    assertNotEquals(exact, graph.output(inputs)[0].dup());
    ProductPrecision.set(graph, Precision.FLOAT32);
    assertEquals(exact, graph.output(inputs)[0]);
  }

  @Test
  void doublesAreRefused() {
    FlslConfig.Builder config = TinyFlsl.config(DataType.DOUBLE).precision(Precision.BF16);
    Exception refusal = assertThrows(IllegalArgumentException.class, config::build);
    assertTrue(refusal.getMessage().contains("dataType FLOAT"), refusal.getMessage());
    bf16();
    ComputationGraph doubles = TinyFlsl.flsl(DataType.DOUBLE).init();
    refusal =
        assertThrows(
            UnsupportedOperationException.class,
            () -> ProductPrecision.set(doubles, Precision.BF16));
    assertTrue(refusal.getMessage().contains("of DOUBLE"), refusal.getMessage());
  }
}
