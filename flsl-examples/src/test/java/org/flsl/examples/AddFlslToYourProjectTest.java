package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.graph.GraphBackbone;
import org.flsl.training.FlslConfig;
import org.flsl.training.FlslGraph;
import org.flsl.training.ViewLayout;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** The example of the documentation does what the documentation says. */
class AddFlslToYourProjectTest {
  private static final Path SOURCE =
      Path.of("src/main/java/org/flsl/examples/AddFlslToYourProject.java");
  private static final Path DOCUMENT = Path.of("../docs/add-flsl-to-your-project.md");
  private static final int LINES = 25;
  private static final List<String> LAYERS = List.of("conv1", "norm1", "conv2", "features");

  private static final ViewConfig VIEWS =
      ViewConfig.builder().globalSize(64).localSize(64).patch(8).build();

  @TempDir private Path folder;

  @Test
  void pretrainedLayersArriveInTheNetworkToFineTune() throws IOException {
    ComputationGraph untrained = untrained();

    ComputationGraph pretrained =
        AddFlslToYourProject.pretrain(AddFlslToYourProject.yourNetwork(), photos(16), 3);
    ComputationGraph fineTuned = AddFlslToYourProject.forFineTuning(pretrained, 3);

    for (String layer : LAYERS) {
      INDArray weights = pretrained.getLayer(layer).params();
      assertTrue(Double.isFinite(weights.sumNumber().doubleValue()), layer);
      assertNotEquals(untrained.getLayer(layer).params(), weights, layer);
      assertEquals(weights, fineTuned.getLayer(layer).params(), layer);
    }
    INDArray before = fineTuned.getLayer("conv1").params().dup();
    fineTuned.fit(new DataSet(Nd4j.rand(3, 3, 64, 64), Nd4j.eye(3)));
    assertNotEquals(before, fineTuned.getLayer("conv1").params(), "goes on learning");
    assertEquals(3, fineTuned.outputSingle(Nd4j.rand(1, 3, 64, 64)).size(1));
  }

  /** The same network where the example begins. */
  private static ComputationGraph untrained() {
    FlslGraph flsl = flsl(1, 1);
    return flsl.exportTeacher(flsl.init());
  }

  private static FlslGraph flsl(int epochs, int batches) {
    return FlslGraph.builder()
        .backbone(GraphBackbone.of(AddFlslToYourProject.yourNetwork(), "features"))
        .views(ViewLayout.of(VIEWS))
        .config(
            FlslConfig.builder()
                .epochs(epochs)
                .iterationsPerEpoch(batches)
                .batchSize(8)
                .centroids(64)
                .learningRate(0.02)
                .seed(1)
                .build())
        .build();
  }

  /** As the section on saving and resuming says. */
  @Test
  void aSavedTrainingGoesOnAsIfItHadNeverStopped() throws IOException {
    ImageFolder images = ImageFolder.scan(photos(16));
    File file = folder.resolve("training.zip").toFile();
    FlslGraph flsl = flsl(2, 2);
    INDArray uninterrupted;
    try (MultiViewIterator batches =
        MultiViewIterator.builder().images(images).views(VIEWS).batchSize(8).seed(1).build()) {
      ComputationGraph training = flsl.init();
      training.fit(batches, 1);
      ModelSerializer.writeModel(training, file, true);
      training.fit(batches, 1);
      uninterrupted = training.params();
    }
    try (MultiViewIterator batches =
        MultiViewIterator.builder().images(images).views(VIEWS).batchSize(8).seed(1).build()) {
      ComputationGraph training = flsl.attach(ModelSerializer.restoreComputationGraph(file, true));
      int done = training.getEpochCount();
      batches.startAt(done, 0);
      training.fit(batches, 2 - done);

      assertEquals(1, done);
      assertEquals(uninterrupted, training.params());
    }
  }

  private Path photos(int count) throws IOException {
    try (var files = Files.list(Path.of("sample/photos"))) {
      for (Path photo : files.sorted().limit(count).toList()) {
        Files.copy(photo, folder.resolve(photo.getFileName()));
      }
    }
    return folder;
  }

  @Test
  void theDocumentShowsTheLinesThatRun() throws IOException {
    String source = Files.readString(SOURCE);
    String marked = between(source, "  // example begins\n", "  // example ends\n");
    // Without the trailing line, which is not indented.
    String example = marked.stripTrailing().stripIndent();

    assertTrue(
        Files.readString(DOCUMENT).contains("```java\n" + example + "\n```\n"),
        () -> DOCUMENT + " has to show:\n" + example);
    assertTrue(
        example.lines().filter(line -> !line.isBlank() && !line.startsWith("/**")).count() <= LINES,
        example);
  }

  private static String between(String text, String begin, String end) {
    return text.substring(text.indexOf(begin) + begin.length(), text.indexOf(end));
  }
}
