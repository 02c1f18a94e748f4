package org.flsl.layers.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.Published;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.FixedSchedule;

/** The attention of a previous stage, and the modes it guides, as the paper's code has them. */
class PublishedPreviousStageTest {

  private static Map<String, INDArray> run() {
    PreviousStageAttention attention =
        new PreviousStageAttention(
            Published.argument("previous_stage_attention", "temperature"),
            Published.argument("previous_stage_attention", "sharpness"));
    MeanShift guided =
        MeanShift.guided(
            new FixedSchedule(Published.argument("mixed_modes", "temperature")),
            new FixedSchedule(Published.argument("mixed_modes", "mixture")));
    ComputationGraph graph =
        TinyGraph.plain(
            DataType.DOUBLE,
            b ->
                b.addInputs("previous", "keys", "source", "target", "selector")
                    .addVertex("previousQueries", new TokenSelection(), "previous", "selector")
                    .addVertex("attention", attention, "previousQueries", "keys")
                    .addVertex("queries", new TokenSelection(), "source", "selector")
                    .addVertex("modes", guided, "queries", "target", "attention")
                    .addLayer("out", new GradientCheck.MixedSquares(), "modes")
                    .setOutputs("out")
                    .setInputTypes(
                        TokenTypes.sequence(12, 9),
                        TokenTypes.sequence(12, 16),
                        TokenTypes.sequence(12, 9),
                        TokenTypes.sequence(12, 16),
                        TokenTypes.sequence(9, 5)));
    INDArray[] inputs = {
      Published.array("previous_stage_queries"),
      Published.array("previous_stage_keys"),
      Published.array("mixed_source"),
      Published.array("mixed_target"),
      Published.selector(Published.array("query_mask"))
    };
    return graph.feedForward(inputs, false);
  }

  @Test
  void attentionIsThePublishedOne() {
    assertClose("previous_stage_attention", run().get("attention"));
  }

  @Test
  void guidedModesAreThePublishedOnes() {
    Map<String, INDArray> all = run();
    assertClose("mixed_queries", all.get("queries"));
    assertClose("mixed_modes", all.get("modes"));
  }

  private static void assertClose(String name, INDArray actual) {
    INDArray expected = Published.array(name);
    assertArrayEquals(expected.shape(), actual.shape());
    assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), 1e-5, name);
  }
}
