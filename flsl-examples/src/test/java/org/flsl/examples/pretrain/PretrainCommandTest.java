package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import org.flsl.examples.Screen;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PretrainCommandTest {
  @TempDir private Path folder;
  private final Screen screen = new Screen(false);
  private final List<Config> begun = new ArrayList<>();
  private final List<Map<String, String>> wanted = new ArrayList<>();

  private RunPages pages = new ToyPages();

  private CommandLine command() {
    Relaunch here =
        new Relaunch(ToyMain.class, List.of(), Map.of()) {
          @Override
          public OptionalInt with(Map<String, String> environment) {
            wanted.add(environment);
            return OptionalInt.empty();
          }
        };
    return PretrainCommand.commandLine(
        screen.terminal(), here, Map.of("OMP_NUM_THREADS", "2"), pages, remembering());
  }

  private Training.Factory remembering() {
    return new ToyTraining.Toys(0) {
      @Override
      public Training begin(Config config, Path images) {
        begun.add(config);
        return super.begin(config, images);
      }

      @Override
      public Training resume(Config config, Path images, Path checkpoint) throws IOException {
        begun.add(config);
        return super.resume(config, images, checkpoint);
      }
    };
  }

  private int flsl(String... arguments) {
    return command().execute(arguments);
  }

  private String run() {
    return folder.resolve("run").toString();
  }

  @Test
  void helpNamesEverySettingWithItsDefault() {
    String help = command().getUsageMessage().replaceAll("\\s+", " ");
    for (Setting<?> setting : Settings.SCHEMA.settings()) {
      String flag = setting.isYesOrNo() ? "--" + setting + "[" : "--" + setting + "=";
      assertTrue(help.contains(flag), setting.name());
    }
    assertTrue(help.contains("Number of centroids. Default: 4096"), help);
    assertTrue(
        help.contains("Weight decay of matrices at start and end (cosine). Default: 0.04..0.4"));
  }

  @Test
  void withoutArgumentsTheShippedRecipeRunsOnTheShippedPhotos() throws IOException {
    assertEquals(0, flsl("--out", run()), screen.err());
    assertEquals(
        Recipes.read(Recipes.PHOTOS, Settings.SCHEMA.defaults()).get(Settings.WIDTH),
        begun.get(0).get(Settings.WIDTH));
    assertEquals(null, begun.get(0).get(Settings.IMAGES));
    assertTrue(screen.out().contains("the shipped photos"));
    // Counts stand behind what they count: there may be one, or none.
    String overview =
        "(?s).*training    epochs: [\\d,]+, steps: [\\d,]+ \\([\\d,]+ an epoch\\), images a step: [\\d,]+\\R"
            + "schedules   steps in which the learning rate rises: [\\d,]+, in which the centroids"
            + " stand still: [\\d,]+\\R.*";
    assertTrue(screen.out().matches(overview), screen.out());
  }

  @Test
  void ownImagesGetThePapersRecipe() {
    assertEquals(0, flsl("--images", folder.toString(), "--out", run()), screen.err());
    assertEquals(4096, begun.get(0).get(Settings.CENTROIDS));
  }

  @Test
  void flagsWinOverTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("my.yaml"), "batch: 8\nepochs: 3\ncentring: yes");
    assertEquals(
        0,
        flsl("--config", file.toString(), "--epochs", "2", "--centring=no", "--out", run()),
        screen.err());
    assertEquals(8, begun.get(0).get(Settings.BATCH));
    assertEquals(2, begun.get(0).get(Settings.EPOCHS));
    assertEquals(false, begun.get(0).get(Settings.CENTRING));
  }

  @Test
  void aBatchThatCannotBeCutIntoPartsIsRefusedAtOnce() {
    assertEquals(1, flsl("--batch", "12", "--accumulate", "5", "--out", run()));
    assertEquals(
        "error: --accumulate 5 does not divide a --batch of 12 into equal parts: take 4, or a"
            + " --batch of 15\n",
        screen.err());
    assertTrue(begun.isEmpty());
    assertEquals(1, flsl("--batch", "4", "--accumulate", "9", "--out", run()));
    assertTrue(screen.err().contains("take 4, or a --batch of 9"), screen.err());
    assertTrue(Files.notExists(Path.of(run())));
  }

  @Test
  void theNativeLibraryGetsItsEnvironment() {
    flsl("--out", run());
    Map<String, String> expected =
        Map.of(
            "OMP_WAIT_POLICY", "PASSIVE",
            "OMP_NUM_THREADS", "2",
            "GOMP_SPINCOUNT", "3000",
            "OPENBLAS_THREAD_TIMEOUT", "16",
            "MALLOC_ARENA_MAX", "2",
            "MALLOC_MMAP_THRESHOLD_", "1048576");
    assertEquals(List.of(expected), wanted);
  }

  @Test
  void theRunFolderHoldsTheRun() throws IOException {
    flsl("--out", run(), "--epochs", "2");
    Path run = Path.of(run());
    for (String name : List.of("config.yaml", "metrics.csv", "backbone.zip", "summary.txt")) {
      assertTrue(Files.size(run.resolve(name)) > 0, name);
    }
    assertTrue(Files.exists(run.resolve("checkpoints/step-00000008.zip")));
    assertEquals(2, new RunFiles(Pretraining.KIND, run).resumed().get(Settings.EPOCHS));
    assertEquals(
        2,
        new RunFiles(Pretraining.KIND, run).resumed().get(Settings.THREADS),
        "as resolved for this machine");
  }

  @Test
  void theRunEndsWithAReportAlsoWhenItWasStoppedBefore() throws IOException {
    flsl("--out", run(), "--epochs", "2");
    Path report = Path.of(run(), "report.html");
    assertEquals("8 steps", Files.readString(report));
    Files.delete(report);
    assertEquals(0, flsl("--resume", run()), screen.err());
    assertEquals("8 steps", Files.readString(report));
  }

  @Test
  void aReportThatFailsIsOneWarning() {
    pages =
        new ToyPages() {
          @Override
          public String report(RunResult run) {
            throw new IllegalStateException("no ink");
          }
        };
    assertEquals(0, flsl("--out", run(), "--epochs", "2"));
    assertEquals(
        "warning: cannot write " + Path.of(run(), "report.html") + ": no ink",
        screen.err().strip());
  }

  @Test
  void whoWatchesIsToldWhere() throws IOException {
    assertEquals(0, flsl("--out", run(), "--epochs", "2", "--watch"), screen.err());
    assertTrue(screen.out().contains("watch it at http://localhost:"), screen.out());
  }

  @Test
  void aTakenPortIsSaid() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertEquals(1, flsl("--out", run(), "--watch=" + taken.getLocalPort()));
      assertTrue(
          screen.err().startsWith("error: port " + taken.getLocalPort() + " on localhost is taken"),
          screen.err());
      assertTrue(Files.notExists(Path.of(run())));
    }
  }

  @Test
  void aDamagedCheckpointGivesWayToTheOneBefore() throws IOException {
    flsl("--out", run(), "--epochs", "3");
    Path newest = Path.of(run(), "checkpoints", "step-00000012.zip");
    byte[] whole = Files.readAllBytes(newest);
    Files.write(newest, java.util.Arrays.copyOf(whole, 1000));
    assertEquals(0, flsl("--resume", run()), screen.err());
    assertTrue(
        screen.err().contains(newest + " is damaged (")
            && screen.err().contains("going on from the one before, "),
        screen.err());
    org.junit.jupiter.api.Assertions.assertArrayEquals(whole, Files.readAllBytes(newest));
  }

  @Test
  void whatOneIsToldToTypeIsQuotedForTheShell() throws IOException {
    Path run = folder.resolve("my run's 2");
    assertEquals(0, flsl("--out", run.toString(), "--epochs", "2"), screen.err());
    String quoted = "'" + folder + "/my run'\\''s 2";
    assertEquals(1, flsl("--out", run.toString()));
    assertTrue(screen.err().contains("go on with --resume " + quoted + "', or"), screen.err());
    assertEquals(1, flsl("--resume", run.toString(), "--batch", "5"));
    assertTrue(screen.err().contains("--config " + quoted + "/config.yaml'"), screen.err());
  }

  @Test
  void aResumedRunKeepsItsConfiguration() {
    flsl("--out", run(), "--epochs", "3");
    assertEquals(1, flsl("--resume", run(), "--batch", "5"));
    assertEquals(
        "error: --resume goes on with the run as it was begun, so --batch cannot be changed"
            + " (--epochs, --threads and --accumulate can); begin a new run with --config "
            + Path.of(run(), "config.yaml"),
        screen.err().strip());
    assertEquals(1, flsl("--resume", run(), "--minutes", "5"));
    assertEquals(0, flsl("--resume", run(), "--keep", "1"));
    assertEquals(3, begun.get(begun.size() - 1).get(Settings.EPOCHS));
  }

  @Test
  void minutesAreTurnedIntoEpochsOnce() {
    assertEquals(0, flsl("--minutes", "0.01", "--out", run()), screen.err());
    assertEquals(2, begun.size(), "a trial and the run");
    int epochs = new RunFiles(Pretraining.KIND, Path.of(run())).resumed().get(Settings.EPOCHS);
    assertEquals(epochs, begun.get(1).get(Settings.EPOCHS));
    begun.clear();
    assertEquals(0, flsl("--resume", run()), screen.err());
    assertEquals(1, begun.size());
    assertEquals(epochs, begun.get(0).get(Settings.EPOCHS));
  }

  @Test
  void epochsThatAreAskedForWinOverTheMinutesOfARecipe() throws IOException {
    Path file = Files.writeString(folder.resolve("an-hour.yaml"), "minutes: 60");
    assertEquals(
        0, flsl("--config", file.toString(), "--epochs", "2", "--out", run()), screen.err());
    assertEquals(1, begun.size(), "no trial");
    assertEquals(2, begun.get(0).get(Settings.EPOCHS));
  }

  @Test
  void mistakesAreOneLineAndLeaveNothingBehind() throws IOException {
    assertMistake("error: Vision Transformer: 5 heads do not divide", "--heads", "5");
    assertMistake("error: Patches of 15 pixels do not divide", "--patch", "15");
    assertMistake("error: --gamma is '-5'", "--gamma", "-5");
    assertMistake("error: --batch is given twice", "--batch", "4", "--seed", "2", "--batch", "8");
    assertMistake("error: --batch is '0'", "--batch", "0");
    assertMistake("error: --config takes a YAML file or one of the recipes", "--config", "nope");
    assertMistake("error: --resume takes the folder of a run", "--resume", run());
    assertMistake("error: --device cuda was asked for", "--device", "cuda");
  }

  private void assertMistake(String start, String... arguments) {
    Screen own = new Screen(false);
    CommandLine command =
        PretrainCommand.commandLine(
            own.terminal(),
            new Relaunch(ToyMain.class, List.of(), Map.of("FLSL_RELAUNCHED", "1")),
            Map.of(),
            pages,
            new ToyTraining.Toys(0));
    List<String> all = new ArrayList<>(List.of(arguments));
    if (!all.contains("--resume")) {
      all.addAll(List.of("--out", run()));
    }
    assertEquals(1, command.execute(all.toArray(String[]::new)));
    assertTrue(own.err().startsWith(start), own.err());
    assertEquals(1, own.err().lines().count(), own.err());
    assertTrue(Files.notExists(Path.of(run())));
  }

  @Test
  void theTrainingUiIsNamedWhereTheBuildHasNone() {
    assumeTrue(ServiceLoader.load(TrainingUi.class).findFirst().isEmpty(), "a build with -Dui");
    assertMistake("error: --ui needs a build with DL4J's training UI", "--ui");
  }
}
