package org.flsl.downstream.segmentation;

import java.util.List;
import org.flsl.downstream.Head;
import org.flsl.layers.GraphSection;
import org.flsl.layers.dense.FeatureMap;
import org.flsl.layers.dense.PyramidDecoder;
import org.flsl.losses.dense.PixelCrossEntropy;

/**
 * The head of semantic segmentation: a {@link PyramidDecoder} and the cross entropy of its scores.
 *
 * <p>Labels of the graph are {@code [B, height, width]}, numbers of classes or {@link
 * PixelCrossEntropy#IGNORED}; its output are scores {@code [B, classes, height, width]}.
 *
 * @param width channels of the coarsest level of the decoder
 * @param classes to tell apart, at least two
 * @param weights of the classes in the loss; empty where all weigh alike
 */
public record SegmentationHead(int width, int classes, List<Double> weights) implements Head {
  /** Width of a decoder for a backbone of usual size. */
  public static final int USUAL_WIDTH = 128;

  /** Checks and copies. */
  public SegmentationHead {
    weights = List.copyOf(weights);
    if (!weights.isEmpty() && weights.size() != classes) {
      throw new IllegalArgumentException(
          "Segmentation head: %d classes need as many weights, or none, got %d"
              .formatted(classes, weights.size()));
    }
    // They hold the rules for width, classes and weights.
    new PyramidDecoder(width, classes);
    loss(classes, weights);
  }

  /** A head of the usual width in which all classes weigh alike. */
  public static SegmentationHead of(int classes) {
    return new SegmentationHead(USUAL_WIDTH, classes, List.of());
  }

  @Override
  public String addTo(GraphSection section, FeatureMap map, String image) {
    String scores = new PyramidDecoder(width, classes).addTo(section, map, image);
    return section.layer("crossEntropy", loss(classes, weights), scores);
  }

  private static PixelCrossEntropy loss(int classes, List<Double> weights) {
    return weights.isEmpty()
        ? PixelCrossEntropy.of(classes)
        : PixelCrossEntropy.weighted(weights.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
