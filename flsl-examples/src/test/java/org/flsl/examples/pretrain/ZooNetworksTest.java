package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.util.ModelSerializer;
import org.deeplearning4j.zoo.ZooModel;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.ResNet50;
import org.deeplearning4j.zoo.model.UNet;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.layers.BackboneGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code flsl pretrain --network} with networks that people have: those of DL4J's zoo. */
@Tag("slow")
class ZooNetworksTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("FLSL_RELAUNCHED", "1");

  @TempDir private Path folder;

  private static ZooModel<?> model(String name) {
    int[] side64 = {3, 64, 64};
    return switch (name) {
      // Its last pooling needs images as large as ImageNet's; the trunk does not.
      case "ResNet50" -> ResNet50.builder().numClasses(3).build();
      case "Darknet19" -> Darknet19.builder().numClasses(3).inputShape(side64).build();
      default -> UNet.builder().inputShape(side64).build();
    };
  }

  private Screen pretrain(String... arguments) {
    Screen screen = new Screen(false);
    List<String> all =
        new ArrayList<>(
            List.of("pretrain", "--network=" + folder.resolve("model.zip"), "--global-size=64"));
    all.addAll(List.of(arguments));
    Main.run(screen.terminal(), ENVIRONMENT, all.toArray(String[]::new));
    return screen;
  }

  /** The trunk, up to the vertex that is proposed, learns from views of two sizes. */
  @ParameterizedTest
  @CsvSource({
    "ResNet50, activation_48, 2048 x 2 x 2, fc1000",
    "Darknet19, activation_18, 1024 x 2 x 2, convolution2d_19",
    "UNet, drop5, 1024 x 4 x 4, conv9-3"
  })
  void theTrunkLearnsAndTheRestComesBack(
      String name, String features, String maps, String behind) throws IOException {
    ComputationGraph before = (ComputationGraph) model(name).init();
    ModelSerializer.writeModel(before, folder.resolve("model.zip").toFile(), false);
    long t0 = System.nanoTime();
    Screen list = pretrain();
    System.out.println(list.out() + list.err() + (System.nanoTime() - t0) / 1e9);
    assertTrue(list.out().contains("  %s  %s%n".formatted(features, maps)), list.out());
    assertTrue(list.err().contains("--features " + features + ","), list.err());

    Screen screen =
        pretrain(
            "--features=" + features,
            "--local-size=32",
            "--local-views=1",
            "--out=" + folder.resolve("run"),
            "--epochs=1",
            "--steps-per-epoch=2",
            "--batch=2",
            "--global-window=1",
            "--head-hidden=16",
            "--warmup=0",
            "--momentum=0.5",
            "--threads=1",
            "--loaders=1");
    System.out.println((System.nanoTime() - t0) / 1e9);
    assertTrue(screen.out().contains("local views have 32 pixels"), screen.err());
    ComputationGraph after =
        ModelSerializer.restoreComputationGraph(folder.resolve("run/network.zip").toFile());
    assertEquals(before.getConfiguration().toJson(), after.getConfiguration().toJson());
    Set<String> trunk = BackboneGraph.of(before.getConfiguration(), features).vertices();
    int learned = 0;
    for (GraphVertex vertex : before.getVertices()) {
      if (vertex.numParams() > 0) {
        GraphVertex other = after.getVertex(vertex.getVertexName());
        boolean same =
            Arrays.equals(vertex.params().toFloatVector(), other.params().toFloatVector());
        assertEquals(!trunk.contains(vertex.getVertexName()), same, vertex.getVertexName());
        learned += same ? 0 : 1;
      }
    }
    assertTrue(learned > 5, "layers that learned: " + learned);
    assertFalse(trunk.contains(behind), behind);
  }
}
