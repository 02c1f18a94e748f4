package org.flsl.examples.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.UserError;
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
  private static final String HEADING =
      "# This run as it ran. The same again: ./flsl %s --config THIS_FILE";
  private static final Pattern OF_A_COMMAND =
      Pattern.compile(Pattern.quote(HEADING).replace("%s", "\\E(.+)\\Q"));

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

  /**
   * The settings of the run, if one was begun.
   *
   * @throws UserError if it is a run of another kind, or the file is damaged
   */
  public Optional<Config> settings() {
    if (!isBegun()) {
      return Optional.empty();
    }
    requireKind();
    return Optional.of(ConfigFile.read(config(), kind.settings().defaults()));
  }

  /** The first line of its configuration. */
  String heading() {
    return HEADING.formatted(kind.command());
  }

  /** Settings of another command would be taken for misspelled ones. */
  private void requireKind() {
    String command = beganWith().orElse(kind.command());
    if (!command.equals(kind.command())) {
      throw new UserError(
          "%s is a run of ./flsl %s, and one of ./flsl %s is expected: to go on with it, %s"
              .formatted(
                  kept, command, kind.command(), ShellCommand.of(command + " --resume", kept)));
    }
  }

  /** Whether the run that was begun here says that it is one of this kind. */
  public boolean isOfItsKind() {
    return beganWith().filter(kind.command()::equals).isPresent();
  }

  /** The command whose run it is, if its configuration tells. */
  private Optional<String> beganWith() {
    try (Stream<String> lines = Files.lines(config())) {
      return lines
          .findFirst()
          .map(OF_A_COMMAND::matcher)
          .filter(Matcher::matches)
          .map(found -> found.group(1));
    } catch (IOException | UncheckedIOException unreadable) {
      // Whoever reads all of it says so.
      return Optional.empty();
    }
  }

  /**
   * The settings of a run to go on with.
   *
   * @throws UserError where none was begun
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

  /** Writes a file. */
  public interface Writing {
    void run() throws IOException;
  }

  /**
   * Writes what a finished training leaves.
   *
   * @throws UserError if that fails, which says that the training is not lost
   */
  public void write(Path file, Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      throw new UserError(
          "the training is done and saved, but cannot write %s: %s; mend that, then go on with: %s"
              .formatted(shown(file), Problems.explain(e), resume()),
          e);
    }
  }
}
