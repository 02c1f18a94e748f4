package org.flsl.arbiter.sweep;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.flsl.arbiter.PretrainTaskCreator;
import org.flsl.examples.command.AtomicFile;
import org.flsl.examples.command.FolderLock;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.UserError;

/** The folder that holds all of a sweep. One process at a time may have it open. */
final class SweepFolder implements AutoCloseable {
  private static final String SWEEP = "sweep.yaml";
  private static final String IMAGES = "images.txt";
  private static final Path SWEEPS = Path.of("sweeps");

  private final Path path;
  private final FolderLock lock;

  private SweepFolder(Path path) throws IOException {
    this.path = path;
    this.lock = FolderLock.of(path);
  }

  /**
   * Makes the folder of a new sweep.
   *
   * @param wanted null for the next free name under {@code sweeps}
   * @param name to number
   */
  static SweepFolder create(Path wanted, String name) {
    try {
      if (wanted == null) {
        return new SweepFolder(nextFree(name));
      }
      Files.createDirectories(wanted);
      if (Files.exists(wanted.resolve(SWEEP))) {
        throw new UserError(
            "%s holds a sweep already: go on with --resume %s, or choose another --out"
                .formatted(wanted, ShellCommand.argument(wanted)));
      }
      try (Stream<Path> content = Files.list(wanted)) {
        if (content.findAny().isPresent()) {
          throw new UserError(wanted + " is not empty: choose another --out");
        }
      }
      return new SweepFolder(wanted);
    } catch (IOException e) {
      throw new UserError(
          "cannot make the folder of the sweep: %s (%s); choose another with --out"
              .formatted(Problems.explain(e), Problems.firstLine(e)),
          e);
    }
  }

  private static Path nextFree(String name) throws IOException {
    Files.createDirectories(SWEEPS);
    for (int number = 1; ; number++) {
      try {
        return Files.createDirectory(SWEEPS.resolve(name + "-" + number));
      } catch (FileAlreadyExistsException taken) {
        // The next number, then.
      }
    }
  }

  /** Opens the folder of a sweep that was begun before. */
  static SweepFolder open(Path path) {
    requireSweep(path);
    try {
      return new SweepFolder(path);
    } catch (IOException e) {
      throw new UserError("cannot open " + path + ": " + Problems.explain(e), e);
    }
  }

  /** Checks that a folder is one of a sweep. */
  static void requireSweep(Path path) {
    if (!Files.isRegularFile(path.resolve(SWEEP))) {
      throw new UserError(
          "--resume takes the folder of a sweep, and "
              + path
              + (Files.isDirectory(path) ? " holds no " + SWEEP : " is not a folder"));
    }
  }

  Path path() {
    return path;
  }

  /** The sweep as it was begun. */
  Path sweep() {
    return path.resolve(SWEEP);
  }

  Path results() {
    return path.resolve("results.csv");
  }

  Path candidates() {
    return path.resolve("candidates");
  }

  /** The run folder of a candidate. */
  Path candidate(int index) {
    return candidates().resolve(PretrainTaskCreator.folderName(index));
  }

  Path picture() {
    return path.resolve("scores.png");
  }

  Path best() {
    return path.resolve("best.yaml");
  }

  Path arbiter() {
    return path.resolve("arbiter.json");
  }

  /** Writes a file whole or not at all. */
  static void write(Path file, String text) throws IOException {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Remembers the images, or compares them with those that the sweep began with.
   *
   * @param folder that they were found in
   * @throws UserError where they are others: candidates could not be compared
   */
  void sameImages(String fingerprint, Path folder) throws IOException {
    Path file = path.resolve(IMAGES);
    if (!Files.exists(file)) {
      write(file, fingerprint + "\n");
    } else if (!Files.readString(file).strip().equals(fingerprint)) {
      throw new UserError(
          "the images in %s are no longer those that the sweep began with: bring those back, or begin anew"
              .formatted(folder));
    }
  }

  /** Lets others open the folder; takes it away again where no sweep came of it. */
  @Override
  public void close() throws IOException {
    lock.close();
    if (!Files.exists(sweep())) {
      try (Stream<Path> content = Files.list(path)) {
        for (Path file : content.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(path);
    }
  }
}
