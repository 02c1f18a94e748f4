package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
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

  @Test
  void aSweepSaysWhereItIs() {
    assertEquals(1, flsl("sweep", "weights.yaml", "--out", "x"));
    assertTrue(screen.err().contains("./flsl sweep"), screen.err());
    assertEquals(1, screen.err().lines().count());
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
