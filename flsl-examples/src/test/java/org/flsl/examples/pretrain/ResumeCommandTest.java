package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.flsl.examples.Screen;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.History;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.run.MetricsCsv;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.settings.Config;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --resume} goes on with, what it refuses, and that a refusal changes nothing. */
class ResumeCommandTest {
  private static final String NEWEST = "checkpoints/step-00000012.zip";

  @TempDir private Path folder;
  private Screen screen;
  private Path photos;
  private Path run;

  @BeforeEach
  void trainThreeEpochs() throws IOException {
    photos = Files.createDirectory(folder.resolve("photos"));
    run = folder.resolve("run");
    assertEquals(0, flsl("--images", photos, "--out", run, "--epochs", 3), screen.err());
  }

  /** Images are told apart by the name of their folder. */
  private static Training in(Path images, Training training) {
    return new ForwardingTraining(training) {
      @Override
      public ImageSet images() {
        return new ImageSet(130, "", images.getFileName().toString());
      }
    };
  }

  private static Training.Factory trainings() {
    return new ToyTraining.Toys(0) {
      @Override
      public Training begin(Config config, Path images) {
        return in(images, super.begin(config, images));
      }

      @Override
      public Training resume(Config config, Path images, Path checkpoint) throws IOException {
        return in(images, super.resume(config, images, checkpoint));
      }
    };
  }

  private int flsl(Object... arguments) {
    screen = new Screen(false);
    Relaunch here =
        new Relaunch(ToyMain.class, List.of(), Map.of()) {
          @Override
          public OptionalInt with(Map<String, String> environment) {
            return OptionalInt.empty();
          }
        };
    return PretrainCommand.commandLine(
            screen.terminal(), here, Map.of("OMP_NUM_THREADS", "2"), new ToyPages(), trainings())
        .execute(Stream.of(arguments).map(String::valueOf).toArray(String[]::new));
  }

  /** All files of the run but the lock, with what is in them. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(run)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith(".lock")) {
          files.put(
              run.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)) + "");
        }
      }
    }
    return files;
  }

  private void refused(String error, Object... arguments) throws IOException {
    Map<String, String> before = files();
    List<Object> all = new ArrayList<>(List.of("--resume", run));
    all.addAll(List.of(arguments));
    assertEquals(1, flsl(all.toArray()));
    assertEquals("error: " + error, screen.err().strip());
    assertEquals(before, files());
  }

  private void deleteCheckpoints() throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(run.resolve("checkpoints"));
  }

  private int steps() throws IOException {
    return MetricsCsv.read(run.resolve("metrics.csv"), Pretraining.KIND.columns()).size();
  }

  private History history() throws IOException {
    return History.of(run);
  }

  @Test
  void otherImagesAreRefusedAndForgotten() throws IOException {
    Path others = Files.createDirectory(folder.resolve("others"));
    refused(
        "the images in %s are not those that the run began with: found 130, the run has 130 images of %s; name that folder, or a copy, with --images"
            .formatted(others, photos),
        "--images",
        others);
    assertEquals(0, flsl("--resume", run), screen.err());
    assertEquals(photos, new RunFiles(Pretraining.KIND, run).resumed().get(Settings.IMAGES));
  }

  @Test
  void theSameImagesElsewhereAreTaken() throws IOException {
    Path moved = Files.createDirectories(folder.resolve("elsewhere")).resolve("photos");
    Files.move(photos, moved);
    refused(
        "the training in %s took its images from %s, which does not exist any more: name a copy of them with --images"
            .formatted(run, photos));
    assertEquals(0, flsl("--resume", run, "--images", moved), screen.err());
    assertEquals(moved, new RunFiles(Pretraining.KIND, run).resumed().get(Settings.IMAGES));
  }

  private String lost(String why) {
    return "%s holds no checkpoint to go on from, though metrics.csv knows 12 steps%s: bring its checkpoints back, or begin a new run with --config %s"
        .formatted(run, why, run.resolve("config.yaml"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "backbone.zip", "history.csv"})
  void aRunThatLostItsCheckpointsIsNotBegunAgain(String alsoLost) throws IOException {
    deleteCheckpoints();
    if (!alsoLost.isEmpty()) {
      Files.delete(run.resolve(alsoLost));
    }
    refused(lost(""));
    refused(lost(""), "--epochs", 5);
  }

  @Test
  void aRunWhoseCheckpointsAreAllDamagedIsNotBegunAgain() throws IOException {
    Files.delete(run.resolve("checkpoints/step-00000008.zip"));
    Files.writeString(run.resolve(NEWEST), "rubbish");
    assertEquals(1, flsl("--resume", run));
    String damaged = "; %s is damaged (".formatted(run.resolve(NEWEST));
    assertTrue(
        screen.err().startsWith("error: " + lost(damaged).split(": bring")[0]), screen.err());
    assertEquals(12, steps());
    assertTrue(Files.exists(run.resolve(NEWEST)), "not put aside");
  }

  @Test
  void aFinishedRunWhoseCheckpointsAreGoneIsNotSentToItsTraining() throws IOException {
    deleteCheckpoints();
    RunResult result = RunResult.at(run);
    String message = assertThrows(UserError.class, result::training).getMessage();
    assertTrue(message.contains("they were taken away"), message);
  }

  @Test
  void aRunThatNeverCameToACheckpointBeginsAgain() throws IOException {
    // As a kill in the first epoch leaves it.
    deleteCheckpoints();
    Files.delete(run.resolve("backbone.zip"));
    List<String> rows = Files.readAllLines(run.resolve("metrics.csv"));
    Files.write(run.resolve("metrics.csv"), rows.subList(0, 4));
    List<String> events = Files.readAllLines(run.resolve("history.csv"));
    assertTrue(events.get(1).endsWith(",0,begun,"), events.get(1));
    Files.write(run.resolve("history.csv"), events.subList(0, 2));

    assertEquals(0, flsl("--resume", run), screen.err());
    assertTrue(screen.out().contains("never came to a checkpoint, and begins again"));
    assertEquals(12, steps());
  }

  @Test
  void moreEpochsGoOnFromTheEndAndAreRemembered() throws IOException {
    byte[] before = Files.readAllBytes(run.resolve("backbone.zip"));
    assertEquals(0, flsl("--resume", run, "--epochs", 5), screen.err());
    String change = history().of(History.Event.CHANGED).get(0).detail();
    assertTrue(
        change.startsWith(
            "epochs 3 -> 5; schedules go on as in a run of that length: learning rate "),
        change);
    assertTrue(screen.out().contains("after step 12: " + change), screen.out());
    assertTrue(screen.out().contains("after step 12\n"), screen.out());
    assertEquals(20, steps());
    assertEquals(5, new RunFiles(Pretraining.KIND, run).resumed().get(Settings.EPOCHS));
    assertTrue(Files.readString(run.resolve("summary.txt")).contains("after step 12: " + change));
    assertArrayEquals(before, Files.readAllBytes(run.resolve("backbone-step-00000012.zip")));
    assertEquals(20, ToyTraining.read(run.resolve("backbone.zip")).step());

    assertEquals(0, flsl("--resume", run), "as it is now");
    assertEquals(1, history().of(History.Event.CHANGED).size());
  }

  @Test
  void fewerEpochsThanWereTrainedAreRefused() throws IOException {
    refused(
        "the run has taken 12 steps already, and --epochs 2 ends after 8 (4 make an epoch): name more",
        "--epochs",
        2);
  }

  @Test
  void otherThreadsAndPartsCostTheLastDigits() throws IOException {
    assertEquals(0, flsl("--resume", run, "--threads", 1, "--accumulate", 4), screen.err());
    String cost = "; the last digits are no longer those of a run that was not changed";
    assertEquals(
        List.of("threads 2 -> 1" + cost, "accumulate 1 -> 4" + cost),
        history().of(History.Event.CHANGED).stream().map(History.Entry::detail).toList());
    assertEquals(1, new RunFiles(Pretraining.KIND, run).resumed().get(Settings.THREADS));
    assertTrue(Files.notExists(run.resolve("backbone-step-00000012.zip")), "nothing was trained");
  }

  @Test
  void goingOnWithoutChangesRemembersOnlyThat() throws IOException {
    String config = Files.readString(run.resolve("config.yaml"));
    assertEquals(0, flsl("--resume", run, "--epochs", 3, "--threads", 2), screen.err());
    assertEquals(List.of(), history().of(History.Event.CHANGED));
    assertEquals(1, history().of(History.Event.RESUMED).size());
    assertEquals(config, Files.readString(run.resolve("config.yaml")));
  }

  @Test
  void aRunThatWasGivenUpSaysSo() throws IOException {
    Files.delete(run.resolve("backbone.zip"));
    history().add(12, History.Event.GIVEN_UP, "below the median");
    RunResult given = RunResult.at(run);
    assertEquals("after step 12, below the median", given.givenUp().orElseThrow());
    String error =
        org.junit.jupiter.api.Assertions.assertThrows(
                org.flsl.examples.command.UserError.class, given::backboneFile)
            .getMessage();
    assertTrue(
        error.startsWith(run + " was given up by its sweep, after step 12, below the median, and"),
        error);
    assertNotEquals(true, given.finished());
  }
}
