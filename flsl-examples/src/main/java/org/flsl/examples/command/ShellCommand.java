package org.flsl.examples.command;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A command of this program in words that a shell takes as they stand, however files are called.
 *
 * <p>Use it wherever a message tells its reader what to type.
 */
public final class ShellCommand {
  /** Tells how the launcher was called. */
  static final String LAUNCHER = "flsl.launcher";

  private static final String JAR = "flsl.jar";

  /** No shell sees anything but letters in these. */
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_./:,@%+-]+");

  private ShellCommand() {}

  /**
   * The program as it was started, a subcommand with its options, and a file or folder.
   *
   * @param options such as {@code pretrain --resume}, which need no quotes
   */
  public static String of(String options, Path file) {
    return program() + " " + options + " " + argument(file);
  }

  /** A file or folder as the value of an option. */
  public static String argument(Path file) {
    String path = file.toString();
    return quoted(path.startsWith("-") ? "./" + path : path);
  }

  private static String program() {
    String launcher = System.getProperty(LAUNCHER);
    if (launcher != null) {
      // Found by its name alone it stands in the working directory.
      return quoted(launcher.contains("/") ? launcher : "./" + launcher);
    }
    String classPath = System.getProperty("java.class.path");
    return classPath.endsWith(JAR) ? "java -jar " + quoted(classPath) : "./flsl";
  }

  /** A word that the shell takes as it is. */
  public static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
