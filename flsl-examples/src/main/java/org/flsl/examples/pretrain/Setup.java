package org.flsl.examples.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.layers.Backbone;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.training.FlslConfig;
import org.flsl.training.FlslGraph;
import org.flsl.training.PreviousStage;
import org.flsl.training.ViewLayout;
import org.flsl.views.ViewConfig;

/**
 * A configuration in the words of the libraries, whose own checks it has passed.
 *
 * @param vit the shape of the network
 * @param views how images become views
 */
public record Setup(Config config, VitConfig vit, ViewConfig views) {

  /**
   * Translates a configuration.
   *
   * @throws UserError where its values do not fit one another
   */
  public static Setup of(Config config) {
    checkParts(config, Settings.ACCUMULATE);
    checkParts(config, Settings.WORKERS);
    boolean shared = config.get(Settings.WORKERS) > 1 || config.get(Settings.SPARK) != null;
    if (shared && config.get(Settings.ACCUMULATE) > 1) {
      throw new UserError(
          "--workers (or --spark) shares the batch already, so that --accumulate has to be 1: take a smaller --batch, or more workers");
    }
    try {
      Setup setup = new Setup(config, vit(config), config.fill(ViewConfig.builder()).build());
      // For their checks; the number of steps is known when the images are.
      if (config.get(Settings.NETWORK_FILE) == null) {
        setup.backbone();
      }
      setup.objective(1);
      return setup;
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static void checkParts(Config config, Setting<Integer> into) {
    int batch = config.get(Settings.BATCH);
    int parts = config.get(into);
    if (batch % parts != 0) {
      int fewer = parts;
      while (fewer > batch || batch % fewer != 0) {
        fewer--;
      }
      throw new UserError(
          "--%s %d does not divide a --batch of %d into equal parts: take %d, or a --batch of %d"
              .formatted(into, parts, batch, fewer, (batch + parts - 1) / parts * parts));
    }
  }

  /** The graph that begins to train, for an epoch of so many steps. */
  public FlslGraph program(int stepsPerEpoch) {
    Path previous = config.get(Settings.PREVIOUS);
    return program(stepsPerEpoch, previous == null ? null : previousStage(previous));
  }

  /** The graph that goes on from a checkpoint, which holds all weights. */
  public FlslGraph restored(int stepsPerEpoch) {
    return program(
        stepsPerEpoch,
        config.get(Settings.PREVIOUS) == null
            ? null
            : PreviousStage.restored(previousFeatures(), config.get(Settings.PREVIOUS_BIAS)));
  }

  private FlslGraph program(int stepsPerEpoch, PreviousStage previousStage) {
    return FlslGraph.builder()
        .backbone(backbone())
        .views(ViewLayout.of(views))
        .config(objective(stepsPerEpoch))
        .previousStage(previousStage)
        .build();
  }

  /** The network. */
  Backbone backbone() {
    return OwnNetwork.of(config)
        .<Backbone>map(OwnNetwork::backbone)
        .orElseGet(() -> config.get(Settings.ARCH).backbone(vit));
  }

  private static VitConfig vit(Config config) {
    VitConfig arch =
        config
            .get(Settings.ARCH)
            .shape(config.get(Settings.PATCH), config.get(Settings.GLOBAL_SIZE));
    return config.fill(arch.toBuilder()).build();
  }

  /** The schedules and weights, for an epoch of so many steps. */
  FlslConfig objective(int stepsPerEpoch) {
    return config
        .fill(FlslConfig.builder())
        .epochs(config.get(Settings.EPOCHS))
        .iterationsPerEpoch(stepsPerEpoch)
        .batchSize(config.get(Settings.BATCH))
        .build();
  }

  /** The paper takes the features in front of the last block. */
  private VitBackbone previousFeatures() {
    if (!(backbone() instanceof VitBackbone)) {
      throw new UserError(
          "--previous takes a Vision Transformer, and --arch %s is none"
              .formatted(config.text(Settings.ARCH)));
    }
    if (vit.depth() < 2) {
      throw new UserError(
          "--previous guides by what comes in front of the last block, so that --depth must be at"
              + " least 2, got "
              + vit.depth());
    }
    return VitBackbone.of(vit.toBuilder().depth(vit.depth() - 1).finalNorm(false).build());
  }

  private PreviousStage previousStage(Path backbone) {
    VitBackbone features = previousFeatures();
    try {
      ComputationGraph weights = ModelSerializer.restoreComputationGraph(backbone.toFile(), false);
      return new PreviousStage(features, weights, config.get(Settings.PREVIOUS_BIAS));
    } catch (IOException | RuntimeException e) {
      throw new UserError(
          "--previous takes the backbone.zip of an earlier run, and %s is none: %s"
              .formatted(backbone, Problems.explain(e)),
          e);
    }
  }
}
