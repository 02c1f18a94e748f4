package org.flsl.examples.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.WorkFolder;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.flsl.training.checkpoint.Checkpoints;

/**
 * Where the files of a run are, for those who read them.
 *
 * @param kind of training
 * @param folder of the run
 * @param kept where people find it: the same folder, or one that it is copied to
 */
public record RunFiles(RunKind kind, Path folder, Path kept) {
  static final WorkFolder.Work RUN = new WorkFolder.Work("run", "config.yaml", Path.of("runs"));

  /** A run that is where it works. */
  public RunFiles(RunKind kind, Path folder) {
    this(kind, folder, folder);
  }

  /** A file as people find it. */
  public Path shown(Path file) {
    return folder.equals(kept) ? file : kept.resolve(folder.relativize(file).toString());
  }

  /** Its configuration. */
  public Path config() {
    return folder.resolve(RUN.mark());
  }

  /** Whether a run was begun here. */
  public boolean isBegun() {
    return RUN.isBegun(folder);
  }

  /** The settings of the run, if one was begun. */
  public Optional<Config> settings() {
    return isBegun()
        ? Optional.of(ConfigFile.read(config(), kind.settings().defaults()))
        : Optional.empty();
  }

  /**
   * The settings of a run to go on with.
   *
   * @throws org.flsl.examples.command.UserError where none was begun
   */
  public Config resumed() {
    RUN.requireBegun(folder);
    return settings().orElseThrow();
  }

  /** How to go on with it, as the user would type it. */
  public String resume() {
    return ShellCommand.of(kind.command() + " --resume", kept);
  }

  Path images() {
    return folder.resolve("images.txt");
  }

  /** How many images it began with; 0 if it has not begun. */
  public int imageCount() throws IOException {
    return Files.exists(images()) ? Integer.parseInt(Files.readString(images()).split(" ")[0]) : 0;
  }

  /** The saved states of the training. */
  public Checkpoints checkpoints(int keep) {
    return new Checkpoints(folder.resolve("checkpoints"), keep);
  }

  /** Every step's figures. */
  public Path metrics() {
    return folder.resolve("metrics.csv");
  }

  /** What was measured while it trained. */
  public Path measures() {
    return folder.resolve("measures.csv");
  }

  /** The page that shows the run, for a browser. */
  public Path report() {
    return folder.resolve("report.html");
  }

  /** What came out, a DL4J model zip. */
  public Path result() {
    return folder.resolve(kind.result() + ".zip");
  }

  /** The result of a run that is trained further, under another name. */
  Path resultAt(long step) {
    return folder.resolve("%s-step-%08d.zip".formatted(kind.result(), step));
  }

  /** What came out, in plain text. */
  public Path summary() {
    return folder.resolve("summary.txt");
  }
}
