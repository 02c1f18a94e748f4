package org.flsl.examples.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flsl.examples.command.AtomicFile;
import org.flsl.examples.command.FolderLock;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Training;
import org.flsl.examples.pretrain.PretrainConfig;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.run.History.Event;
import org.flsl.examples.settings.ConfigFile;

/**
 * The folder that holds all of a run: its configuration, metrics, checkpoints, and what comes out.
 *
 * <p>One process at a time may have it open; the operating system ends that when the process ends,
 * however it ends.
 */
public final class RunFolder implements AutoCloseable {
  private static final String CONFIG = "config.yaml";
  private static final String IMAGES = "images.txt";
  private static final Path RUNS = Path.of("runs");

  private final Path path;
  private final FolderLock lock;
  private final History history;

  private RunFolder(Path path) throws IOException {
    this.path = path;
    this.lock = FolderLock.of(path);
    try {
      this.history = History.of(path);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Makes the folder of a new run.
   *
   * @param wanted null for the next free name under {@code runs}
   */
  public static RunFolder create(Path wanted) {
    Path path = wanted == null ? RUNS : wanted;
    try {
      path = wanted == null ? nextFree() : Files.createDirectories(wanted);
      if (Files.exists(path.resolve(CONFIG))) {
        throw new UserError(
            path
                + " holds a run already: go on with --resume "
                + ShellCommand.argument(path)
                + ", or choose another --out");
      }
      try (Stream<Path> content = Files.list(path)) {
        if (content.anyMatch(file -> !file.getFileName().toString().equals(FolderLock.FILE))) {
          throw new UserError(path + " is not empty: choose another --out");
        }
      }
      return new RunFolder(path);
    } catch (IOException e) {
      throw new UserError(
          "cannot make the run folder "
              + path
              + ": "
              + Problems.explain(e)
              + "; choose another with --out",
          e);
    }
  }

  /** Opens the folder of a run that was begun before. */
  public static RunFolder open(Path path) {
    try {
      return new RunFolder(path);
    } catch (IOException e) {
      throw new UserError("cannot open " + path + ": " + Problems.explain(e), e);
    }
  }

  private static Path nextFree() throws IOException {
    Files.createDirectories(RUNS);
    for (int number = 1; ; number++) {
      try {
        return Files.createDirectory(RUNS.resolve("pretrain-" + number));
      } catch (FileAlreadyExistsException taken) {
        // The next number, then.
      }
    }
  }

  public Path path() {
    return path;
  }

  /** Where a run keeps its configuration. */
  public static Path configFile(Path run) {
    return run.resolve(CONFIG);
  }

  /** Whether a run was begun in a folder. */
  public static boolean isBegun(Path path) {
    return Files.isRegularFile(configFile(path));
  }

  /** The configuration of the run that was begun in a folder. */
  public static PretrainConfig config(Path path) {
    Path config = configFile(path);
    if (!isBegun(path)) {
      throw new UserError(
          "--resume takes the folder of a run, and "
              + path
              + (Files.isDirectory(path) ? " holds no " + CONFIG : " is not a folder"));
    }
    return ConfigFile.read(config, PretrainConfig.defaults());
  }

  public void write(PretrainConfig config) throws IOException {
    String text =
        "# This run as it ran. The same again: ./flsl pretrain --config THIS_FILE\n\n"
            + ConfigFile.write(config);
    AtomicFile.write(path.resolve(CONFIG), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Compares images with those that the run began with.
   *
   * @param folder that they were found in
   * @throws UserError where they are others: no resumed run could equal an uninterrupted one
   */
  public void requireSameImages(Training training, Path folder) throws IOException {
    Path file = path.resolve(IMAGES);
    if (!Files.exists(file) || Files.readString(file).equals(line(training))) {
      return;
    }
    Path begunWith = config(path).get(Settings.IMAGES);
    String had = Files.readString(file).split(",")[0];
    throw new UserError(
        folder.equals(begunWith)
            ? "the images in %s are no longer those that the run began with: found %d, the run has %s; bring those back, or name a copy of them with --images"
                .formatted(folder, training.images(), had)
            : "the images in %s are not those that the run began with: found %d, the run has %s of %s; name that folder, or a copy, with --images"
                .formatted(
                    folder,
                    training.images(),
                    had,
                    begunWith == null ? "the shipped photos" : begunWith));
  }

  /** Remembers the images of a new run. */
  public void writeImages(Training training) throws IOException {
    byte[] line = line(training).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(path.resolve(IMAGES), out -> out.write(line));
  }

  private static String line(Training training) {
    return training.images() + " images, " + training.imagesFingerprint() + "\n";
  }

  /**
   * Refuses to begin anew in the folder of a run that was further: its metrics and its backbone
   * would be lost.
   *
   * @param damaged checkpoints that cannot be read
   */
  public void requireNothingToLose(List<Checkpoints.Damaged> damaged) throws IOException {
    long steps = Files.exists(metrics()) ? MetricsCsv.read(metrics()).size() : 0;
    // Runs of earlier versions have no history, so that nobody knows.
    boolean saved =
        !damaged.isEmpty()
            || !history.of(Event.SAVED).isEmpty()
            || Files.exists(backbone())
            || history.isEmpty() && steps > 0;
    if (saved) {
      String why =
          damaged.stream()
              .map(one -> ", %s is damaged (%s)".formatted(one.file(), one.problem()))
              .collect(Collectors.joining());
      throw new UserError(
          "%s holds no checkpoint to go on from%s (metrics.csv knows %d steps): bring its checkpoints back, or begin a new run with --config %s"
              .formatted(path, why, steps, configFile(path)));
    }
  }

  /** How many images a run began with; 0 if it has not begun. */
  public static int imageCount(Path run) throws IOException {
    Path file = run.resolve(IMAGES);
    return Files.exists(file) ? Integer.parseInt(Files.readString(file).split(" ")[0]) : 0;
  }

  /** Keeps the backbone of a run that is trained further, under another name. */
  public Path setBackboneAside(long step) throws IOException {
    Path kept = path.resolve("backbone-step-%08d.zip".formatted(step));
    return Files.move(backbone(), kept, StandardCopyOption.REPLACE_EXISTING);
  }

  public History history() {
    return history;
  }

  public Checkpoints checkpoints(int keep) {
    return checkpoints(path, keep);
  }

  public static Checkpoints checkpoints(Path run, int keep) {
    return new Checkpoints(run.resolve("checkpoints"), keep);
  }

  public Path metrics() {
    return metrics(path);
  }

  public static Path metrics(Path run) {
    return run.resolve("metrics.csv");
  }

  /** What was measured while it trained. */
  public Path measures() {
    return measures(path);
  }

  public static Path measures(Path run) {
    return run.resolve("measures.csv");
  }

  /** The page that shows the run, for a browser. */
  public Path report() {
    return path.resolve("report.html");
  }

  /** The pretrained teacher backbone, a DL4J model zip. */
  public Path backbone() {
    return backbone(path);
  }

  public static Path backbone(Path run) {
    return run.resolve("backbone.zip");
  }

  public Path summary() {
    return path.resolve("summary.txt");
  }

  /** Lets others open the folder; takes it away again where no run came of it. */
  @Override
  public void close() throws IOException {
    lock.close();
    if (Files.notExists(path.resolve(CONFIG))) {
      Files.deleteIfExists(path.resolve(FolderLock.FILE));
      try {
        Files.deleteIfExists(path);
      } catch (DirectoryNotEmptyException othersFiles) {
        // Not ours to take away.
      }
    }
  }
}
