package org.flsl.examples.command;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.flsl.training.checkpoint.AtomicFile;

/**
 * A folder that a command works in, to be gone on with later.
 *
 * <p>One process at a time may have it open; the operating system ends that when the process ends,
 * however it ends.
 */
public final class WorkFolder implements AutoCloseable {

  /**
   * What work it is.
   *
   * @param noun in messages, such as run
   * @param mark the file that is written first: with it the work is begun
   * @param parent of the folders that nobody named
   */
  public record Work(String noun, String mark, Path parent) {

    /** Whether it was begun in a folder. */
    public boolean isBegun(Path folder) {
      return Files.isRegularFile(folder.resolve(mark));
    }

    /**
     * Checks that it can be gone on with in a folder.
     *
     * @throws UserError where it was not begun there
     */
    public void requireBegun(Path folder) {
      if (!isBegun(folder)) {
        throw new UserError(
            "--resume takes the folder of a %s, and %s%s"
                .formatted(
                    noun,
                    folder,
                    Files.isDirectory(folder) ? " holds no " + mark : " is not a folder"));
      }
    }

    /**
     * Checks that it can be begun in a folder.
     *
     * @throws UserError where something is there already
     */
    public void requireFree(Path folder) throws IOException {
      if (isBegun(folder)) {
        throw new UserError(
            "%s holds a %s already: go on with --resume %s, or choose another --out"
                .formatted(folder, noun, ShellCommand.argument(folder)));
      }
      if (Files.notExists(folder)) {
        return;
      }
      try (Stream<Path> content = Files.list(folder)) {
        if (!leftOvers(folder).containsAll(content.toList())) {
          throw new UserError(folder + " is not empty: choose another --out");
        }
      }
    }

    /** What a process that was killed at once leaves in a folder. */
    private Set<Path> leftOvers(Path folder) {
      return Set.of(folder.resolve(FolderLock.FILE), AtomicFile.unfinished(folder.resolve(mark)));
    }
  }

  private final Path path;
  private final Work work;

  /** Folders above it that were made for it, the innermost first. */
  private final List<Path> above;

  private final FolderLock lock;

  private WorkFolder(Path path, Work work, List<Path> above) throws IOException {
    this.path = path;
    this.work = work;
    this.above = above;
    this.lock = FolderLock.of(path);
  }

  /**
   * Makes a folder for new work.
   *
   * @param wanted null for the next free one
   * @param name to number in that case
   */
  public static WorkFolder create(Work work, Path wanted, String name) {
    Path path = wanted == null ? work.parent() : wanted;
    List<Path> above = missing(wanted == null ? path : wanted.toAbsolutePath().getParent());
    try {
      path = wanted == null ? nextFree(work.parent(), name) : Files.createDirectories(wanted);
      work.requireFree(path);
      return new WorkFolder(path, work, above);
    } catch (IOException e) {
      throw new UserError(
          "cannot make the %s folder %s: %s; choose another with --out"
              .formatted(work.noun(), path, Problems.explain(e)),
          e);
    }
  }

  private static List<Path> missing(Path folder) {
    List<Path> missing = new ArrayList<>();
    Path each = folder == null ? null : folder.toAbsolutePath();
    for (; each != null && Files.notExists(each); each = each.getParent()) {
      missing.add(each);
    }
    return missing;
  }

  private static Path nextFree(Path parent, String name) throws IOException {
    Files.createDirectories(parent);
    for (int number = 1; ; number++) {
      try {
        return Files.createDirectory(parent.resolve(name + "-" + number));
      } catch (FileAlreadyExistsException taken) {
        // The next number, then.
      }
    }
  }

  /** Opens a folder to go on with. */
  public static WorkFolder open(Work work, Path path) {
    try {
      return new WorkFolder(path, work, List.of());
    } catch (IOException e) {
      throw new UserError("cannot open " + path + ": " + Problems.explain(e), e);
    }
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Lets others open the folder; takes all that was made away again where no work was begun. */
  @Override
  public void close() throws IOException {
    lock.close();
    if (work.isBegun(path)) {
      return;
    }
    try {
      for (Path leftOver : work.leftOvers(path)) {
        Files.deleteIfExists(leftOver);
      }
      Files.deleteIfExists(path);
      for (Path folder : above) {
        Files.deleteIfExists(folder);
      }
    } catch (DirectoryNotEmptyException othersFiles) {
      // Not ours to take away.
    }
  }
}
