package org.flsl.examples.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Span;
import org.flsl.layers.Backbone;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.schedules.Scheduled;
import org.flsl.training.CrossQuery;
import org.flsl.training.FinalNorm;
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
    checkParts(config.get(Settings.BATCH), config.get(Settings.ACCUMULATE));
    try {
      Setup setup = new Setup(config, vit(config), views(config));
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

  private static void checkParts(int batch, int parts) {
    if (batch % parts != 0) {
      int fewer = parts;
      while (fewer > batch || batch % fewer != 0) {
        fewer--;
      }
      throw new UserError(
          "--accumulate %d does not divide a --batch of %d into equal parts: take %d, or a --batch of %d"
              .formatted(parts, batch, fewer, (batch + parts - 1) / parts * parts));
    }
  }

  /** The graph that begins to train, for an epoch of so many steps. */
  FlslGraph program(int stepsPerEpoch) {
    Path previous = config.get(Settings.PREVIOUS);
    return program(stepsPerEpoch, previous == null ? null : previousStage(previous));
  }

  /** The graph that goes on from a checkpoint, which holds all weights. */
  FlslGraph restored(int stepsPerEpoch) {
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
    ImageSize positions =
        config.get(Settings.POSITION_SIZE, new ImageSize(arch.imageHeight(), arch.imageWidth()));
    return arch.toBuilder()
        .channels(config.get(Settings.CHANNELS))
        .width(config.get(Settings.WIDTH, arch.width()))
        .depth(config.get(Settings.DEPTH, arch.depth()))
        .heads(config.get(Settings.HEADS, arch.heads()))
        .mlpRatio(config.get(Settings.MLP_RATIO))
        .dropPath(config.get(Settings.DROP_PATH))
        .dropout(config.get(Settings.DROPOUT))
        .leadingTokens(config.get(Settings.LEADING_TOKENS))
        .normEps(config.get(Settings.NORM_EPS))
        .imageSize(positions.height(), positions.width())
        .positions(config.get(Settings.POSITIONS))
        .finalNorm(config.get(Settings.FINAL_NORM) == FinalNorm.TOKENS)
        .build();
  }

  private static ViewConfig views(Config config) {
    Span teacher = config.get(Settings.TEACHER_SCALE);
    Span student = config.get(Settings.STUDENT_SCALE);
    Span local = config.get(Settings.LOCAL_SCALE);
    Span blur = config.get(Settings.BLUR_RADIUS);
    double strength = config.get(Settings.COLOUR_STRENGTH);
    ViewConfig paper = ViewConfig.paper();
    ViewConfig.Builder views = ViewConfig.builder().channels(config.get(Settings.CHANNELS));
    if (config.get(Settings.MEAN) != null) {
      views.mean(floats(config.get(Settings.MEAN)));
    }
    if (config.get(Settings.STD) != null) {
      views.std(floats(config.get(Settings.STD)));
    }
    return views
        .patch(config.get(Settings.PATCH))
        .globalSize(config.get(Settings.GLOBAL_SIZE))
        .localSize(config.get(Settings.LOCAL_SIZE))
        .localViews(config.get(Settings.LOCAL_VIEWS))
        .teacherScale(teacher.from(), teacher.to())
        .studentScale(student.from(), student.to())
        .localScale(local.from(), local.to())
        .globalWindow(config.get(Settings.GLOBAL_WINDOW))
        .localWindow(config.get(Settings.LOCAL_WINDOW))
        .randomQueries(config.get(Settings.RANDOM_QUERIES))
        .jitterProbability(config.get(Settings.JITTER))
        .greyProbability(config.get(Settings.GREY))
        .solariseProbability(config.get(Settings.SOLARISE))
        .brightness(strength * paper.brightness())
        .contrast(strength * paper.contrast())
        .saturation(strength * paper.saturation())
        .hue(strength * paper.hue())
        .blurRadius(blur.from(), blur.to())
        .counterparts(config.get(Settings.CROSS_QUERY) == CrossQuery.COUNTERPART)
        .plainCrops(config.get(Settings.PREVIOUS) != null)
        .build();
  }

  private static float[] floats(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }

  /** The schedules and weights, for an epoch of so many steps. */
  FlslConfig objective(int stepsPerEpoch) {
    Span teacherTemperature = config.get(Settings.TEACHER_TEMPERATURE);
    FlslConfig.Builder objective = FlslConfig.builder();
    Settings.WEIGHTS.forEach((term, weight) -> objective.weight(term, scheduled(weight)));
    return objective
        .epochs(config.get(Settings.EPOCHS))
        .iterationsPerEpoch(stepsPerEpoch)
        .batchSize(config.get(Settings.BATCH))
        .centroids(config.get(Settings.CENTROIDS))
        .headHidden(config.get(Settings.HEAD_HIDDEN))
        .headBottleneck(config.get(Settings.HEAD_BOTTLENECK))
        .tauSelf(scheduled(Settings.TAU_SA))
        .tauCross(scheduled(Settings.TAU_CA))
        .studentTemperature(scheduled(Settings.STUDENT_TEMPERATURE))
        .teacherTemperatureStart(teacherTemperature.from())
        .teacherTemperatureEnd(teacherTemperature.to())
        .teacherTemperatureEpochs(config.get(Settings.TEACHER_TEMPERATURE_EPOCHS))
        .centring(config.get(Settings.CENTRING))
        .finalNorm(config.get(Settings.FINAL_NORM))
        .crossQuery(config.get(Settings.CROSS_QUERY))
        .learningRate(config.get(Settings.LEARNING_RATE))
        .minLearningRate(config.get(Settings.MIN_LEARNING_RATE))
        .warmupFraction(config.get(Settings.WARMUP))
        .weightDecay(scheduled(Settings.WEIGHT_DECAY))
        .momentum(scheduled(Settings.MOMENTUM))
        .clipNorm(config.get(Settings.CLIP))
        .frozenPrototypeEpochs(config.get(Settings.FREEZE_LAST_LAYER))
        .frozenBlocks(config.get(Settings.FREEZE_BLOCKS))
        .layerDecay(config.get(Settings.LAYER_DECAY))
        .seed(config.get(Settings.SEED))
        .precision(config.get(Settings.PRECISION))
        .build();
  }

  private Scheduled scheduled(Setting<Span> setting) {
    Span span = config.get(setting);
    return new Scheduled(span.from(), span.to());
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
