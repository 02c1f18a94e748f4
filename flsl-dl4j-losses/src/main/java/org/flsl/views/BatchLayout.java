package org.flsl.views;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.RgbImage;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Where everything lies in a batch: the shape of each feature, and how images are written into it.
 *
 * <p>Batches are assembled in plain arrays, because many threads can write into them at no cost;
 * {@link #toDataSet} copies them into ND4J arrays once.
 */
final class BatchLayout {

  private final ViewConfig config;
  private final int batchSize;
  private final ChannelNormaliser normaliser;
  private final List<long[]> shapes = new ArrayList<>();

  BatchLayout(ViewConfig config, int batchSize) {
    this.config = config;
    this.batchSize = batchSize;
    this.normaliser = new ChannelNormaliser(config.mean(), config.std());
    addViewShapes();
    shapes.add(new long[] {batchSize, config.queries(), config.studentTokens()});
    if (config.plainCrops()) {
      addViewShapes();
    }
  }

  private void addViewShapes() {
    for (int view = 0; view < config.views(); view++) {
      shapes.add(
          new long[] {batchSize, RgbImage.CHANNELS, config.height(view), config.width(view)});
    }
  }

  /** Makes the arrays of one batch. */
  float[][] newArrays() {
    float[][] arrays = new float[shapes.size()][];
    for (int feature = 0; feature < arrays.length; feature++) {
      arrays[feature] = new float[Math.multiplyExact(batchSize, lengthPerImage(feature))];
    }
    return arrays;
  }

  /** Makes the views and queries of a photograph and writes them as number {@code slot}. */
  void write(RgbImage photo, ViewSampler sampler, ViewSeed seed, int slot, float[][] arrays) {
    List<RgbImage> crops = sampler.crops(photo, seed);
    if (config.plainCrops()) {
      int firstCrop = config.views() + 1;
      for (int view = 0; view < config.views(); view++) {
        writeImage(crops.get(view), firstCrop + view, slot, arrays);
      }
    }
    for (int view = 0; view < config.views(); view++) {
      sampler.augment(crops.get(view), view, seed);
      writeImage(crops.get(view), view, slot, arrays);
    }
    writeQueries(sampler, seed, slot, arrays[config.views()]);
  }

  private void writeImage(RgbImage image, int feature, int slot, float[][] arrays) {
    normaliser.write(image, arrays[feature], slot * lengthPerImage(feature));
  }

  /** One row per query, with a one at its token; tokens of all student views in a line. */
  private void writeQueries(ViewSampler sampler, ViewSeed seed, int slot, float[] selector) {
    int rowLength = config.studentTokens();
    int row = slot * config.queries() * rowLength;
    Arrays.fill(selector, row, row + config.queries() * rowLength, 0f);
    int firstToken = 0;
    for (int view = 1; view < config.views(); view++) {
      for (int token : sampler.queries(view, seed)) {
        selector[row + firstToken + token] = 1f;
        row += rowLength;
      }
      firstToken += config.queryWindows(view).tokens();
    }
  }

  /** Copies a complete batch into fresh ND4J arrays. */
  MultiDataSet toDataSet(float[][] arrays, DataType dataType) {
    INDArray[] features = new INDArray[arrays.length];
    for (int feature = 0; feature < features.length; feature++) {
      features[feature] =
          Nd4j.createFromArray(arrays[feature]).reshape(shapes.get(feature)).castTo(dataType);
    }
    // There is nothing to predict, but DL4J refuses to train without labels.
    INDArray[] labels = {Nd4j.zeros(dataType, batchSize, 1)};
    return new MultiDataSet(features, labels);
  }

  private int lengthPerImage(int feature) {
    long[] shape = shapes.get(feature);
    long length = 1;
    for (int i = 1; i < shape.length; i++) {
      length *= shape[i];
    }
    return Math.toIntExact(length);
  }
}
