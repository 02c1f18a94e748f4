package org.flsl.examples.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a command writes at its end, checked before the work begins. */
public final class OutputFile {
  private OutputFile() {}

  /** As {@link #prepare(Path, String)} for a file that is named with {@code --output}. */
  public static void prepare(Path file) {
    prepare(file, "--output");
  }

  /**
   * Makes the folder of the file, if it is not there.
   *
   * @param file as the user named it
   * @param option with which the user named it
   * @throws UserError if a file of this name could not be written
   */
  public static void prepare(Path file, String option) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new UserError(option + " takes a file, but " + file + " is a folder");
    }
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new UserError(
          "cannot make the folder %s for %s: %s; name another file"
              .formatted(folder, option, Problems.explain(e)),
          e);
    }
    if (!Files.isWritable(folder)) {
      throw new UserError(
          "cannot write into %s: permission denied; name another file with %s"
              .formatted(folder, option));
    }
  }
}
