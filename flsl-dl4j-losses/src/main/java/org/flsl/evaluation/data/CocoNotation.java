package org.flsl.evaluation.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.shade.jackson.databind.JsonNode;

/** How COCO writes boxes and outlines, in annotations and in results. */
public final class CocoNotation {
  private CocoNotation() {}

  /**
   * Reads a bbox.
   *
   * @return left, top, width and height; those are negative where corners are swapped
   * @throws IllegalArgumentException if it is no box with an area
   */
  public static double[] box(JsonNode bbox) {
    double[] box = numbers(bbox);
    if (box.length != 4 || !(Math.abs(box[2] * box[3]) > 0)) {
      throw new IllegalArgumentException(
          "a bbox needs x, y, and a width and height other than 0, got " + Arrays.toString(box));
    }
    return box;
  }

  /**
   * Reads a segmentation as a mask.
   *
   * @param width columns of the image
   * @param height rows of the image
   * @throws IllegalArgumentException if it is none, or for an image of another size
   */
  public static RunLengths mask(JsonNode segmentation, int width, int height) {
    return outline(segmentation).runs(width, height);
  }

  /** Reads a segmentation that holds at least one pixel. */
  static Shape shape(JsonNode segmentation) {
    Shape shape = outline(segmentation);
    if (shape instanceof RunLengths runs && runs.area() == 0) {
      throw new IllegalArgumentException("run lengths without a pixel inside");
    }
    return shape;
  }

  private static Shape outline(JsonNode segmentation) {
    if (segmentation.isArray() && !segmentation.isEmpty()) {
      // One polygon alone is often written without the list of polygons around it.
      boolean flat = segmentation.get(0).isNumber();
      List<double[]> polygons = new ArrayList<>();
      if (flat) {
        polygons.add(numbers(segmentation));
      } else {
        segmentation.forEach(polygon -> polygons.add(numbers(polygon)));
      }
      return new Polygons(polygons);
    }
    JsonNode size = segmentation.path("size");
    JsonNode counts = segmentation.path("counts");
    if (size.size() != 2 || !(counts.isTextual() || counts.isArray())) {
      throw new IllegalArgumentException(
          "a segmentation that is neither polygons nor run lengths with size and counts");
    }
    int height = size.get(0).asInt();
    int width = size.get(1).asInt();
    if (counts.isTextual()) {
      return RunLengths.compressed(width, height, counts.asText());
    }
    int[] runs = new int[counts.size()];
    for (int i = 0; i < runs.length; i++) {
      runs[i] = counts.get(i).asInt();
    }
    return RunLengths.uncompressed(width, height, runs);
  }

  /** Reads a list of numbers. */
  public static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!array.get(i).isNumber()) {
        throw new IllegalArgumentException(
            "\"" + array.get(i).asText() + "\" where a number belongs");
      }
      numbers[i] = array.get(i).asDouble();
    }
    return numbers;
  }
}
