package org.flsl.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program in a process of its own, for tests that kill it or look at its streams. */
public final class ForkedJvm {
  private static final long PATIENCE_SECONDS = 300;

  private final Process process;
  private final Path output;

  private ForkedJvm(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts a main class with this JVM's class path.
   *
   * @param output receives both streams of the program
   * @param environment is added to this process's; a null value takes a variable away
   */
  public static ForkedJvm start(
      Class<?> main, Path output, Map<String, String> environment, List<String> arguments)
      throws IOException {
    return start(System.getProperty("java.class.path"), main, output, environment, arguments);
  }

  /** Starts a main class that finds a plugin of a service behind this JVM's class path. */
  public static ForkedJvm withPlugin(
      Class<?> service, Class<?> plugin, Class<?> main, Path folder, List<String> arguments)
      throws IOException {
    Path services = Files.createDirectories(folder.resolve("plugin/META-INF/services"));
    Files.writeString(services.resolve(service.getName()), plugin.getName() + "\n");
    String classPath =
        System.getProperty("java.class.path") + File.pathSeparator + folder.resolve("plugin");
    return start(classPath, main, folder.resolve("output.txt"), Map.of(), arguments);
  }

  /** Starts a main class with another class path. */
  public static ForkedJvm start(
      String classPath,
      Class<?> main,
      Path output,
      Map<String, String> environment,
      List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    environment.forEach(
        (name, value) -> {
          if (value == null) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    return new ForkedJvm(builder.start(), output);
  }

  public Process process() {
    return process;
  }

  public String output() throws IOException {
    // While it is written it may end within a character, which readString refuses.
    return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
  }

  /** Waits until the program has said this. */
  public void awaitOutput(String text) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!output().contains(text)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        process.destroyForcibly();
        throw new AssertionError("'" + text + "' was not said, but: " + output());
      }
      Thread.sleep(10);
    }
  }

  /** Sends a signal, such as INT; the test is skipped where processes are started to ignore it. */
  public void signal(String name) throws IOException, InterruptedException {
    signal(process, name);
  }

  /** The same to any process that the test started. */
  public static void signal(Process process, String name) throws IOException, InterruptedException {
    if (isIgnored(name)) {
      process.destroyForcibly();
      assumeTrue(
          false, "SIG" + name + " is ignored by what starts the tests (nohup, or a shell with &)");
    }
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  /** Whether this process ignores a signal, which those that it starts inherit; told by Linux. */
  private static boolean isIgnored(String name) throws IOException {
    Path status = Path.of("/proc/self/status");
    Integer number = Map.of("HUP", 1, "INT", 2, "TERM", 15).get(name);
    if (number == null || !Files.exists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16))
        .anyMatch(mask -> (mask >> (number - 1) & 1) == 1);
  }

  /** Waits for the end and returns the exit code. */
  public int await() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the program did not end");
    }
    return process.exitValue();
  }
}
