package org.flsl.examples.pytorch;

import java.util.List;
import org.flsl.downstream.FineTuning;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.detection.DetectionHead;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.benchmark.Workload;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.dense.PyramidLevel;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.vit.VitSize;
import org.flsl.losses.dense.DetectionLoss;
import org.flsl.schedules.Scheduled;
import org.flsl.training.FlslConfig;
import org.flsl.views.ViewConfig;

/**
 * A network and a batch, with the paper's patches, views and heads.
 *
 * <p>Two things differ from the paper, so that both programs give the same numbers: there is no
 * drop path, and nothing follows a schedule.
 *
 * @param precision in which the program that is measured multiplies
 */
record Case(VitSize arch, int batch, Precision precision) {
  static final double TEMPERATURE = 0.1;
  static final double TEACHER_TEMPERATURE = 0.04;
  static final double TAU_SELF = 0.1 / Math.sqrt(384);
  static final double TAU_CROSS = 0.2 / Math.sqrt(384);
  static final double UPSILON = 0.03;
  static final double GAMMA = 5;
  static final double WEIGHT_DECAY = 0.04;
  static final double MOMENTUM = 0.996;
  static final double CLIP = 3;
  static final int CENTROIDS = 4096;

  /** Larger than the paper's for such batches, so that an update shows in the next loss. */
  static final double LEARNING_RATE = 1e-4;

  private static final int PATCH = 16;

  /** Of the detector: classes, width, convolutions of a tower, and levels beside the patches. */
  static final int CLASSES = 20;

  static final int WIDTH = 128;
  static final int DEPTH = 2;
  static final List<Integer> SCALES = List.of(1, 0, -1);

  /** The same in another precision. */
  Case in(Precision other) {
    return new Case(arch, batch, other);
  }

  VitConfig vit() {
    return arch.shape(PATCH, views().globalHeight()).toBuilder().dropPath(0).build();
  }

  ViewConfig views() {
    return ViewConfig.paper();
  }

  /** Of a global view. */
  int tokens() {
    return views().queryWindows(1).tokens();
  }

  /** Places of a global view. */
  TokenGrid grid() {
    return TokenGrid.of(views().globalHeight(), views().globalWidth(), PATCH);
  }

  /** A detector in training, as {@code flsl train detection} builds it. */
  TaskGraph detector() {
    FineTuning learning =
        FineTuning.builder()
            .iterations(1000)
            .learningRate(LEARNING_RATE)
            .minLearningRate(LEARNING_RATE)
            .warmupFraction(0)
            .weightDecay(WEIGHT_DECAY)
            .clipNorm(CLIP)
            .layerDecay(1)
            .build();
    return new TaskGraph(
        VitBackbone.of(vit()),
        new DetectionHead(WIDTH, DEPTH, SCALES, CLASSES),
        new ImageSize(views().globalHeight(), views().globalWidth()),
        learning);
  }

  /** Operations of the pyramid and the towers forward, for one image. */
  double headForward() {
    double convolution = 9.0 * WIDTH;
    double place = convolution * (2 * DEPTH * WIDTH + CLASSES + DetectionLoss.BOX);
    double products = 0;
    for (int scale : SCALES) {
      double channels = vit().width() / (scale > 0 ? 2.0 : 1.0);
      double places = PyramidLevel.grid(grid(), scale).tokens();
      products += places * (place + channels * WIDTH + convolution * WIDTH);
      products += scale > 0 ? places * vit().width() * channels : 0;
    }
    return 2 * products;
  }

  Workload workload() {
    FlslConfig objective =
        FlslConfig.builder()
            .batchSize(batch)
            .precision(precision)
            .iterationsPerEpoch(1000)
            .centroids(CENTROIDS)
            .upsilon(Scheduled.constant(UPSILON))
            .gamma(Scheduled.constant(GAMMA))
            .tauSelf(Scheduled.constant(TAU_SELF))
            .tauCross(Scheduled.constant(TAU_CROSS))
            .studentTemperature(Scheduled.constant(TEMPERATURE))
            .teacherTemperatureStart(TEACHER_TEMPERATURE)
            .teacherTemperatureEnd(TEACHER_TEMPERATURE)
            .learningRate(LEARNING_RATE * 256 / batch)
            .minLearningRate(LEARNING_RATE)
            .warmupFraction(0)
            .weightDecay(Scheduled.constant(WEIGHT_DECAY))
            .momentum(Scheduled.constant(MOMENTUM))
            .clipNorm(CLIP)
            .frozenPrototypeEpochs(0)
            .seed(1)
            .build();
    return new Workload(vit(), views(), batch, objective);
  }

  String title() {
    return (arch == VitSize.TINY ? "Ti" : arch == VitSize.SMALL ? "S" : "B")
        + "/"
        + PATCH
        + " x"
        + batch;
  }
}
