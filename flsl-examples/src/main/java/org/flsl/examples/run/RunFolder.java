package org.flsl.examples.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.examples.command.WorkFolder;
import org.flsl.examples.run.History.Event;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Setting.Section;
import org.flsl.training.checkpoint.AtomicFile;
import org.flsl.training.checkpoint.Checkpoints.Damaged;

/**
 * The folder that holds all of a run: its configuration, metrics, checkpoints, and what comes out.
 *
 * <p>One process at a time has it open, to train; {@link RunFiles} are for all others.
 */
public final class RunFolder implements AutoCloseable {
  private final WorkFolder folder;
  private final RunFiles files;
  private final History history;
  private final Optional<RunCopy> copy;

  private RunFolder(WorkFolder folder, RunFiles files, History history, Optional<RunCopy> copy) {
    this.folder = folder;
    this.files = files;
    this.history = history;
    this.copy = copy;
  }

  /**
   * Makes the folder of a new run.
   *
   * @param wanted null for the next free name under {@code runs}; it may lie where only whole files
   *     can be written, see {@link #publish}
   */
  public static RunFolder create(RunKind kind, Path wanted) throws IOException {
    String command = kind.command();
    String name = command.substring(command.lastIndexOf(' ') + 1);
    if (wanted == null || !RunCopy.isNeededFor(wanted)) {
      return of(kind, WorkFolder.create(RunFiles.RUN, wanted, name), Optional.empty());
    }
    try {
      RunFiles.RUN.requireFree(wanted);
    } catch (IOException e) {
      throw new UserError("cannot use %s: %s".formatted(wanted, Problems.explain(e)), e);
    }
    RunCopy copy = copy(wanted);
    return of(kind, WorkFolder.create(RunFiles.RUN, copy.here(), name), Optional.of(copy));
  }

  /** Opens the folder of a run that was begun before. */
  public static RunFolder open(RunKind kind, Path path) throws IOException {
    if (!RunCopy.isNeededFor(path)) {
      return of(kind, WorkFolder.open(RunFiles.RUN, path), Optional.empty());
    }
    RunCopy copy = copy(path);
    try {
      copy.fetch();
    } catch (IOException e) {
      copy.clear();
      throw new UserError("cannot read %s: %s".formatted(path, Problems.explain(e)), e);
    }
    return of(kind, WorkFolder.open(RunFiles.RUN, copy.here()), Optional.of(copy));
  }

  /**
   * A run to be gone on with, as commands may read it before they open it.
   *
   * @throws UserError where it cannot be looked at
   */
  public static RunFiles begun(RunKind kind, Path path) {
    if (RunCopy.isNeededFor(path)) {
      try {
        RunCopy.settle(path);
      } catch (IOException e) {
        throw new UserError("cannot read %s: %s".formatted(path, Problems.explain(e)), e);
      }
    }
    return new RunFiles(kind, path);
  }

  /** Under the same name, in a folder of its own. */
  private static RunCopy copy(Path kept) throws IOException {
    String name = kept.getFileName() == null ? "run" : kept.getFileName().toString();
    Path here = Files.createTempDirectory("flsl-run-").resolve(name);
    return new RunCopy(kept, Files.createDirectory(here));
  }

  private static RunFolder of(RunKind kind, WorkFolder folder, Optional<RunCopy> copy)
      throws IOException {
    Path path = folder.path();
    try {
      Path kept = copy.map(RunCopy::kept).orElse(path);
      return new RunFolder(folder, new RunFiles(kind, path, kept), History.of(path), copy);
    } catch (IOException e) {
      folder.close();
      throw new UserError("cannot open " + path + ": " + Problems.explain(e), e);
    }
  }

  /** Where everything is. */
  public RunFiles files() {
    return files;
  }

  /** What happened to the run so far. */
  public History history() {
    return history;
  }

  /** Writes the configuration down. The first file of a run. */
  public void write(Config config) throws IOException {
    String text = files.heading() + "\n\n" + ConfigFile.write(config);
    AtomicFile.write(files.config(), text);
  }

  /** Remembers the images of a new run. */
  public void write(ImageSet images) throws IOException {
    AtomicFile.write(files.images(), line(images));
  }

  private static String line(ImageSet images) {
    return images.count() + " images, " + images.fingerprint() + "\n";
  }

  /**
   * Compares images with those that the run began with.
   *
   * @param in the folder that they were found in
   * @throws UserError where they are others: no resumed run could equal an uninterrupted one
   */
  public void requireSame(ImageSet images, Path in) throws IOException {
    if (!Files.exists(files.images()) || Files.readString(files.images()).equals(line(images))) {
      return;
    }
    // Whatever a kind's images are named by comes first among its data.
    Config begun = files.resumed();
    Optional<Setting<?>> place =
        begun.schema().settings().stream()
            .filter(setting -> setting.section() == Section.DATA)
            .filter(setting -> begun.get(setting) instanceof Path)
            .findFirst();
    Object begunWith = place.<Object>map(begun::get).orElse("the shipped photos");
    String flag = place.map(Setting::name).orElse(RunSettings.IMAGES.name());
    String what = files.kind().isLabelled() ? "images or labels" : "images";
    String had = Files.readString(files.images()).split(",")[0];
    throw new UserError(
        in.equals(begunWith)
            ? "the %s in %s are no longer those that the run began with: found %d, the run has %s; bring those back, or name a copy of them with --%s"
                .formatted(what, in, images.count(), had, flag)
            : "the %s in %s are not those that the run began with: found %d, the run has %s of %s; name that folder, or a copy, with --%s"
                .formatted(what, in, images.count(), had, begunWith, flag));
  }

  /**
   * Refuses to begin anew in the folder of a run that was further: its metrics and its result would
   * be lost.
   *
   * @param damaged checkpoints that cannot be read
   */
  public void requireNothingToLose(List<Damaged> damaged) throws IOException {
    Path metrics = files.metrics();
    long steps =
        Files.exists(metrics) ? MetricsCsv.read(metrics, files.kind().columns()).size() : 0;
    // Runs of earlier versions have no history, so that nobody knows.
    boolean saved =
        !damaged.isEmpty()
            || !history.of(Event.SAVED).isEmpty()
            || Files.exists(files.result())
            || history.isEmpty() && steps > 0;
    if (saved) {
      String why =
          damaged.stream()
              .map(one -> "; %s is damaged (%s)".formatted(one.file(), one.problem()))
              .collect(Collectors.joining());
      throw new UserError(
          "%1$s holds no checkpoint to go on from, though metrics.csv knows %4$d steps%2$s: bring its checkpoints back, or begin a new run with --config %3$s"
              .formatted(files.kept(), why, files.shown(files.config()), steps));
    }
  }

  /** Keeps the result of a run that is trained further, under another name. */
  public Path setResultAside(long step) throws IOException {
    return Files.move(files.result(), files.resultAt(step), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Copies what is finished to where the run is kept, if that is elsewhere. */
  public void publish() throws IOException {
    if (copy.isPresent() && files.isBegun()) {
      copy.get().send();
    }
  }

  /** Lets others open the folder; takes it away again where no run came of it. */
  @Override
  public void close() throws IOException {
    if (copy.isPresent()) {
      try {
        publish();
      } catch (IOException e) {
        throw new UserError(
            "cannot copy the run to %s: %s; all of it is in %s: copy that by hand"
                .formatted(files.kept(), Problems.explain(e), files.folder()),
            e);
      } finally {
        folder.close();
      }
      copy.get().clear();
    } else {
      folder.close();
    }
  }
}
