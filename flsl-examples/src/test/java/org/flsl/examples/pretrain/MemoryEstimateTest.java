package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flsl.examples.ForkedJvm;
import org.flsl.examples.Main;
import org.flsl.examples.benchmark.PeakMemory;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(value = OS.LINUX, disabledReason = "the peak of a process is known there only")
class MemoryEstimateTest {
  private static final Pattern FOUND = Pattern.compile("(?s).*estimated (\\d+), peak (\\d+).*");

  private static final String RECIPE = "small-machine";

  @TempDir private Path folder;

  /** A real run; it tells its peak, and the estimate, which its overview rounds. */
  public static final class Run {
    private Run() {}

    public static void main(String[] arguments) throws IOException {
      Config config =
          RunSettings.withThreads(
              Recipes.read(RECIPE, Settings.SCHEMA.defaults())
                  .with(Settings.BATCH, Integer.parseInt(arguments[1])),
              "1");
      double estimated;
      try (SamplePhotos photos = new SamplePhotos();
          Training training = new Pretraining().begin(config, photos.folder())) {
        estimated = MemoryEstimate.bytes(training.memory());
      }
      List<String> command =
          List.of(
              "pretrain",
              "--config=" + RECIPE,
              "--out=" + arguments[0],
              "--batch=" + arguments[1],
              "--steps-per-epoch=3",
              "--epochs=1",
              "--threads=1");
      int exitCode =
          Main.run(
              Terminal.system(),
              NativeEnvironment.environment(System.getenv(), "1"),
              command.toArray(String[]::new));
      System.out.printf("estimated %.0f, peak %d%n", estimated, PeakMemory.bytes());
      System.exit(exitCode);
    }
  }

  /** The launcher's settings of the heap: one that grows by itself takes more. */
  private static String heap() throws IOException {
    String launcher = Files.readString(Path.of("..", "flsl"));
    String call = launcher.substring(launcher.lastIndexOf("exec "));
    List<String> options =
        Pattern.compile("-X\\S+").matcher(call).results().map(MatchResult::group).toList();
    assertTrue(options.contains("-XX:+UseSerialGC"), call);
    return String.join(" ", options);
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 128})
  void aRealRunTakesWhatWasEstimated(int batch) throws Exception {
    Map<String, String> environment = NativeEnvironment.environment(Map.of(), "1");
    environment.put("JDK_JAVA_OPTIONS", heap());
    ForkedJvm jvm =
        ForkedJvm.start(
            Run.class,
            folder.resolve("output.txt"),
            environment,
            List.of(folder.resolve("run").toString(), String.valueOf(batch)));
    assertEquals(0, jvm.await(), jvm.output());
    Matcher found = FOUND.matcher(jvm.output());
    assertTrue(found.matches(), jvm.output());
    double estimated = Double.parseDouble(found.group(1));
    double peak = Double.parseDouble(found.group(2));
    assertEquals(peak, estimated, 0.2 * peak, jvm.output());
  }
}
