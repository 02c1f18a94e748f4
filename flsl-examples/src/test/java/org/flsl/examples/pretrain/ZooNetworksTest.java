package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.zoo.ZooModel;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.ResNet50;
import org.deeplearning4j.zoo.model.UNet;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.graph.GraphBackbone;
import org.flsl.schedules.Scheduled;
import org.flsl.training.FinalNorm;
import org.flsl.training.FlslConfig;
import org.flsl.training.FlslGraph;
import org.flsl.training.ViewLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Networks that people have, those of DL4J's zoo, with random weights. */
@Tag("slow")
class ZooNetworksTest {
  private static final int GLOBAL = 64;
  private static final int LOCAL = 32;

  private static ComputationGraph network(String name) {
    int[] small = {3, GLOBAL, GLOBAL};
    ZooModel<?> model =
        switch (name) {
          // Its last pooling needs images as large as ImageNet's; the trunk does not.
          case "ResNet50" -> ResNet50.builder().numClasses(3).build();
          case "Darknet19" -> Darknet19.builder().numClasses(3).inputShape(small).build();
          default -> UNet.builder().inputShape(small).build();
        };
    return (ComputationGraph) model.init();
  }

  /** The trunk, up to the vertex that is proposed, learns from views of two sizes. */
  @ParameterizedTest
  @CsvSource({
    "ResNet50, res4f_branch, 1024",
    "Darknet19, activation_18, 1024",
    "UNet, drop5, 1024"
  })
  void theTrunkLearnsAndTheRestComesBack(String name, String proposed, int channels) {
    ComputationGraph before = network(name);
    var maps = BackboneGraph.of(before.getConfiguration()).featureMaps(GLOBAL, GLOBAL);
    String features = OwnNetwork.endOfTrunk(maps);
    assertTrue(features.startsWith(proposed), features);
    assertEquals(channels, maps.get(features).getChannels());

    int side = Math.toIntExact(maps.get(features).getHeight());
    FlslGraph flsl =
        FlslGraph.builder()
            .backbone(GraphBackbone.of(before, features))
            .views(ViewLayout.of(GLOBAL, side, 1, LOCAL, side / 2))
            .config(
                FlslConfig.builder()
                    .epochs(1)
                    .iterationsPerEpoch(2)
                    .batchSize(256)
                    .warmupFraction(0)
                    .momentum(Scheduled.constant(0.5))
                    .finalNorm(FinalNorm.NONE)
                    .centroids(16)
                    .headHidden(16)
                    .headBottleneck(8)
                    .build())
            .build();
    ComputationGraph training = flsl.init();
    training.fit(batch(side));
    assertTrue(Double.isFinite(training.score()), "score " + training.score());

    ComputationGraph after = flsl.exportTeacher(training);
    Set<String> trunk = BackboneGraph.of(before.getConfiguration(), features).vertices();
    int behind = 0;
    for (GraphVertex vertex : before.getVertices()) {
      if (vertex.numParams() > 0) {
        String layer = vertex.getVertexName();
        boolean same =
            Arrays.equals(
                vertex.params().toFloatVector(), after.getVertex(layer).params().toFloatVector());
        assertEquals(!trunk.contains(layer), same, layer);
        behind += same ? 1 : 0;
      }
    }
    assertTrue(behind > 0, "nothing stands behind " + features);
  }

  private static MultiDataSet batch(int side) {
    long global = (long) side * side;
    long local = global / 4;
    INDArray selector = Nd4j.zeros(2, 2, global + local);
    for (int photo = 0; photo < 2; photo++) {
      selector.putScalar(new long[] {photo, 0, 0}, 1);
      selector.putScalar(new long[] {photo, 1, global}, 1);
    }
    return new MultiDataSet(
        new INDArray[] {
          Nd4j.randn(2, 3, GLOBAL, GLOBAL),
          Nd4j.randn(2, 3, GLOBAL, GLOBAL),
          Nd4j.randn(2, 3, LOCAL, LOCAL),
          selector
        },
        new INDArray[] {Nd4j.zeros(2, 1)});
  }
}
