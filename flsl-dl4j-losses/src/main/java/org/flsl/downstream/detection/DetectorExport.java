package org.flsl.downstream.detection;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.TaskGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.dense.DetectionTowers;
import org.flsl.layers.weights.GraphExport;

/**
 * Writes a detector as ONNX: what it says of every place of every level, before suppression.
 *
 * <p>Outputs, for P places, level after level and row by row: {@code classes [batch, P, classes]},
 * logits; {@code edges [batch, P, 4]}, distances to the left, upper, right and lower edge in
 * strides of the level; {@code centerness [batch, P, 1]}, a logit. Of instance masks as well {@code
 * coefficients [batch, P, K]} and {@code prototypes [batch, P, 4 K]}, which only the places of the
 * first level have. The file tells {@code levels}: stride, rows and columns of each, as JSON.
 */
public final class DetectorExport {
  private DetectorExport() {}

  /**
   * Writes a detector.
   *
   * @param detector a {@link TaskGraph} with a {@link DetectionHead} or an {@link InstanceHead}
   * @param size of the images that the model takes
   * @param metadata what else the file tells of it
   * @throws org.flsl.layers.weights.WeightsException if its backbone has no form in ONNX
   */
  public static void onnx(
      ComputationGraph detector, ImageSize size, Map<String, String> metadata, OutputStream out)
      throws IOException {
    DetectionLevels levels = DetectionLevels.of(detector.getConfiguration(), size);
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(
        "levels",
        levels.levels().stream()
            .map(
                level ->
                    "[%s, %d, %d]"
                        .formatted(level.stride(), level.grid().height(), level.grid().width()))
            .collect(Collectors.joining(", ", "[", "]")));
    Map<String, Long> parts = new LinkedHashMap<>();
    parts.put("classes", (long) levels.classes());
    parts.put("edges", DetectionTowers.BOX - 1L);
    parts.put("centerness", 1L);
    if (levels.prototypes() > 0) {
      parts.put("coefficients", (long) levels.prototypes());
      parts.put("prototypes", (long) DetectionTowers.QUARTERS * levels.prototypes());
    }
    int channels = TaskGraph.backbone(detector.getConfiguration()).channels();
    GraphExport.inParts(detector, parts, all).onnx(channels, size.height(), size.width(), out);
  }
}
