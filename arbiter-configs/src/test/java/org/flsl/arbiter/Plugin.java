package org.flsl.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flsl.examples.ForkedJvm;
import org.flsl.examples.Main;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Terminal;

/** Commands in a process that has a class of a test's on its class path from its start. */
final class Plugin {
  private static final String NEXT = "--next-command--";

  private final Path folder;

  Plugin(Path folder) {
    this.folder = folder;
  }

  /** Offers a class to service loaders. */
  Plugin offering(Class<?> service, Class<?> provider) throws IOException {
    Path services = Files.createDirectories(folder.resolve("plugin/META-INF/services"));
    Files.writeString(services.resolve(service.getName()), provider.getName() + "\n");
    return this;
  }

  /** Runs commands one after the other, all of which have to succeed; returns what they say. */
  String run(List<?>... commands) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    String classPath =
        System.getProperty("java.class.path") + File.pathSeparator + folder.resolve("plugin");
    List<String> arguments = new ArrayList<>();
    for (List<?> command : commands) {
      command.forEach(argument -> arguments.add(argument.toString()));
      arguments.add(NEXT);
    }
    ForkedJvm jvm = ForkedJvm.start(classPath, Plugin.class, output, Map.of(), arguments);
    assertEquals(0, jvm.await(), jvm.output());
    return jvm.output();
  }

  /** The commands, each with {@link #NEXT} behind it. */
  public static void main(String[] arguments) {
    List<String> left = List.of(arguments);
    while (!left.isEmpty()) {
      int end = left.indexOf(NEXT);
      int exit =
          Main.run(
              Terminal.system(),
              NativeEnvironment.environment(Map.of(), "2"),
              left.subList(0, end).toArray(String[]::new));
      if (exit != 0) {
        System.exit(exit);
      }
      left = left.subList(end + 1, left.size());
    }
  }
}
