package org.flsl.examples.command;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.jline.utils.Signals;

/**
 * Starts this program again with environment variables that have to be there before ND4J's native
 * library loads.
 *
 * <p>A Java program cannot change its own environment; where {@code ./flsl} is not the starter
 * ({@code java -jar}, an IDE), the program starts itself once more, and this process only waits:
 * both share the terminal.
 */
public class Relaunch {
  /** Set in the second process, so that it never starts a third. */
  private static final String MARK = "FLSL_RELAUNCHED";

  private final Class<?> main;
  private final List<String> arguments;
  private final Map<String, String> environment;

  /**
   * @param main the class to start
   * @param arguments those of its {@code main}
   * @param environment that of this process
   */
  public Relaunch(Class<?> main, List<String> arguments, Map<String, String> environment) {
    this.main = main;
    this.arguments = List.copyOf(arguments);
    this.environment = environment;
  }

  /**
   * Runs the program again where the environment lacks one of these variables, and waits for it.
   *
   * @return the exit code of the second process; empty where this one is to go on
   */
  public OptionalInt with(Map<String, String> wanted) {
    if (environment.containsKey(MARK)) {
      endWithParent();
      return OptionalInt.empty();
    }
    Map<String, String> all = new HashMap<>(wanted);
    all.putAll(NameLocale.ofThisProcess().environment());
    if (environment.entrySet().containsAll(all.entrySet())) {
      return OptionalInt.empty();
    }
    ProcessBuilder again = new ProcessBuilder(command()).inheritIO();
    again.environment().putAll(all);
    again.environment().put(MARK, "1");
    try {
      Process process = again.start();
      // Ctrl-C reaches both processes; the second one decides what it means. Others are passed on.
      Signals.register("INT", () -> {});
      Signals.register("TERM", process::destroy);
      Signals.register("HUP", process::destroy);
      return OptionalInt.of(process.waitFor());
    } catch (IOException e) {
      // Slower, but right all the same: the library says in its log what is missing.
      return OptionalInt.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalInt.of(1);
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // A debugger's port is taken by this process already.
      if (!option.startsWith("-agentlib:jdwp") && !option.startsWith("-Xrunjdwp")) {
        command.add(option);
      }
    }
    String classPath = System.getProperty("java.class.path");
    command.addAll(
        isProgram(classPath)
            ? List.of("-jar", classPath)
            : List.of("-cp", classPath, main.getName()));
    command.addAll(arguments);
    return command;
  }

  /** A jar that starts with this class: it may say more, such as which packages are open to it. */
  private boolean isProgram(String classPath) {
    try (JarFile jar = new JarFile(classPath)) {
      return jar.getManifest() != null
          && main.getName()
              .equals(jar.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS));
    } catch (IOException noJar) {
      return false;
    }
  }

  /** A kill -9 of the first process cannot be passed on: the second one watches for it. */
  private static void endWithParent() {
    ProcessHandle.current()
        .parent()
        .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(137)));
  }
}
