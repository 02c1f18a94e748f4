package org.flsl.examples.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flsl.examples.Screen;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Version;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.kernels.Precision;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
  /** What the second process of a relaunch gets, so that the command stays in this one. */
  private static final Map<String, String> ENVIRONMENT =
      NativeEnvironment.environment(Map.of(), "2");

  private final Screen screen = new Screen(false);

  private String value(String name) {
    return screen
        .out()
        .lines()
        .filter(line -> line.startsWith(name + "  "))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is missing in " + screen.out()));
  }

  private int run(Map<String, String> environment) {
    Relaunch relaunch = new Relaunch(DoctorCommand.class, List.of(), environment);
    return DoctorCommand.commandLine(screen.terminal(), relaunch, environment)
        .execute("--seconds=0.01");
  }

  @Test
  void tellsWhatComputesAndHowFast() {
    assertEquals(0, run(ENVIRONMENT), screen.out() + screen.err());
    assertEquals(Version.program(), value("program"));
    assertTrue(value("processor").startsWith(System.getProperty("os.arch")));
    assertTrue(value("ND4J").startsWith("1.0.0-M2.1"));
    assertEquals(NativeBuild.loaded().orElseThrow().toString(), value("native build"));
    assertEquals(Version.kernels(Precision.FLOAT32), value("kernels"));
    assertEquals("2", value("OMP_NUM_THREADS"));
    assertEquals("PASSIVE", value("OMP_WAIT_POLICY"));
    assertTrue(rate("product, ND4J") > 0);
    if (KernelLibrary.ofThisProcess().isPresent()) {
      assertTrue(rate("product, kernels") > 0);
    }
    assertEquals("", screen.err());
  }

  private int rate(String name) {
    String text = value(name);
    assertTrue(text.matches("\\d+ GFLOP/s"), text);
    return Integer.parseInt(text.split(" ")[0]);
  }

  @Test
  void tellsOfThreadsThatAreNoNumber() {
    Map<String, String> environment = new HashMap<>(ENVIRONMENT);
    environment.put("OMP_NUM_THREADS", "many");
    assertEquals(0, run(environment), screen.out() + screen.err());
    assertEquals("many", value("OMP_NUM_THREADS"));
    assertTrue(value("product, to expect").contains("OMP_NUM_THREADS is many"), screen.out());
  }
}
