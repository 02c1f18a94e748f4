package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.Version;
import org.flsl.layers.kernels.Precision;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** What {@code flsl} says of itself. */
class MainTest {
  private final Screen screen = new Screen(false);

  private int flsl(String... arguments) {
    return Main.run(screen.terminal(), Map.of(), arguments);
  }

  @Test
  void helpNamesEveryCommandWithASentence() {
    assertEquals(0, flsl("--help"));
    String help = screen.out();
    for (String command :
        List.of(
            "pretrain",
            "benchmark",
            "doctor",
            "show",
            "eval",
            "features",
            "inspect",
            "import",
            "export",
            "sweep")) {
      assertTrue(help.matches("(?s).*\\R  " + command + " +[A-Z][^\\n]{15,}.*"), command + help);
    }
    assertEquals(0, flsl());
    assertEquals(help + help, screen.out(), "without arguments");
  }

  /** Lines may be broken behind a dot: "./flsl" came apart. */
  @Test
  void noHelpBreaksTheNameOfTheCommand() {
    List<List<String>> seen = new ArrayList<>();
    Deque<List<String>> next = new ArrayDeque<>(List.of(List.<String>of()));
    while (!next.isEmpty()) {
      List<String> command = next.remove();
      seen.add(command);
      Screen page = new Screen(false);
      List<String> arguments = new ArrayList<>(command);
      arguments.add("--help");
      assertEquals(0, Main.run(page.terminal(), Map.of(), arguments.toArray(String[]::new)));
      assertFalse(page.out().matches("(?s).*\\R */flsl.*"), page.out());
      if (page.out().contains("Commands:")) {
        Pattern.compile("(?m)^  ([a-z]+) +[A-Z]")
            .matcher(page.out().split("Commands:")[1])
            .results()
            .filter(found -> !found.group(1).equals(SweepElsewhere.NAME))
            .map(found -> Stream.concat(command.stream(), Stream.of(found.group(1))).toList())
            .forEach(next::add);
      }
    }
    assertTrue(seen.contains(List.of("predict")), seen.toString());
    assertTrue(seen.contains(List.of("train", "instances")), seen.toString());
  }

  @Test
  void aSweepSaysWhereItIs() {
    assertEquals(1, flsl("sweep", "weights.yaml", "--out", "x"));
    assertTrue(screen.err().contains("./flsl sweep"), screen.err());
    assertEquals(1, screen.err().lines().count());
  }

  /** An unset variable of a shell leaves one, and Java takes it for the folder one is in. */
  @Test
  void anEmptyPathIsRefused() {
    assertEquals(2, flsl("features", "--images", "", "--run", "x", "--out", "y.csv"));
    assertEquals(
        "error: Invalid value for option '--images': it is empty, but has to be the name of a file or folder (flsl features --help)",
        screen.err().strip());
    assertEquals(2, flsl("eval", "health", "--run", "", "--images", "x"));
  }

  @Test
  void versionTellsWhatComputes() {
    assertEquals(0, flsl("--version"), screen.err());
    Nd4j.getBackend();
    String build = NativeBuild.loaded().orElseThrow().classifier();
    List<String> lines = screen.out().lines().toList();
    assertEquals(5, lines.size(), screen.out());
    assertTrue(lines.get(0).startsWith("flsl-dl4j"), screen.out());
    assertTrue(lines.get(1).matches("ND4J +1\\.0\\.0-M2\\.1"), screen.out());
    assertTrue(lines.get(2).matches("native build +" + build + ", unpacked in .+"), screen.out());
    assertTrue(lines.get(3).endsWith(Version.kernels(Precision.FLOAT32)), screen.out());
    assertEquals("", screen.err());
  }
}
