package org.flsl.examples.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Source;
import org.flsl.examples.settings.Config;
import org.flsl.layers.Backbone;
import org.flsl.layers.graph.GraphBackbone;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.views.ViewConfig;

/**
 * The network that a task is taught to.
 *
 * @param backbone its shape
 * @param weights empty where they are random
 * @param views how it wants images normalised; empty where nothing is known
 * @param size of the images of its training; empty where it has none
 */
record TrainedBackbone(
    Backbone backbone,
    Optional<ComputationGraph> weights,
    Optional<ViewConfig> views,
    Optional<ImageSize> size) {
  private static final ImageSize USUAL = new ImageSize(224, 224);

  /**
   * The one that a configuration names.
   *
   * @throws UserError if it names none, or there is none
   */
  static TrainedBackbone of(Config config) {
    boolean scratch = config.get(TrainSettings.FROM_SCRATCH);
    boolean twin = config.get(TrainSettings.RANDOM_TWIN);
    Path init = config.get(TrainSettings.INIT);
    if (scratch && twin) {
      throw new UserError(
          "--from-scratch and --random-twin both draw weights at random: keep one of them");
    }
    if (scratch
        && (config.get(TrainSettings.FREEZE) || config.get(TrainSettings.FREEZE_BLOCKS) > 0)) {
      throw new UserError(
          "--from-scratch lets all weights learn: leave out --freeze and --freeze-blocks, or take"
              + " --random-twin, whose weights can stay as they are");
    }
    if (init == null && !scratch) {
      throw new UserError(
          "a backbone is needed: name one with --init (the folder of a run, backbone.zip, or"
              + " weights that ./flsl import reads), or begin with random weights by"
              + " --from-scratch");
    }
    try {
      if (init == null) {
        return random(config);
      }
      TrainedBackbone trained = read(init, config.get(TrainSettings.FEATURES));
      return scratch || twin ? trained.withoutWeights() : trained;
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static TrainedBackbone random(Config config) {
    ImageSize size = config.get(TrainSettings.SIZE, USUAL);
    VitConfig shape =
        config.get(Settings.ARCH).shape(config.get(Settings.PATCH), size.height()).toBuilder()
            .imageSize(size.height(), size.width())
            .build();
    return new TrainedBackbone(
        config.get(Settings.ARCH).backbone(shape),
        Optional.empty(),
        Optional.empty(),
        Optional.of(size));
  }

  private static TrainedBackbone read(Path file, String features) {
    Source source = Source.of(file);
    Optional<ViewConfig> views =
        Files.isDirectory(file) ? Optional.of(RunResult.at(file).views()) : source.views();
    ComputationGraph graph = source.graph();
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    if (configuration.getVertices().containsKey(VitBackbone.EMBEDDING) && features == null) {
      VitBackbone vit = VitBackbone.in(configuration);
      return new TrainedBackbone(
          vit,
          Optional.of(graph),
          views,
          Optional.of(new ImageSize(vit.config().imageHeight(), vit.config().imageWidth())));
    }
    String vertex = features == null ? configuration.getNetworkOutputs().get(0) : features;
    return new TrainedBackbone(
        GraphBackbone.of(graph, vertex).alone(), Optional.of(graph), views, Optional.empty());
  }

  private TrainedBackbone withoutWeights() {
    Backbone shape =
        backbone instanceof GraphBackbone own
            ? GraphBackbone.of(own.way().network(), own.way().features())
            : backbone;
    return new TrainedBackbone(shape, Optional.empty(), views, size);
  }

  /** The size of images that it is shown, where nobody says otherwise. */
  ImageSize usualSize() {
    return size.orElse(USUAL);
  }
}
