package org.flsl.examples.pretrain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Pace;
import org.flsl.examples.run.History;
import org.flsl.examples.run.History.Event;
import org.flsl.examples.run.MeasuresCsv;
import org.flsl.examples.run.MetricsCsv;
import org.flsl.examples.run.NetworkFile;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.settings.Config;
import org.flsl.training.checkpoint.Checkpoints;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.flsl.views.ViewConfig;

/**
 * What a run folder holds for those who look at its result; nothing in it is changed.
 *
 * <p>A run that still trains may be read as well: files in its folder are there whole or not at
 * all.
 */
public final class RunResult {
  private final RunFiles files;
  private final Config config;

  private RunResult(RunFiles files, Config config) {
    this.files = files;
    this.config = config;
  }

  /**
   * Looks at a run.
   *
   * @throws UserError if it is none
   */
  public static RunResult at(Path folder) {
    return of(new RunFiles(Pretraining.KIND, folder));
  }

  /** The same, of a run whose files are known. */
  public static RunResult of(RunFiles files) {
    return files
        .settings()
        // Where it is now: a network of the user's own is read from its copy there.
        .map(config -> new RunResult(files, config.with(Settings.OUT, files.folder())))
        .orElseThrow(
            () ->
                new UserError(
                    "%s is not the folder of a run: it holds no %s; name one that ./flsl pretrain made"
                        .formatted(files.kept(), files.config().getFileName())));
  }

  /** The folder. */
  public Path folder() {
    return files.folder();
  }

  /** Its settings, which the command reads with {@code --config}. */
  public Path configFile() {
    return files.shown(files.config());
  }

  /** The folder of images that it was trained on; empty for the shipped photos. */
  public Optional<Path> images() {
    return Optional.ofNullable(config.get(Settings.IMAGES));
  }

  /** The inverse temperature of the mean shift inside a view, at the end of the training. */
  public double tauSelf() {
    return config.get(Settings.TAU_SA).to();
  }

  /** The inverse temperature of the mean shift into other views, at the end of the training. */
  public double tauCross() {
    return config.get(Settings.TAU_CA).to();
  }

  /** Centroids of the second level. */
  public int centroids() {
    return config.get(Settings.CENTROIDS);
  }

  /** Images in a step. */
  public int batch() {
    return config.get(Settings.BATCH);
  }

  /** Passes over the images that the whole training makes. */
  public int epochs() {
    return config.get(Settings.EPOCHS);
  }

  /** The network in words. */
  public String network() {
    return Setup.of(config).backbone().toString();
  }

  /**
   * Every setting as run, section by section.
   *
   * @return by the title of the section, values by the names of their settings
   */
  public Map<String, Map<String, String>> settings() {
    return config.bySection();
  }

  /** The columns of {@code metrics.csv}: a number for every step so far. */
  public Map<String, double[]> metrics() {
    try {
      return MetricsCsv.columns(files.metrics(), files.kind().columns());
    } catch (IOException e) {
      throw new UserError("cannot read " + files.metrics() + ": " + Problems.explain(e), e);
    }
  }

  /** What was measured while it trained, in the order of the steps. */
  public List<MeasuresCsv.Row> measures() {
    try {
      return MeasuresCsv.read(files.measures());
    } catch (IOException e) {
      throw new UserError("cannot read " + files.measures() + ": " + Problems.explain(e), e);
    }
  }

  /** Seconds as people say them. */
  public static String words(double seconds) {
    return Pace.words(Duration.ofSeconds(Math.round(seconds)));
  }

  /** Whether the training came to its end. */
  public boolean finished() {
    return Files.exists(files.result());
  }

  /** Why and when the sweep that wanted the run gave it up; empty where none did. */
  public Optional<String> givenUp() {
    try {
      return History.of(folder()).of(Event.GIVEN_UP).stream()
          .map(entry -> "after step %d, %s".formatted(entry.step(), entry.detail()))
          .findFirst();
    } catch (IOException e) {
      throw new UserError("cannot read " + folder() + ": " + Problems.explain(e), e);
    }
  }

  /**
   * The teacher's backbone: that of the finished run.
   *
   * @throws UserError if the training has not come to its end, or the file is damaged
   */
  public ComputationGraph backbone() {
    return read(backboneFile());
  }

  /**
   * The file that holds the teacher's backbone.
   *
   * @throws UserError if the training has not come to its end
   */
  public Path backboneFile() {
    Path file = files.result();
    if (!Files.exists(file)) {
      givenUp()
          .ifPresent(
              why -> {
                throw new UserError(
                    "%s was given up by its sweep, %s, and holds no backbone: look at another candidate, or train it whole with %s"
                        .formatted(
                            folder(), why, ShellCommand.of("pretrain --config", configFile())));
              });
      throw new UserError(
          "%s holds no %s yet: let the training come to its end (%s)"
              .formatted(folder(), file.getFileName(), files.resume()));
    }
    return file;
  }

  /**
   * The whole training, student, teacher and heads, as of the newest checkpoint.
   *
   * @throws UserError if there is none that can be read
   */
  public ComputationGraph training() {
    try {
      return checkpoints()
          .newest()
          .whole()
          .map(checkpoint -> read(checkpoint.file()))
          .orElseThrow(
              () ->
                  new UserError(
                      finished()
                          ? "%s holds no checkpoint: its training came to its end, and they were taken away; bring one back"
                              .formatted(folder())
                          : "%s holds no checkpoint: let its training come to one (%s)"
                              .formatted(folder(), files.resume())));
    } catch (IOException e) {
      throw new UserError("cannot read " + folder() + ": " + Problems.explain(e), e);
    }
  }

  private Checkpoints checkpoints() {
    return files.checkpoints(config.get(Settings.KEEP));
  }

  /** How its photos become views. */
  public ViewConfig views() {
    return Setup.of(config).views();
  }

  /** Views of photos as in its training, in batches of the run's size where there are as many. */
  public MultiViewIterator batches(Path images) {
    ImageFolder photos = ImageFolder.scan(images);
    return MultiViewIterator.builder()
        .images(photos)
        .views(views())
        .batchSize(Math.min(config.get(Settings.BATCH), photos.size()))
        .seed(config.get(Settings.SEED))
        .build();
  }

  /** The number of steps behind the newest saved state; 0 before the first. */
  public long newestStep() {
    try {
      return checkpoints().newestStep();
    } catch (IOException e) {
      throw new UserError("cannot read " + folder() + ": " + Problems.explain(e), e);
    }
  }

  /** The teacher's backbone out of the newest checkpoint; empty before the first. */
  public Optional<ComputationGraph> newestBackbone() {
    if (newestStep() == 0) {
      return Optional.empty();
    }
    ComputationGraph training = training();
    try {
      return Optional.of(Setup.of(config).restored(1).exportTeacher(training));
    } finally {
      // Now, not when the garbage is collected: somebody may look every minute.
      training.close();
    }
  }

  /**
   * The student's backbone, as of the newest checkpoint.
   *
   * @throws UserError if there is none that can be read
   */
  public ComputationGraph student() {
    ComputationGraph training = training();
    try {
      return Setup.of(config).restored(1).exportStudent(training);
    } finally {
      training.close();
    }
  }

  /** Where its networks come from: settings, images, normalisation, version. */
  public Map<String, String> provenance() {
    try {
      return BackboneFile.provenance(config, files.imageCount(), newestStep());
    } catch (IOException e) {
      throw new UserError("cannot read " + folder() + ": " + Problems.explain(e), e);
    }
  }

  /** A random network of the same shape, for comparison. */
  public ComputationGraph untrained() {
    Setup setup = Setup.of(config);
    return setup
        .backbone()
        .network(
            new NeuralNetConfiguration.Builder().seed(config.get(Settings.SEED)),
            setup.vit().imageHeight(),
            setup.vit().imageWidth());
  }

  /**
   * A network out of a file, such as an exported backbone; a MultiLayerNetwork becomes a graph.
   *
   * @throws UserError if the file holds none
   */
  public static ComputationGraph read(Path file) {
    return NetworkFile.read(file);
  }
}
