package org.flsl.downstream.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.downstream.Head;
import org.flsl.layers.GraphSection;
import org.flsl.layers.dense.DetectionTowers;
import org.flsl.layers.dense.FeatureMap;
import org.flsl.layers.dense.PyramidLevel;
import org.flsl.losses.dense.DetectionLoss;

/**
 * The head of object detection: a simple feature pyramid, the towers of an anchor-free detector
 * over it, and their loss.
 *
 * <p>Labels of the graph are {@code [B, places, classes + 5]} as {@code BoxLabels} makes them; its
 * output has the same shape, and {@code Detector} reads it.
 *
 * @param width channels of the levels and the towers
 * @param depth convolutions of either tower
 * @param scales of the levels beside the backbone's feature map, the finest first: 1 for twice its
 *     side, 0 for the same, -1 for half of it; none for three levels, the finest of about 8 pixels
 * @param classes of objects, at least one
 */
public record DetectionHead(int width, int depth, List<Integer> scales, int classes)
    implements Head {
  private static final int USUAL_WIDTH = 128;
  private static final int USUAL_DEPTH = 2;

  private static final int USUAL_LEVELS = 3;
  private static final double USUAL_FINEST = 8;

  /** Checks and copies. */
  public DetectionHead {
    scales = List.copyOf(scales);
    for (int i = 1; i < scales.size(); i++) {
      if (scales.get(i) >= scales.get(i - 1)) {
        throw new IllegalArgumentException(
            "Detection head: levels must stand from the finest to the coarsest, got " + scales);
      }
    }
    // The layers hold the rules; how many channels a backbone has is not known here.
    scales.forEach(scale -> PyramidLevel.of(Integer.MAX_VALUE, width, scale));
    new DetectionTowers(scales.isEmpty() ? USUAL_LEVELS : scales.size(), width, depth, classes);
  }

  /** A head of usual width and depth. */
  public static DetectionHead of(int classes) {
    return of(USUAL_WIDTH, classes);
  }

  /** A head of another width. */
  public static DetectionHead of(int width, int classes) {
    return new DetectionHead(width, USUAL_DEPTH, List.of(), classes);
  }

  private List<Integer> scales(int stride) {
    if (!scales.isEmpty()) {
      return scales;
    }
    int finest = (int) Math.round(Math.log(stride / USUAL_FINEST) / Math.log(2));
    return IntStream.range(0, USUAL_LEVELS).mapToObj(level -> finest - level).toList();
  }

  @Override
  public String addTo(GraphSection section, FeatureMap map, String image) {
    return section.layer("loss", new DetectionLoss(classes), towers(section, map, 0));
  }

  /** Adds the pyramid and the towers, which make masks of so many prototypes, or none. */
  String towers(GraphSection section, FeatureMap map, int prototypes) {
    List<String> levels = new ArrayList<>();
    for (int scale : scales(map.stride())) {
      PyramidLevel level = PyramidLevel.of(map.channels(), width, scale);
      levels.add(section.layer("level_" + levels.size(), level, map.vertex()));
    }
    DetectionTowers towers = new DetectionTowers(levels.size(), width, depth, classes, prototypes);
    return section.vertex("towers", towers, levels.toArray(String[]::new));
  }
}
