package org.flsl.examples.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flsl.training.checkpoint.AtomicFile;

/**
 * A run that is kept where nothing can be locked, appended to or linked, such as a file system of
 * Hadoop: it works in a folder of this machine, and its finished files are copied.
 *
 * <p>Whenever the process ends, what is kept can be gone on with: a file is written under another
 * name first, what a checkpoint needs is there before it, and an older one goes after the newer one
 * came. All that this asks of a file system is that a file's rename to a free name happens or does
 * not. A file that replaces another one is called {@code NAME.new} until that one is gone.
 */
final class RunCopy {
  private static final String REPLACEMENT = ".new";

  private final Path kept;
  private final Path here;
  private final Map<String, State> copied = new HashMap<>();

  /** Tells a file from a later one of its name. */
  private record State(long size, Object time, Object key) {
    static State of(Path file) throws IOException {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new State(found.size(), found.lastModifiedTime(), found.fileKey());
    }
  }

  /**
   * @param kept where the run is kept
   * @param here where it works, in a folder of its own
   */
  RunCopy(Path kept, Path here) {
    this.kept = kept;
    this.here = here;
  }

  /** Whether runs cannot work in such a folder itself. */
  static boolean isNeededFor(Path folder) {
    return folder.getFileSystem() != FileSystems.getDefault();
  }

  /** Brings to its end what a killed process began, or takes it away. */
  static void settle(Path kept) throws IOException {
    for (Path file : files(kept)) {
      String name = file.getFileName().toString();
      if (name.endsWith(REPLACEMENT)) {
        String replaced = name.substring(0, name.length() - REPLACEMENT.length());
        replace(file, file.resolveSibling(replaced));
      } else if (AtomicFile.isUnfinished(file)) {
        Files.delete(file);
      }
    }
  }

  Path kept() {
    return kept;
  }

  Path here() {
    return here;
  }

  /** Copies what is kept to this machine. */
  void fetch() throws IOException {
    settle(kept);
    for (Path file : files(kept)) {
      String name = kept.relativize(file).toString();
      Path target = here.resolve(name);
      Files.createDirectories(target.getParent());
      try (InputStream in = Files.newInputStream(file)) {
        Files.copy(in, target);
      }
      copied.put(name, State.of(target));
    }
  }

  /** Copies what is new, in an order that leaves a whole run whenever it ends. */
  void send() throws IOException {
    Map<String, State> present = new HashMap<>();
    for (Path file : files(here)) {
      boolean ours = file.getFileName().toString().startsWith(".") || AtomicFile.isUnfinished(file);
      if (!ours) {
        present.put(here.relativize(file).toString(), State.of(file));
      }
    }
    List<String> inOrder = new ArrayList<>(present.keySet());
    inOrder.sort(RECORDS_FIRST);
    for (String name : inOrder) {
      if (!present.get(name).equals(copied.get(name))) {
        send(here.resolve(name), kept.resolve(name));
        copied.put(name, present.get(name));
      }
    }
    for (String name : List.copyOf(copied.keySet())) {
      if (!present.containsKey(name)) {
        Files.deleteIfExists(kept.resolve(name));
        copied.remove(name);
      }
    }
  }

  /**
   * What lies in a folder of the run, its checkpoints, is gone on from with what lies beside that;
   * and the best checkpoint is one of them.
   */
  private static final Comparator<String> RECORDS_FIRST =
      Comparator.comparing((String name) -> Path.of(name).getNameCount())
          .thenComparing(Comparator.reverseOrder());

  private static void send(Path file, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    Path unfinished = AtomicFile.unfinished(target);
    Files.deleteIfExists(unfinished);
    Files.copy(file, unfinished);
    if (Files.exists(target)) {
      Path replacement = target.resolveSibling(target.getFileName() + REPLACEMENT);
      Files.deleteIfExists(replacement);
      Files.move(unfinished, replacement);
      replace(replacement, target);
    } else {
      Files.move(unfinished, target);
    }
  }

  private static void replace(Path replacement, Path target) throws IOException {
    Files.deleteIfExists(target);
    Files.move(replacement, target);
  }

  /** Deletes what is on this machine. */
  void clear() throws IOException {
    try (Stream<Path> all = Files.walk(here.getParent())) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
