package org.flsl.layers.dense;

import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.flsl.layers.GraphSection;

/**
 * A light decoder for semantic segmentation: from tokens to a small pyramid to pixels.
 *
 * <p>Every {@link PyramidLevel} of the backbone's map, from the map itself to one whose places
 * stand for at most {@link #FINEST} pixels, each of half the width of the one before, scores the
 * classes. The scores of a level are stretched over those of the next finer one and added up, and
 * last stretched over the pixels. It takes images of any size that the stride divides.
 *
 * @param width channels of the coarsest level
 * @param classes to tell apart
 */
public record PyramidDecoder(int width, int classes) {

  /** Pixels that a place of the finest level stands for, at most. */
  public static final int FINEST = 4;

  private static final int NARROWEST = 32;

  /** Checks the sizes. */
  public PyramidDecoder {
    if (width < 1 || classes < 2) {
      throw new IllegalArgumentException(
          "A decoder needs a width of at least 1 and at least two classes, got %d and %d"
              .formatted(width, classes));
    }
  }

  /**
   * Adds the layers.
   *
   * @param section receives them
   * @param map what a backbone makes of the image
   * @param image name of the graph's input
   * @return name of the vertex with the scores, {@code [B, classes, height, width]}
   */
  public String addTo(GraphSection section, FeatureMap map, String image) {
    String sum = scores(section, map, 0);
    for (int scale = 1; FINEST << (scale - 1) < map.stride(); scale++) {
      String finer = scores(section, map, scale);
      String stretched = section.vertex("stretch_" + scale, new PixelMaps(), sum, finer);
      ElementWiseVertex add = new ElementWiseVertex(ElementWiseVertex.Op.Add);
      sum = section.vertex("sum_" + scale, add, stretched, finer);
    }
    return section.vertex("pixels", new PixelMaps(), sum, image);
  }

  private String scores(GraphSection section, FeatureMap map, int scale) {
    int narrower = Math.max(Math.min(width, NARROWEST), width >> scale);
    PyramidLevel level = PyramidLevel.of(map.channels(), narrower, scale);
    String places = section.layer("level_" + scale, level, map.vertex());
    return section.layer("score_" + scale, PlaceScores.of(narrower, classes), places);
  }
}
