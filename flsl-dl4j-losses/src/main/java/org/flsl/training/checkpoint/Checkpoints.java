package org.flsl.training.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.views.decode.FileProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The saved states of a training in a folder: the newest ones, and the best.
 *
 * <p>Use them where a training has to go on after its process was killed, the disk ran full, or a
 * file was damaged; {@link SaveListener} writes them from within {@code graph.fit}. Each is a DL4J
 * model zip with updater state, {@code step-00000100.zip} after 100 steps, there whole or not at
 * all. {@code best.zip} is one of them under another name.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final Pattern NAME = Pattern.compile("step-(\\d+)\\.zip");
  private static final String BEST = "best.zip";

  private final Path folder;
  private final int keep;

  /** A state on disk. */
  public record Checkpoint(Path file, long step) {}

  /** What there is to go on from: the newest whole checkpoint, and newer ones that are damaged. */
  public record Newest(Optional<Checkpoint> whole, List<Damaged> damaged) {}

  /** A checkpoint that cannot be read. */
  public record Damaged(Path file, String problem) {}

  /**
   * The states in a folder, which is made with the first.
   *
   * @param keep how many of the newest stay on disk, beside the best
   * @throws IllegalArgumentException if none would
   */
  public Checkpoints(Path folder, int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("Checkpoints: at least 1 has to stay, got " + keep);
    }
    this.folder = Objects.requireNonNull(folder, "folder");
    this.keep = keep;
  }

  /** Deletes what killed processes left half written; only for the process that trains. */
  public void cleanUp() throws IOException {
    if (Files.exists(folder)) {
      AtomicFile.cleanUp(folder);
    }
  }

  /**
   * Saves a training, then deletes the oldest states that are too many.
   *
   * @param step steps that it has behind it
   */
  public Checkpoint save(long step, ComputationGraph training) throws IOException {
    return save(
        step,
        out -> {
          ModelZip zip = new ModelZip(out);
          zip.training(training);
          zip.finish();
        });
  }

  /** Saves a state that is written otherwise, as a zip in any case. */
  public Checkpoint save(long step, AtomicFile.Content state) throws IOException {
    Checkpoint saved = at(step);
    Files.createDirectories(folder);
    AtomicFile.write(saved.file(), state);
    List<Checkpoint> newestFirst = list();
    for (Checkpoint old :
        newestFirst.subList(Math.min(keep, newestFirst.size()), newestFirst.size())) {
      Files.delete(old.file());
    }
    return saved;
  }

  /** Where the state after so many steps is, if it was saved and kept. */
  public Checkpoint at(long step) {
    return new Checkpoint(folder.resolve("step-%08d.zip".formatted(step)), step);
  }

  /** Keeps a state as the best one, also when newer ones push it out. */
  public void keepAsBest(Checkpoint checkpoint) throws IOException {
    AtomicFile.link(best(), checkpoint.file());
  }

  /** Where the best state is, if one was kept. */
  public Path best() {
    return folder.resolve(BEST);
  }

  /** Deletes all of them. */
  public void discard() throws IOException {
    Files.deleteIfExists(best());
    for (Checkpoint checkpoint : list()) {
      Files.delete(checkpoint.file());
    }
  }

  /** Puts a damaged checkpoint out of the way, so that it no longer counts as one. */
  public void setAside(Damaged damaged) throws IOException {
    Files.move(
        damaged.file(),
        damaged.file().resolveSibling(damaged.file().getFileName() + ".damaged"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * The training to go on from, with updater: the newest whole state. Newer ones that are damaged
   * are warned about (SLF4J) and set aside, and half written ones deleted.
   *
   * <p>A graph of FLSL needs its listeners again: {@code checkpoints.restore().map(flsl::attach)}.
   *
   * @return empty where nothing was saved
   * @throws IOException if all are damaged: to begin anew, move them away
   */
  public Optional<ComputationGraph> restore() throws IOException {
    Newest newest = newest();
    List<Damaged> damaged = newest.damaged();
    if (newest.whole().isEmpty()) {
      if (damaged.isEmpty()) {
        return Optional.empty();
      }
      throw new IOException(
          "No checkpoint in %s is whole (%s: %s): bring a copy back, or move them away to begin anew"
              .formatted(folder, damaged.get(0).file().getFileName(), damaged.get(0).problem()));
    }
    cleanUp();
    for (Damaged one : damaged) {
      LOG.warn("{} is damaged ({}) and is set aside", one.file(), one.problem());
      setAside(one);
    }
    return Optional.of(
        ModelSerializer.restoreComputationGraph(newest.whole().get().file().toFile(), true));
  }

  /** Looks for the state to go on from, newest first. */
  public Newest newest() throws IOException {
    List<Damaged> damaged = new ArrayList<>();
    for (Checkpoint checkpoint : list()) {
      Optional<String> problem = problem(checkpoint.file());
      if (problem.isEmpty()) {
        return new Newest(Optional.of(checkpoint), damaged);
      }
      damaged.add(new Damaged(checkpoint.file(), problem.get()));
    }
    return new Newest(Optional.empty(), damaged);
  }

  /** The step of the newest state, whole or not; 0 where there is none. */
  public long newestStep() throws IOException {
    return list().stream().findFirst().map(Checkpoint::step).orElse(0L);
  }

  private List<Checkpoint> list() throws IOException {
    List<Checkpoint> found = new ArrayList<>();
    if (Files.notExists(folder)) {
      return found;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          found.add(new Checkpoint(file, Long.parseLong(name.group(1))));
        }
      }
    }
    found.sort(Comparator.comparingLong(Checkpoint::step).reversed());
    return found;
  }

  /** Reads a zip to its end and compares checksums, which ZipFile alone does not do. */
  private static Optional<String> problem(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        CheckedInputStream content = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
        content.transferTo(OutputStream.nullOutputStream());
        if (content.getChecksum().getValue() != entry.getCrc()) {
          return Optional.of("wrong checksum of " + entry.getName());
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(FileProblem.explain(e));
    }
  }
}
