package org.flsl.losses.dense;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.flsl.downstream.detection.DetectionLevels;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** What torchvision's FCOS makes of small inputs; see scripts/golden/detection.py. */
public final class TorchvisionValues {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TorchvisionValues() {}

  public static JsonNode of(String part) {
    try (InputStream json = TorchvisionValues.class.getResourceAsStream("/golden/detection.json")) {
      return JSON.readTree(json).get(part);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static double[] doubles(JsonNode node) {
    return JSON.convertValue(node, double[].class);
  }

  public static int[] ints(JsonNode node) {
    return JSON.convertValue(node, int[].class);
  }

  /** An array of double precision. */
  public static INDArray array(JsonNode node, long... shape) {
    return Nd4j.createFromArray(doubles(node)).reshape(shape);
  }

  public static List<LabelledBox> boxes(JsonNode boxes, JsonNode labels) {
    List<LabelledBox> list = new ArrayList<>();
    for (int i = 0; i < boxes.size(); i++) {
      double[] box = doubles(boxes.get(i));
      list.add(new LabelledBox(labels.get(i).asInt(), box[0], box[1], box[2], box[3]));
    }
    return list;
  }

  public static DetectionLevels levels(JsonNode detection) {
    List<DetectionLevels.Level> levels = new ArrayList<>();
    for (int stride : ints(detection.get("strides"))) {
      TokenGrid grid =
          new TokenGrid(
              detection.get("height").asInt() / stride, detection.get("width").asInt() / stride);
      levels.add(new DetectionLevels.Level(stride, grid));
    }
    return new DetectionLevels(detection.get("classes").asInt(), levels);
  }
}
