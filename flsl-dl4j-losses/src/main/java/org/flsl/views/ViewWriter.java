package org.flsl.views;

import java.util.Arrays;
import java.util.List;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.Image;

/** Makes the views of a photograph and writes them into a batch; one per thread. */
final class ViewWriter {

  private final ViewConfig config;
  private final BatchLayout layout;
  private final ViewSampler sampler;
  private final ChannelNormaliser normaliser;
  private float[] numbers = new float[0];

  ViewWriter(ViewConfig config, BatchLayout layout) {
    this.config = config;
    this.layout = layout;
    this.sampler = new ViewSampler(config);
    this.normaliser = new ChannelNormaliser(config.mean(), config.std());
  }

  /** Writes everything made from a photograph as image {@code slot} of the batch. */
  void write(Image photo, ViewSeed seed, int slot, BatchMemory batch) {
    List<Image> crops = sampler.crops(photo, seed);
    for (int view = 0; view < config.views(); view++) {
      Image image = crops.get(view);
      if (config.plainCrops()) {
        writeImage(image, layout.plainCropFeature(view), slot, batch);
      }
      sampler.augment(image, view, seed);
      writeImage(image, view, slot, batch);
    }
    writeQueries(seed, slot, batch);
    if (config.counterparts()) {
      writeCounterparts(seed, slot, batch);
    }
  }

  private void writeImage(Image image, int feature, int slot, BatchMemory batch) {
    int length = layout.lengthPerImage(feature);
    normaliser.write(image, room(length), 0);
    batch.put(feature, slot, numbers);
  }

  /** One row per query, with a one at its token; the tokens of all student views in a line. */
  private void writeQueries(ViewSeed seed, int slot, BatchMemory batch) {
    int feature = layout.selectorFeature();
    int length = layout.lengthPerImage(feature);
    float[] selector = room(length);
    Arrays.fill(selector, 0, length, 0f);
    int row = 0;
    int firstToken = 0;
    for (int view = 1; view < config.views(); view++) {
      for (int token : sampler.queries(view, seed)) {
        selector[row + firstToken + token] = 1f;
        row += config.studentTokens();
      }
      firstToken += config.queryWindows(view).tokens();
    }
    batch.put(feature, slot, selector);
  }

  /** One row per query, with the weights of the teacher's tokens around its spot. */
  private void writeCounterparts(ViewSeed seed, int slot, BatchMemory batch) {
    int feature = layout.counterpartFeature();
    int length = layout.lengthPerImage(feature);
    float[] selector = room(length);
    Arrays.fill(selector, 0, length, 0f);
    int row = 0;
    for (int view = 1; view < config.views(); view++) {
      Counterparts counterparts =
          new Counterparts(config, view, sampler.box(view, seed), sampler.flip(view, seed));
      for (int token : sampler.queries(view, seed)) {
        counterparts.write(token, selector, row);
        row += config.teacherTokens();
      }
    }
    batch.put(feature, slot, selector);
  }

  private float[] room(int length) {
    if (numbers.length < length) {
      numbers = new float[length];
    }
    return numbers;
  }
}
