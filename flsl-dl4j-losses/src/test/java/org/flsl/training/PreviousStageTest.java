package org.flsl.training;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.vit.VitBackbone;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Multi-stage training: the teacher of an earlier training guides the attention of this one. */
class PreviousStageTest {
  private static final double TAU = 0.3;
  private static final double SHARPNESS = 20;
  private static final int STEPS = 12;

  private static ComputationGraph previousTeacher() {
    FlslGraph flsl = TinyFlsl.flsl(TinyFlsl.config(DataType.DOUBLE).seed(77).build()).build();
    ComputationGraph graph = flsl.init();
    graph.fit(batch(0, false));
    return flsl.exportTeacher(graph);
  }

  private static MultiDataSet batch(long seed, boolean crops) {
    return TinyFlsl.batch(DataType.DOUBLE, seed, 2, crops);
  }

  /** The previous features are those of the first of its two blocks, without norm. */
  private static FlslGraph flsl(ComputationGraph previous, double bias) {
    VitBackbone shallow = VitBackbone.of(TinyFlsl.vit().depth(1).finalNorm(false).build());
    return TinyFlsl.flsl(TinyFlsl.config(DataType.DOUBLE).build())
        .previousStage(new PreviousStage(shallow, previous, bias, TAU, SHARPNESS))
        .build();
  }

  private static Map<String, INDArray> previousParams(ComputationGraph graph) {
    Map<String, INDArray> params = new HashMap<>();
    for (GraphVertex vertex : graph.getVertices()) {
      if (vertex.getVertexName().startsWith(PreviousStage.PREVIOUS) && vertex.numParams() > 0) {
        params.put(vertex.getVertexName(), vertex.params().dup());
      }
    }
    return params;
  }

  @Test
  void thePreviousTeacherIsLoadedOnBothSidesAndNeverChanges() {
    ComputationGraph previous = previousTeacher();
    ComputationGraph graph = flsl(previous, 0.2).init();
    Map<String, INDArray> before = previousParams(graph);
    assertEquals(4, before.size(), () -> before.keySet().toString());
    assertEquals(previous.getLayer("block_0").params(), before.get("previous/block_0"));
    assertEquals(before.get("previous/block_0"), before.get("previous/student/block_0"));
    INDArray student = graph.getLayer("student/block_0").params().dup();
    for (int step = 0; step < 3; step++) {
      graph.fit(batch(step, true));
      assertTrue(Double.isFinite(graph.score()));
    }
    assertEquals(before, previousParams(graph));
    assertNotEquals(student, graph.getLayer("student/block_0").params());
  }

  @Test
  void attentionIsGuidedAsTheFormulaSays() {
    ComputationGraph graph = flsl(previousTeacher(), 0.2).init();
    Map<String, INDArray> all = new HashMap<>();
    graph.addListeners(
        new BaseTrainingListener() {
          @Override
          public void onForwardPass(Model model, Map<String, INDArray> activations) {
            activations.forEach((name, array) -> all.put(name, array.detach().dup()));
          }
        });
    for (int step = 0; step < 3; step++) {
      graph.fit(batch(step, true));
      double tau = 0.5 + (0.4 - 0.5) * (1 + Math.cos(Math.PI * step / STEPS)) / 2;
      double mu = 0.8 * (1 - (1 + Math.cos(Math.PI * step / STEPS)) / 2);
      for (int b = 0; b < 2; b++) {
        INDArray previousQueries = all.get("previous/student/queries").slice(b);
        INDArray previousTokens = all.get("previous/block_0").slice(b);
        INDArray a = Transforms.softmax(previousQueries.mmul(previousTokens.transpose()).mul(TAU));
        INDArray chosen = Transforms.sigmoid(a.subColumnVector(a.mean(1)).mul(SHARPNESS));
        INDArray guide = chosen.divColumnVector(chosen.sum(1));
        assertClose(guide, all.get("previous/attention").slice(b));

        INDArray tokens = all.get("teacher/norm").slice(b);
        INDArray own =
            Transforms.softmax(all.get("queries").slice(b).mmul(tokens.transpose()).mul(tau));
        INDArray mixed = own.mul(mu).add(guide.mul(1 - mu));
        INDArray modes = mixed.divColumnVector(mixed.sum(1)).mmul(tokens);
        assertClose(modes, all.get("teacher/modes").slice(b));
      }
    }
  }

  private static void assertClose(INDArray expected, INDArray actual) {
    assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), 1e-10);
  }

  @Test
  void aRestoredTrainingKeepsThePreviousTeacher() throws IOException {
    FlslGraph flsl = flsl(previousTeacher(), 0.2);
    ComputationGraph graph = flsl.init();
    graph.fit(batch(0, true));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph restored =
        flsl.attach(
            ModelSerializer.restoreComputationGraph(
                new ByteArrayInputStream(file.toByteArray()), true));
    graph.fit(batch(1, true));
    restored.fit(batch(1, true));
    assertEquals(graph.params(), restored.params());
  }

  @Test
  void aNetworkOfAnotherShapeIsRefused() {
    FlslGraph other =
        TinyFlsl.flsl(TinyFlsl.config(DataType.DOUBLE).build())
            .backbone(VitBackbone.of(TinyFlsl.vit().width(16).build()))
            .build();
    ComputationGraph wider = other.exportTeacher(other.init());
    assertRefused(
        () -> flsl(wider, 0.2).init(), "Previous stage", "parameters", "network of the same shape");
    assertRefused(() -> flsl(previousTeacher(), 1.2), "mixture bias", "1.2");
    VitBackbone backbone = VitBackbone.of(TinyFlsl.vit().build());
    assertRefused(() -> new PreviousStage(backbone, null, 0.2, 0, 50), "temperature", "0.0");
    assertEquals(
        "backbone",
        assertThrows(NullPointerException.class, () -> PreviousStage.restored(null, 0.2))
            .getMessage());
  }
}
