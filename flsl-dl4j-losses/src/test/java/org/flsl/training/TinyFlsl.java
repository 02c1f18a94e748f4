package org.flsl.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.schedules.Scheduled;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** A pretraining so small that a test can do a hundred steps of it. */
public final class TinyFlsl {
  private TinyFlsl() {}

  static VitConfig.Builder vit() {
    return VitConfig.builder().width(8).depth(2).heads(2).patch(2).imageSize(8).dropPath(0.3);
  }

  public static FlslConfig.Builder config(DataType type) {
    return FlslConfig.builder()
        .epochs(4)
        .iterationsPerEpoch(3)
        .batchSize(256)
        .centroids(5)
        .headHidden(6)
        .headBottleneck(4)
        .tauSelf(Scheduled.constant(0.2))
        .tauCross(Scheduled.cosine(0.4, 0.5))
        .upsilon(Scheduled.cosine(0.5, 0.1))
        .learningRate(0.01)
        .seed(3)
        .dataType(type);
  }

  static ViewLayout views() {
    return ViewLayout.of(8, 2, 2, 4, 2);
  }

  public static FlslGraph.Builder flsl(FlslConfig config) {
    return FlslGraph.builder()
        .backbone(VitBackbone.of(vit().build()))
        .views(views())
        .config(config);
  }

  static FlslGraph flsl(DataType type) {
    return flsl(config(type).build()).build();
  }

  static INDArray random(DataType type, long seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(type, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  /** Random images with a random token picked in every window; with plain crops if asked for. */
  public static MultiDataSet batch(DataType type, long seed, int batch, boolean crops) {
    ViewLayout views = views();
    List<ImageInput> images = new ArrayList<>();
    images.add(views.teacher());
    images.addAll(views.students());
    List<INDArray> features = new ArrayList<>();
    for (ImageInput image : images) {
      features.add(random(type, seed * 31 + features.size(), shape(image, batch)));
    }
    features.add(selector(type, seed, batch));
    if (crops) {
      for (ImageInput image : images) {
        features.add(random(type, seed * 31 + features.size(), shape(image, batch)));
      }
    }
    return new MultiDataSet(
        features.toArray(INDArray[]::new), new INDArray[] {Nd4j.zeros(type, batch, 1)});
  }

  private static long[] shape(ImageInput image, int batch) {
    return new long[] {batch, image.channels(), image.height(), image.width()};
  }

  private static INDArray selector(DataType type, long seed, int batch) {
    TokenGrid[] grids = {TokenGrid.square(4), TokenGrid.square(2), TokenGrid.square(2)};
    Random random = new Random(seed);
    INDArray selector = Nd4j.zeros(type, batch, 6, 24);
    for (int b = 0; b < batch; b++) {
      int query = 0;
      int first = 0;
      for (TokenGrid grid : grids) {
        for (int row = 0; row < grid.height(); row += 2) {
          for (int column = 0; column < grid.width(); column += 2) {
            int y = row + random.nextInt(2);
            int x = column + random.nextInt(2);
            selector.putScalar(new int[] {b, query++, first + y * grid.width() + x}, 1);
          }
        }
        first += grid.tokens();
      }
    }
    return selector;
  }
}
