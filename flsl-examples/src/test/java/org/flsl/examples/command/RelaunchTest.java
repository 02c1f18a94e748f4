package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flsl.examples.ForkedJvm;
import org.flsl.examples.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RelaunchTest {
  private static final Map<String, String> WANTED = Map.of("OMP_WAIT_POLICY", "PASSIVE");

  @TempDir private Path folder;

  /** Asks for the environment, says that it is there, and stays until it is killed. */
  public static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws InterruptedException {
      OptionalInt elsewhere =
          new Relaunch(Program.class, List.of(arguments), System.getenv()).with(WANTED);
      if (elsewhere.isPresent()) {
        System.exit(elsewhere.getAsInt());
      }
      System.out.println(
          System.getenv("OMP_WAIT_POLICY")
              + " "
              + List.of(arguments)
              + (Object.class.getModule().isOpen("sun.nio.ch", Program.class.getModule())
                  ? ", open"
                  : "")
              + ", ready");
      System.out.flush();
      Thread.sleep(Long.parseLong(arguments[0]));
      System.exit(7);
    }
  }

  private ForkedJvm start(String... arguments) throws IOException {
    Map<String, String> without = new HashMap<>();
    without.put("OMP_WAIT_POLICY", null);
    return ForkedJvm.start(
        Program.class, folder.resolve("output.txt"), without, List.of(arguments));
  }

  @Test
  void theSecondProcessHasTheEnvironmentAndItsExitCodeComesBack() throws Exception {
    ForkedJvm jvm = start("0", "two words");
    assertEquals(7, jvm.await());
    assertEquals("PASSIVE [0, two words], ready", jvm.output().strip());
  }

  @Test
  void theManifestOfAProgramCountsForTheSecondProcessToo() throws Exception {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Program.class.getName());
    manifest.getMainAttributes().putValue("Add-Opens", "java.base/sun.nio.ch");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(element -> Path.of(element).toUri().toString())
                .collect(Collectors.joining(" ")));
    Path program = folder.resolve("program.jar");
    new JarOutputStream(Files.newOutputStream(program), manifest).close();
    Map<String, String> without = new HashMap<>();
    without.put("OMP_WAIT_POLICY", null);
    ForkedJvm jvm =
        ForkedJvm.start(
            program.toString(), Program.class, folder.resolve("output.txt"), without, List.of("0"));
    assertEquals(7, jvm.await());
    assertEquals("PASSIVE [0], open, ready", jvm.output().strip());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "sends POSIX signals")
  void aKillOfTheFirstEndsTheSecond() throws Exception {
    for (String signal : List.of("KILL", "TERM", "HUP")) {
      ForkedJvm jvm = start("600000");
      jvm.awaitOutput("ready");
      Optional<ProcessHandle> second = jvm.process().descendants().findFirst();
      assertTrue(second.isPresent());
      jvm.signal(signal);
      jvm.await();
      second.get().onExit().get(20, java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  @Test
  void nothingIsStartedWhereAllIsThere() {
    assertEquals(OptionalInt.empty(), new Relaunch(Main.class, List.of(), WANTED).with(WANTED));
  }
}
