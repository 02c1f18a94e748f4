package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.command.UserError;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.training.FlslConfig;
import org.flsl.training.FlslGraph;
import org.flsl.training.ViewLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceTest {
  @TempDir private Path folder;

  @Test
  void aCheckpointIsNoNetworkToLookAt() throws IOException {
    VitConfig vit = VitConfig.builder().width(16).depth(1).heads(2).patch(8).imageSize(32).build();
    FlslConfig config =
        FlslConfig.builder()
            .centroids(4)
            .headHidden(8)
            .headBottleneck(4)
            .batchSize(2)
            .iterationsPerEpoch(1)
            .build();
    FlslGraph flsl =
        FlslGraph.builder()
            .backbone(VitBackbone.of(vit))
            .views(ViewLayout.of(32, 3, 1, 32, 1))
            .config(config)
            .build();
    ComputationGraph training = flsl.init();
    Path checkpoint = folder.resolve("step-00000002.zip");
    ModelSerializer.writeModel(training, checkpoint.toFile(), true);
    assertEquals(
        checkpoint
            + " is a checkpoint, with student, teacher and objective: name the folder of its run, or the backbone.zip that it ends with",
        assertThrows(UserError.class, () -> Source.of(checkpoint)).getMessage());

    Path backbone = folder.resolve("backbone.zip");
    ModelSerializer.writeModel(flsl.exportTeacher(training), backbone.toFile(), false);
    assertEquals(flsl.exportTeacher(training).params(), Source.of(backbone).graph().params());
  }
}
