package org.flsl.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flsl.examples.pretrain.Problems;

/** A file that a command writes at its end, checked before the work begins. */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Makes the folder of the file, if it is not there.
   *
   * @param file as the user named it with {@code --output}
   * @throws UserError if a file of this name could not be written
   */
  public static void prepare(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new UserError("--output takes a file, but " + file + " is a folder");
    }
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new UserError(
          "cannot make the folder %s for --output: %s; name another file"
              .formatted(folder, Problems.explain(e)),
          e);
    }
    if (!Files.isWritable(folder)) {
      throw new UserError(
          "cannot write into %s: permission denied; name another file with --output"
              .formatted(folder));
    }
  }
}
