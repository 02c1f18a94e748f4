package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.flsl.examples.Screen;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.OpenRun;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training is measured without being disturbed, and the same however often it was stopped. */
class MeasuredRunTest {
  private static final int STEPS_PER_EPOCH = 3;

  /** With everything that draws at random. */
  private static final Config CONFIG =
      ConfigFile.parse(
          """
          arch: tiny
          depth: 2
          width: 24
          heads: 2
          patch: 8
          batch: 4
          epochs: 3
          drop-path: 0.2
          dropout: 0.1
          global-size: 32
          local-size: 16
          global-window: 2
          local-window: 1
          centroids: 32
          head-hidden: 24
          head-bottleneck: 8
          tau-ca: 0.02
          threads: 2
          """,
          "test",
          Settings.SCHEMA.defaults());

  private static final Config MEASURED = CONFIG.with(Settings.MEASURE, "label-free,health", "test");

  @TempDir private Path folder;
  private final Screen screen = new Screen(false);
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

  private void train(String run, Config config, int... stops) throws IOException {
    for (int step : stops) {
      try (OpenRun training =
          OpenRun.open(new Pretraining(), config, images, folder.resolve(run), screen.terminal())) {
        assertTrue(training.trainTo(step, () -> false));
      }
    }
  }

  private List<String> measures(String run) throws IOException {
    return Files.readAllLines(folder.resolve(run).resolve("measures.csv"));
  }

  private List<String> metrics(String run) throws IOException {
    return Files.readAllLines(folder.resolve(run).resolve("metrics.csv")).stream()
        .map(line -> line.replaceFirst(",[^,]*$", ""))
        .toList();
  }

  @Test
  void measuringChangesNothingOfTheTraining() throws IOException {
    train("plain", CONFIG, 9);
    train("measured", MEASURED, 9);
    assertEquals(metrics("plain"), metrics("measured"));
    assertEquals(
        RunResult.at(folder.resolve("plain")).training().params(),
        RunResult.at(folder.resolve("measured")).training().params());
    assertFalse(Files.exists(folder.resolve("plain/measures.csv")));
    List<String> values =
        List.of(
            "label-free,agreement",
            "health,spread",
            "health,effective rank",
            "health,share of place",
            "health,place by rows",
            "health,place by columns");
    List<String> expected = new ArrayList<>(List.of("step,epoch,measure,name"));
    for (int epoch = 0; epoch <= 3; epoch++) {
      for (String value : values) {
        expected.add("%d,%d,%s".formatted(3 * epoch, epoch, value));
      }
    }
    assertEquals(
        expected,
        measures("measured").stream().map(row -> row.replaceFirst(",[^,]*$", "")).toList());
  }

  @Test
  void aRunThatWasStoppedOrKilledIsMeasuredLikeAnUninterruptedOne() throws IOException {
    train("straight", MEASURED, 9);
    train("stopped", MEASURED, 2, 3, 7, 9);
    assertEquals(measures("straight"), measures("stopped"));

    train("killed", MEASURED, 3);
    // Measured, but not saved, when the process died.
    Files.writeString(
        folder.resolve("killed/measures.csv"),
        "6,2,label-free,agreement,0.123\n",
        StandardOpenOption.APPEND);
    train("killed", MEASURED, 9);
    assertEquals(measures("straight"), measures("killed"));
  }

  @Test
  void epochsBetweenAreLeftOutAndTheLastIsNot() throws IOException {
    train("run", MEASURED.with(Settings.MEASURE_EVERY, 2), 9);
    assertEquals(
        List.of("0", "2", "3"),
        measures("run").stream().skip(1).map(row -> row.split(",")[1]).distinct().toList());
    assertTrue(screen.out().contains("after epoch 2  health: spread 0."), screen.out());
  }

  @Test
  void imagesThatAMeasureCannotUseAreRefusedBeforeAnythingIsBegun() {
    Config config = CONFIG.with(Settings.MEASURE, "dense-knn", "test");
    UserError error = assertThrows(UserError.class, () -> train("run", config, 3));
    assertTrue(
        error.getMessage().startsWith("--measure dense-knn: " + images + " has no masks"),
        error.getMessage());
    assertFalse(Files.exists(folder.resolve("run")));
    error = assertThrows(UserError.class, () -> CONFIG.with(Settings.MEASURE, "knn", "--measure"));
    assertTrue(
        error
            .getMessage()
            .startsWith(
                "--measure is 'knn', but has to be names with commas between them, of label-free,"
                    + " "),
        error.getMessage());
  }
}
