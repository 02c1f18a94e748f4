package org.flsl.arbiter.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flsl.arbiter.PretrainTaskCreator;
import org.flsl.examples.command.UserError;
import org.flsl.examples.command.WorkFolder;
import org.flsl.training.checkpoint.AtomicFile;

/** The folder that holds all of a sweep. One process at a time may have it open. */
final class SweepFolder implements AutoCloseable {
  static final WorkFolder.Work SWEEP =
      new WorkFolder.Work("sweep", "sweep.yaml", Path.of("sweeps"));

  private final WorkFolder folder;

  private SweepFolder(WorkFolder folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder of a new sweep.
   *
   * @param wanted null for the next free name under {@code sweeps}
   * @param name to number
   */
  static SweepFolder create(Path wanted, String name) {
    return new SweepFolder(WorkFolder.create(SWEEP, wanted, name));
  }

  /** Opens the folder of a sweep that was begun before. */
  static SweepFolder open(Path path) {
    SWEEP.requireBegun(path);
    return new SweepFolder(WorkFolder.open(SWEEP, path));
  }

  Path path() {
    return folder.path();
  }

  private Path file(String name) {
    return path().resolve(name);
  }

  /** The sweep as it was begun. */
  Path sweep() {
    return file(SWEEP.mark());
  }

  Path results() {
    return file("results.csv");
  }

  Path candidates() {
    return file("candidates");
  }

  /** The run folder of a candidate. */
  Path candidate(int index) {
    return candidates().resolve(PretrainTaskCreator.folderName(index));
  }

  Path picture() {
    return file("scores.png");
  }

  Path best() {
    return file("best.yaml");
  }

  Path arbiter() {
    return file("arbiter.json");
  }

  /**
   * Remembers the images, or compares them with those that the sweep began with.
   *
   * @param in the folder that they were found in
   * @throws UserError where they are others: candidates could not be compared
   */
  void sameImages(String fingerprint, Path in) throws IOException {
    Path file = file("images.txt");
    if (!Files.exists(file)) {
      AtomicFile.write(file, fingerprint + "\n");
    } else if (!Files.readString(file).strip().equals(fingerprint)) {
      throw new UserError(
          "the images in %s are no longer those that the sweep began with: bring those back, or begin anew"
              .formatted(in));
    }
  }

  /**
   * Remembers what candidates are compared by, or compares it with what the sweep began with.
   *
   * @throws UserError where it is something else: scores could not be compared
   */
  void sameTerms(String terms) throws IOException {
    Path file = file("terms.txt");
    if (!Files.exists(file)) {
      AtomicFile.write(file, terms);
      return;
    }
    List<String> begun = Files.readString(file).lines().toList();
    String changed =
        terms
            .lines()
            .filter(line -> !begun.contains(line))
            .findFirst()
            .orElse(begun.size() == terms.lines().count() ? null : "fewer settings");
    if (changed != null) {
      throw new UserError(
          "the sweep began with other terms than '%s' (%s has them), so that its candidates could not be compared: bring back the file of its config, its images to score on and its sweep.yaml, or begin anew"
              .formatted(changed, file));
    }
  }

  /** Lets others open the folder; takes it away again where no sweep came of it. */
  @Override
  public void close() throws IOException {
    folder.close();
  }
}
