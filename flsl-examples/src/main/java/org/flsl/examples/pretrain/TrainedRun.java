package org.flsl.examples.pretrain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.UserError;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.flsl.views.ViewConfig;

/** What a run has come to, for those who look at it afterwards; nothing in its folder changes. */
public final class TrainedRun {
  private final Path folder;
  private final PretrainConfig config;

  private TrainedRun(Path folder, PretrainConfig config) {
    this.folder = folder;
    this.config = config;
  }

  /**
   * Looks at a run.
   *
   * @throws UserError if the folder holds none
   */
  public static TrainedRun at(Path folder) {
    if (!Files.isRegularFile(folder.resolve("config.yaml"))) {
      throw new UserError(folder + " is no folder of a run: it holds no config.yaml");
    }
    return new TrainedRun(folder, RunFolder.config(folder));
  }

  /** How its photos become views. */
  public ViewConfig views() {
    return Setup.of(config).views();
  }

  /**
   * The whole training, student, teacher and heads, as of the newest checkpoint.
   *
   * @throws UserError if there is none that can be read
   */
  public ComputationGraph training() throws IOException {
    // Names grow with the steps. Checkpoints would tidy up, which is not for those who only look.
    Path checkpoints = folder.resolve("checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      throw new UserError(folder + " holds no checkpoint: its run has not come that far");
    }
    try (Stream<Path> files = Files.list(checkpoints)) {
      Path newest =
          files
              .filter(file -> file.getFileName().toString().matches("step-\\d+\\.zip"))
              .max(Comparator.naturalOrder())
              .orElseThrow(
                  () ->
                      new UserError(
                          folder + " holds no checkpoint: its run has not come that far"));
      return CheckpointFile.read(newest, config);
    }
  }

  /** Views of photos as in its training, in batches of the run's size. */
  public MultiViewIterator batches(Path images) {
    return MultiViewIterator.builder()
        .images(ImageFolder.scan(images))
        .views(views())
        .batchSize(config.get(Settings.BATCH))
        .seed(config.get(Settings.SEED))
        .build();
  }
}
