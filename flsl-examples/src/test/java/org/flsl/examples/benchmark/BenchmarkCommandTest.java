package org.flsl.examples.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.flsl.examples.Screen;
import org.flsl.examples.command.ErrorLine;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Relaunch;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchmarkCommandTest {
  /** What the second process of a relaunch gets, so that the command stays in this one. */
  private static final Map<String, String> ENVIRONMENT =
      NativeEnvironment.environment(Map.of(), "2");

  private final Screen screen = new Screen(false);

  private int run(String... arguments) {
    Relaunch relaunch = new Relaunch(BenchmarkCommand.class, List.of(arguments), ENVIRONMENT);
    CommandLine line = BenchmarkCommand.commandLine(screen.terminal(), relaunch, ENVIRONMENT);
    line.setExecutionExceptionHandler(new ErrorLine(screen.terminal()));
    return line.execute(arguments);
  }

  @Test
  void timesStepsAndTellsTheMemory() {
    int exit =
        run(
            "--arch=tiny",
            "--batch=2",
            "--global-size=64",
            "--local-size=32",
            "--centroids=16",
            "--warmup=1",
            "--steps=2");
    String out = screen.out();
    assertEquals(0, exit, out + screen.err());
    for (String part :
        List.of("images/s", "median of 2", "GFLOP/s", "peak memory", "native build", "PASSIVE")) {
      assertTrue(out.contains(part), part + " is missing in " + out);
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertEquals(1, run("--patch=15"));
    assertTrue(screen.err().contains("patch"), screen.err());
    for (String option :
        new String[] {
          "--batch=0",
          "--patch=0",
          "--global-size=0",
          "--local-size=-1",
          "--steps=0",
          "--threads=-1"
        }) {
      String[] parts = option.split("=");
      assertEquals(1, run(option));
      assertTrue(screen.err().contains("error: " + parts[0] + " takes at least "), screen.err());
      assertTrue(screen.err().endsWith(", got " + parts[1] + "\n"), screen.err());
    }
    assertEquals(1, run("--threads=9999"));
    assertTrue(
        screen.err().endsWith("error: --threads takes at most 1024, got 9999\n"), screen.err());
  }
}
