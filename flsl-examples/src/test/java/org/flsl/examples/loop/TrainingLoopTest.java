package org.flsl.examples.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.examples.Screen;
import org.flsl.examples.command.StopSignal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.ForwardingTraining;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.ToyTraining;
import org.flsl.examples.run.MetricsCsv;
import org.flsl.examples.run.RunFolder;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.settings.Config;
import org.flsl.training.checkpoint.Checkpoints;
import org.flsl.training.checkpoint.Checkpoints.Checkpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {
  private static final int EPOCHS = 6;
  private static final Plan PLAN = new Plan(ToyTraining.STEPS_PER_EPOCH, EPOCHS, 10);

  @TempDir private Path folder;
  private final Screen screen = new Screen(false);
  private double[] expected;

  @BeforeEach
  void trainWithoutDisturbance() {
    ToyTraining training = ToyTraining.quick();
    while (training.step() < PLAN.steps()) {
      training.next();
    }
    expected = training.weights();
  }

  private boolean train(Path path, Training training, Plan plan, Config config) throws IOException {
    try (RunFolder run =
            Files.exists(path)
                ? RunFolder.open(Pretraining.KIND, path)
                : RunFolder.create(Pretraining.KIND, path);
        StopSignal stop = new StopSignal(screen.terminal(), "this step")) {
      Checkpoints checkpoints = run.files().checkpoints(config.get(Settings.KEEP));
      return new TrainingLoop(
              training,
              plan,
              run,
              checkpoints,
              config,
              screen.terminal(),
              EpochMeasures.of(config, folder, training, screen.terminal()))
          .run(stop::requested);
    }
  }

  private Checkpoint newest(Path run) throws IOException {
    return new Checkpoints(run.resolve("checkpoints"), 2).newest().whole().orElseThrow();
  }

  @Test
  void everyStepIsWrittenDownAndTheEndIsSaved() throws IOException {
    Path run = folder.resolve("run");
    assertTrue(train(run, ToyTraining.quick(), PLAN, Settings.SCHEMA.defaults()));
    assertEquals(1 + PLAN.steps(), Files.readAllLines(run.resolve("metrics.csv")).size());
    assertArrayEquals(expected, ToyTraining.read(newest(run).file()).weights());
    assertEquals(EPOCHS, screen.out().lines().filter(line -> line.startsWith("epoch ")).count());
  }

  @Test
  void aTrainingThatGoesOnEndsWhereTheOtherDid() throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    train(whole, ToyTraining.quick(), PLAN, Settings.SCHEMA.defaults());
    // A kill in epoch 4, after steps that no checkpoint knows.
    train(parts, ToyTraining.quick(), new Plan(4, 3, 10), Settings.SCHEMA.defaults());
    ToyTraining unsaved = ToyTraining.read(newest(parts).file());
    try (MetricsCsv csv =
        MetricsCsv.open(parts.resolve("metrics.csv"), Pretraining.KIND.columns(), unsaved.step())) {
      csv.append(unsaved.step() + 1, 4, unsaved.next(), 1);
    }
    train(parts, ToyTraining.read(newest(parts).file()), PLAN, Settings.SCHEMA.defaults());

    assertArrayEquals(expected, ToyTraining.read(newest(parts).file()).weights());
    assertEquals(withoutTimes(whole), withoutTimes(parts));
    assertArrayEquals(
        ToyTraining.read(whole.resolve("checkpoints/best.zip")).weights(),
        ToyTraining.read(parts.resolve("checkpoints/best.zip")).weights());
  }

  private static String withoutTimes(Path run) throws IOException {
    return Files.readString(run.resolve("metrics.csv")).replaceAll(",[0-9.]+\n", "\n");
  }

  @Test
  void theBestIsTheEpochWithTheLowestMean() throws IOException {
    Path run = folder.resolve("run");
    train(run, ToyTraining.quick(), PLAN, Settings.SCHEMA.defaults());
    // The toy's loss grows from its start at zero.
    assertEquals(
        ToyTraining.STEPS_PER_EPOCH, ToyTraining.read(run.resolve("checkpoints/best.zip")).step());
  }

  @Test
  void aBestThatAKillPreventedIsMadeUpFor() throws IOException {
    Path run = folder.resolve("run");
    train(run, ToyTraining.quick(), new Plan(4, 1, 10), Settings.SCHEMA.defaults());
    Files.delete(run.resolve("checkpoints/best.zip"));
    train(run, ToyTraining.read(newest(run).file()), PLAN, Settings.SCHEMA.defaults());
    assertEquals(4, ToyTraining.read(run.resolve("checkpoints/best.zip")).step());
  }

  @Test
  void fewerCheckpointsWhereFewerAreWanted() throws IOException {
    Path run = folder.resolve("run");
    Config config =
        Settings.SCHEMA.defaults().with(Settings.SAVE_EPOCHS, 5).with(Settings.KEEP, 10);
    train(run, ToyTraining.quick(), PLAN, config);
    try (var files = Files.list(run.resolve("checkpoints"))) {
      assertEquals(
          "[best.zip, step-00000020.zip, step-00000024.zip]",
          files.map(file -> file.getFileName().toString()).sorted().toList().toString());
    }
  }

  /** Does best on images held out after its second epoch. */
  private static Training bestAfterTwo(Training training) {
    return new ForwardingTraining(training) {
      @Override
      public boolean validates() {
        return true;
      }

      @Override
      public Map<String, Double> validated() {
        return Map.of("score", step() == 2 * ToyTraining.STEPS_PER_EPOCH ? 0.9 : 0.1);
      }
    };
  }

  @Test
  void theBestValidatedStateIsKeptWhateverIsSaved() throws IOException {
    Path run = folder.resolve("run");
    Config config = Settings.SCHEMA.defaults().with(Settings.SAVE_EPOCHS, 5);
    train(run, bestAfterTwo(ToyTraining.quick()), new Plan(4, 5, 10), config);
    ToyTraining last = ToyTraining.read(newest(run).file());
    assertEquals(20, last.step());
    assertEquals(8, ToyTraining.read(run.resolve("checkpoints/best.zip")).step());
    train(run, bestAfterTwo(last), PLAN, config);
    assertEquals(8, ToyTraining.read(run.resolve("checkpoints/best.zip")).step());
  }

  @Test
  void anOldCheckpointIsReasonToSaveWithinAnEpoch() throws IOException {
    Path run = folder.resolve("run");
    Config config =
        Settings.SCHEMA.defaults().with(Settings.SAVE_MINUTES, 1e-9).with(Settings.KEEP, 100);
    train(run, ToyTraining.quick(), new Plan(4, 1, 10), config);
    try (var files = Files.list(run.resolve("checkpoints"))) {
      assertEquals(4 + 1, files.count(), "each of four steps, and the best");
    }
  }

  @Test
  void aLossThatIsNoNumberStopsWithTheLastGoodStateKept() throws IOException {
    Path run = folder.resolve("run");
    UserError error =
        assertThrows(
            UserError.class,
            () -> train(run, new ToyTraining(0, 0, 9), PLAN, Settings.SCHEMA.defaults()));
    assertEquals(
        "the loss or a weight is no longer a number after step 10; the state after step 8 is kept"
            + " in "
            + run
            + ". Try a lower --lr, a longer --warmup or a smaller --clip in a new run",
        error.getMessage());
    assertEquals(8, newest(run).step());
    assertEquals(1 + 9, Files.readAllLines(run.resolve("metrics.csv")).size());
  }

  @Test
  void aPhotoThatGoesAwayEndsWithAWordOnHowToGoOn() {
    Path run = folder.resolve("run");
    Training lost =
        new ForwardingTraining(ToyTraining.quick()) {
          @Override
          public StepFigures next() {
            if (step() == 9) {
              throw new DatasetException("Cannot read photos/3.jpg: there is no such file");
            }
            return super.next();
          }
        };
    UserError error =
        assertThrows(UserError.class, () -> train(run, lost, PLAN, Settings.SCHEMA.defaults()));
    assertTrue(
        error
            .getMessage()
            .startsWith(
                "Cannot read photos/3.jpg: there is no such file; the state after step 8 is kept in "
                    + run
                    + ". Bring it back, then go on with: "),
        error.getMessage());
  }

  @Test
  void aWeightThatIsNoNumberIsNotSaved() throws IOException {
    Path run = folder.resolve("run");
    Training bad =
        new ForwardingTraining(ToyTraining.quick()) {
          @Override
          public boolean finite() {
            return step() < 8;
          }
        };
    assertThrows(UserError.class, () -> train(run, bad, PLAN, Settings.SCHEMA.defaults()));
    assertEquals(4, newest(run).step());
  }

  @Test
  void aFullDiskStopsNeitherTrainingNorLaterCheckpoints() throws IOException {
    Path run = folder.resolve("run");
    Training twiceFull =
        new ForwardingTraining(ToyTraining.quick()) {
          @Override
          public void write(java.io.OutputStream out) throws IOException {
            if (step() == 8 || step() == 12) {
              out.write(new byte[100]);
              throw new IOException("No space left on device");
            }
            super.write(out);
          }
        };
    assertTrue(train(run, twiceFull, PLAN, Settings.SCHEMA.defaults()));
    assertEquals(
        2,
        screen
            .err()
            .lines()
            .filter(line -> line.contains("No space left on device; training goes on"))
            .count(),
        screen.err());
    assertArrayEquals(expected, ToyTraining.read(newest(run).file()).weights());
  }

  @Test
  void aDiskThatIsFullAtTheEndIsAnErrorAndTheLastCheckpointStays() throws IOException {
    Path run = folder.resolve("run");
    Training full =
        new ForwardingTraining(ToyTraining.quick()) {
          @Override
          public void write(java.io.OutputStream out) throws IOException {
            if (step() > 20) {
              throw new IOException("No space left on device");
            }
            super.write(out);
          }
        };
    UserError error =
        assertThrows(UserError.class, () -> train(run, full, PLAN, Settings.SCHEMA.defaults()));
    assertTrue(error.getMessage().contains("No space left on device; free some space"));
    assertTrue(error.getMessage().endsWith("./flsl pretrain --resume " + run));
    assertEquals(20, newest(run).step());
  }

  @Test
  void aFinishedRunHasNothingLeftToDo() throws IOException {
    Path run = folder.resolve("run");
    train(run, ToyTraining.quick(), PLAN, Settings.SCHEMA.defaults());
    byte[] metrics = Files.readAllBytes(run.resolve("metrics.csv"));
    assertTrue(train(run, ToyTraining.read(newest(run).file()), PLAN, Settings.SCHEMA.defaults()));
    assertArrayEquals(metrics, Files.readAllBytes(run.resolve("metrics.csv")));
    assertFalse(screen.err().contains("warning"));
  }
}
