package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.flsl.examples.Screen;
import org.flsl.examples.loop.OpenRun;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Real trainings that go on with more epochs, or without the files that they began with. */
class ContinuedRunTest {
  private static final int STEPS_PER_EPOCH = 3;
  private static final Config CONFIG =
      ConfigFile.parse(
          """
          arch: tiny
          width: 24
          heads: 2
          depth: 2
          patch: 8
          global-size: 32
          local-size: 16
          global-window: 2
          local-window: 1
          batch: 4
          epochs: 2
          centroids: 32
          head-hidden: 24
          head-bottleneck: 8
          tau-ca: 0.02
          threads: 2
          """,
          "test",
          Settings.SCHEMA.defaults());

  @TempDir private Path folder;
  private Path images;

  @BeforeEach
  void takeAFewPhotos() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    try (SamplePhotos photos = new SamplePhotos();
        Stream<Path> all = Files.list(photos.folder())) {
      for (Path photo : all.sorted().limit(STEPS_PER_EPOCH * 4).toList()) {
        Files.copy(photo, images.resolve(photo.getFileName()));
      }
    }
  }

  private OpenRun open(String run, Config config) throws IOException {
    return OpenRun.open(
        new Pretraining(), config, images, folder.resolve(run), new Screen(false).terminal());
  }

  /** Trains to a step and leaves a checkpoint. */
  private void train(String run, Config config, int toStep) throws IOException {
    try (OpenRun training = open(run, config)) {
      assertTrue(training.trainTo(toStep, () -> false));
    }
  }

  private static Config epochs(int epochs) {
    return CONFIG.with(Settings.EPOCHS, epochs);
  }

  private INDArray weights(String run) {
    return RunResult.at(folder.resolve(run)).training().params();
  }

  private List<Double> learningRates(String run) {
    double[] rates = RunResult.at(folder.resolve(run)).metrics().get("learning_rate");
    return java.util.Arrays.stream(rates).boxed().toList();
  }

  @Test
  void moreEpochsFollowTheirSchedulesAndRepeatThemselvesWhenInterrupted() throws IOException {
    train("straight", epochs(2), 6);
    train("straight", epochs(4), 12);
    train("interrupted", epochs(2), 6);
    // The newest checkpoint is still one of two epochs.
    OpenRun untrained = open("interrupted", epochs(4));
    untrained.close();
    train(
        "interrupted", new RunFiles(Pretraining.KIND, folder.resolve("interrupted")).resumed(), 8);
    train("interrupted", epochs(4), 12);
    assertEquals(weights("straight"), weights("interrupted"));

    // In parts, as on a machine with less memory: the same to rounding.
    train("parts", epochs(2), 6);
    train("parts", epochs(4).with(Settings.ACCUMULATE, 2), 12);
    assertEquals(
        0,
        weights("straight").distance2(weights("parts"))
            / weights("parts").norm2Number().doubleValue(),
        1e-4);

    train("longer", epochs(4), 12);
    assertEquals(learningRates("longer").subList(6, 12), learningRates("straight").subList(6, 12));
    assertFalse(learningRates("longer").get(5).equals(learningRates("straight").get(5)));
  }

  @Test
  void multiStageTrainingGoesOnWithoutThePreviousBackbone() throws IOException {
    try (OpenRun first = open("first", epochs(1))) {
      first.trainTo(first.steps(), () -> false);
      first.finish();
    }
    Path previous = folder.resolve("first/backbone.zip");
    Config guided = epochs(2).with(Settings.PREVIOUS, previous);
    train("whole", guided, 6);
    train("parts", guided, 2);
    Files.delete(previous);
    train("parts", guided, 4);
    train("parts", guided.with(Settings.EPOCHS, 3), 5);
    RunResult parts = RunResult.at(folder.resolve("parts"));
    assertTrue(parts.newestBackbone().isPresent(), "looking at it needs no file either");
    INDArray whole =
        RunResult.at(folder.resolve("whole")).training().getLayer("previous/block_0").params();
    assertArrayEquals(
        whole.data().asFloat(),
        parts.training().getLayer("previous/block_0").params().data().asFloat());
  }
}
