package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.graph.GraphBackbone;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.training.FlslConfig;
import org.flsl.training.FlslGraph;
import org.flsl.training.ViewLayout;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** The example of the documentation does what the documentation says. */
class AddFlslToYourProjectTest {
  private static final Path SOURCE =
      Path.of("src/main/java/org/flsl/examples/AddFlslToYourProject.java");
  private static final Path DOCUMENT = Path.of("../docs/add-flsl-to-your-project.md");
  private static final int LINES = 25;
  private static final int LINES_TO_RESUME = 15;
  private static final int LINES_OF_TRANSFORMER = 22;
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

  @Test
  void aVisionTransformerGoesOnAsAWholeWithTheUpdaterOfTheExample() {
    ComputationGraph pretrained =
        VitBackbone.of(
                VitConfig.builder().width(8).heads(2).depth(2).patch(8).imageSize(32).build())
            .network(new NeuralNetConfiguration.Builder().seed(1), 32, 32);
    pretrained.params().addi(0.01);
    INDArray images = Nd4j.rand(3, 3, 32, 32);

    ComputationGraph fineTuned = AddFlslToYourProject.forFineTuningOfTransformer(pretrained, 3);

    assertEquals(pretrained.outputSingle(images), fineTuned.feedForward(images, false).get("norm"));
    List<String> layers = List.of("patchEmbedding", "block_0", "block_1", "norm", "classes");
    for (String layer : layers) {
      String weight = fineTuned.getLayer(layer).paramTable().keySet().iterator().next();
      assertEquals(
          new Adam(1e-4),
          fineTuned.getLayer(layer).conf().getLayer().getUpdaterByParam(weight),
          layer);
    }
    fineTuned.fit(new DataSet(images, Nd4j.eye(3)));
    for (String layer : layers.subList(0, 4)) {
      assertNotEquals(
          pretrained.getLayer(layer).params(), fineTuned.getLayer(layer).params(), layer);
    }
  }

  /** The same network where the example begins. */
  private static ComputationGraph untrained() {
    FlslGraph flsl = flsl(1, 1);
    return flsl.exportTeacher(flsl.init());
  }

  private static FlslGraph flsl(int epochs, int batches) {
    return flsl(config(epochs, batches));
  }

  private static FlslConfig.Builder config(int epochs, int batches) {
    return FlslConfig.builder()
        .epochs(epochs)
        .iterationsPerEpoch(batches)
        .batchSize(8)
        .centroids(64)
        .learningRate(0.02)
        .seed(1);
  }

  private static FlslGraph flsl(FlslConfig.Builder config) {
    return FlslGraph.builder()
        .backbone(GraphBackbone.of(AddFlslToYourProject.yourNetwork(), "features"))
        .views(ViewLayout.of(VIEWS))
        .config(config.build())
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

  /** Trains two epochs of three batches. */
  private ComputationGraph train(Path checkpoints, int batchesUntilKilled) throws IOException {
    AtomicInteger left = new AtomicInteger(batchesUntilKilled);
    try (MultiViewIterator batches =
        MultiViewIterator.builder()
            .images(ImageFolder.scan(folder.resolve("photos")))
            .views(VIEWS)
            .batchSize(8)
            .seed(1)
            .build()) {
      batches.setPreProcessor(
          batch -> {
            if (left.getAndDecrement() == 0) {
              throw new IllegalStateException("killed");
            }
          });
      // A small head, since every state holds it.
      FlslGraph flsl = flsl(config(2, 3).headHidden(16).headBottleneck(8));
      return AddFlslToYourProject.train(flsl, batches, 2, checkpoints, 2);
    }
  }

  /** States are saved after steps 2, 4 and 6; an epoch has three. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aKilledTrainingGoesOnAsIfItHadNeverStopped(int batchesUntilKilled) throws IOException {
    photos(24);
    ComputationGraph whole = train(folder.resolve("whole"), Integer.MAX_VALUE);
    Path parts = folder.resolve("parts");
    assertThrows(IllegalStateException.class, () -> train(parts, batchesUntilKilled));

    ComputationGraph resumed = train(parts, Integer.MAX_VALUE);

    assertEquals(6, resumed.getIterationCount());
    assertEquals(2, resumed.getEpochCount());
    assertEquals(whole.params(), resumed.params());
    assertEquals(
        whole.getUpdater(true).getUpdaterStateViewArray(),
        resumed.getUpdater(true).getUpdaterStateViewArray());
    assertEquals(whole.params(), train(parts, Integer.MAX_VALUE).params(), "nothing left to do");
  }

  private Path photos(int count) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    try (var files = Files.list(Path.of("sample/photos"))) {
      for (Path photo : files.sorted().limit(count).toList()) {
        Files.copy(photo, photos.resolve(photo.getFileName()));
      }
    }
    return photos;
  }

  @Test
  void theDocumentShowsTheLinesThatRun() throws IOException {
    String source = Files.readString(SOURCE);
    assertShown(between(source, "  // example begins\n", "  // example ends\n"), LINES);
    assertShown(between(source, "  // resume begins\n", "  // resume ends\n"), LINES_TO_RESUME);
    assertShown(
        between(source, "  // transformer begins\n", "  // transformer ends\n"),
        LINES_OF_TRANSFORMER);
  }

  private static void assertShown(String marked, int lines) throws IOException {
    // Without the trailing line, which is not indented.
    String example = marked.stripTrailing().stripIndent();
    assertTrue(
        Files.readString(DOCUMENT).contains("```java\n" + example + "\n```\n"),
        () -> DOCUMENT + " has to show:\n" + example);
    assertTrue(
        example.lines().filter(line -> !line.isBlank() && !line.startsWith("/**")).count() <= lines,
        example);
  }

  private static String between(String text, String begin, String end) {
    return text.substring(text.indexOf(begin) + begin.length(), text.indexOf(end));
  }
}
