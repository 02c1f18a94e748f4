package org.flsl.downstream.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.flsl.downstream.TaskGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.dense.DetectionTowers;
import org.flsl.layers.dense.PyramidLevel;

/**
 * Where the places of a detector lie in an image, level after level, row by row.
 *
 * @param classes of objects that are told apart
 * @param prototypes of which it mixes masks; 0 where it makes none
 * @param levels the finest first
 */
public record DetectionLevels(int classes, int prototypes, List<Level> levels) {

  /**
   * A map of places.
   *
   * @param stride pixels from one place to the next; the first one is half of that from the edges
   */
  public record Level(double stride, TokenGrid grid) {

    /** Of a place, from the left edge of the image. */
    double x(int place) {
      return (place % grid.width() + 0.5) * stride;
    }

    /** Of a place, from the upper edge of the image. */
    double y(int place) {
      return (place / grid.width() + 0.5) * stride;
    }
  }

  /** Of a detector without masks. */
  public DetectionLevels(int classes, List<Level> levels) {
    this(classes, 0, levels);
  }

  /** Copies the levels. */
  public DetectionLevels {
    levels = List.copyOf(levels);
  }

  /**
   * The places of a detector.
   *
   * @param detector a {@link TaskGraph} with a {@link DetectionHead}
   * @param size of the images that it is shown
   * @throws IllegalArgumentException if it is another graph, or takes no such images
   */
  public static DetectionLevels of(ComputationGraphConfiguration detector, ImageSize size) {
    int stride = TaskGraph.stride(detector);
    TokenGrid map = TokenGrid.of(size.height(), size.width(), stride);
    Map<String, GraphVertex> vertices = detector.getVertices();
    for (Map.Entry<String, GraphVertex> vertex : vertices.entrySet()) {
      if (vertex.getValue() instanceof DetectionTowers towers) {
        List<Level> levels = new ArrayList<>();
        for (String name : detector.getVertexInputs().get(vertex.getKey())) {
          PyramidLevel level =
              (PyramidLevel) ((LayerVertex) vertices.get(name)).getLayerConf().getLayer();
          levels.add(
              new Level(
                  stride * Math.pow(2, -level.scale()), PyramidLevel.grid(map, level.scale())));
        }
        return new DetectionLevels(towers.classes(), towers.prototypes(), levels);
      }
    }
    throw new IllegalArgumentException(
        "The graph is no detector: it has no detection towers but " + vertices.keySet());
  }

  /** How many places there are. */
  public int places() {
    return levels.stream().mapToInt(level -> level.grid().tokens()).sum();
  }

  /** How many numbers it tells of each. */
  int numbers() {
    return classes + DetectionTowers.BOX + (1 + DetectionTowers.QUARTERS) * prototypes;
  }
}
