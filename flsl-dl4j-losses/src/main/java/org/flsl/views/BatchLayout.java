package org.flsl.views;

import java.util.ArrayList;
import java.util.List;

/**
 * The features of a batch and their shapes, in the order of {@link ViewConfig#inputNames()}: first
 * the views, so that view v is feature v, then the query selector, then the counterparts' selector
 * and the plain crops if any.
 */
final class BatchLayout {

  private final ViewConfig config;
  private final int batchSize;
  private final List<long[]> shapes = new ArrayList<>();

  BatchLayout(ViewConfig config, int batchSize) {
    this.config = config;
    this.batchSize = batchSize;
    addViewShapes();
    shapes.add(new long[] {batchSize, config.queries(), config.studentTokens()});
    if (config.counterparts()) {
      shapes.add(new long[] {batchSize, config.queries(), config.teacherTokens()});
    }
    if (config.plainCrops()) {
      addViewShapes();
    }
  }

  private void addViewShapes() {
    for (int view = 0; view < config.views(); view++) {
      shapes.add(
          new long[] {batchSize, config.channels(), config.height(view), config.width(view)});
    }
  }

  int batchSize() {
    return batchSize;
  }

  int features() {
    return shapes.size();
  }

  int selectorFeature() {
    return config.views();
  }

  int counterpartFeature() {
    return config.views() + 1;
  }

  int plainCropFeature(int view) {
    return config.views() + (config.counterparts() ? 2 : 1) + view;
  }

  /** The shape of a feature, batch first. */
  long[] shape(int feature) {
    return shapes.get(feature).clone();
  }

  /** Numbers per image of a feature. */
  int lengthPerImage(int feature) {
    long[] shape = shapes.get(feature);
    long length = 1;
    for (int i = 1; i < shape.length; i++) {
      length *= shape[i];
    }
    return Math.toIntExact(length);
  }
}
