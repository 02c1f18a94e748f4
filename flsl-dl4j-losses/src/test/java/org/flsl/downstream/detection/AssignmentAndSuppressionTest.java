package org.flsl.downstream.detection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.layers.TokenGrid;
import org.flsl.losses.dense.TorchvisionValues;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Which place has to find which box, and which boxes remain, beside torchvision. */
class AssignmentAndSuppressionTest {

  @Test
  void placesGetTheBoxesThatTorchvisionGivesThem() {
    JsonNode golden = TorchvisionValues.of("detection");
    DetectionLevels levels = TorchvisionValues.levels(golden);
    LocationAssignment assignment = new LocationAssignment(golden.get("radius").asDouble());
    int positive = 0;
    for (JsonNode image : golden.get("images")) {
      List<LabelledBox> boxes = TorchvisionValues.boxes(image.get("boxes"), image.get("labels"));
      int[] expected = TorchvisionValues.ints(image.get("matched"));
      assertArrayEquals(expected, assignment.assign(levels, boxes));
      positive += (int) Arrays.stream(expected).filter(box -> box >= 0).count();
    }
    assertTrue(positive > 20, () -> "too few to mean anything");
  }

  @Test
  void placesInPaddingAndInCrowdsDoNotCountUnlessTheyHaveABox() {
    DetectionLevels levels =
        new DetectionLevels(
            1,
            List.of(
                new DetectionLevels.Level(8, new TokenGrid(8, 12)),
                new DetectionLevels.Level(16, new TokenGrid(4, 6))));
    LabelledBox seen = new LabelledBox(0, 0, 0, 20, 64);
    LabelledBox crowd = new LabelledBox(0, 0, 0, 20, 16);
    LabelledBox object = new LabelledBox(0, 0, 0, 8, 8);
    // Of 12 columns of 8 pixels two have their middles before 20, of 6 of 16 one.
    assertEquals(2 * 8 + 4, counting(levels, List.of(), List.of(), seen));
    assertEquals(2 * 6 + 3, counting(levels, List.of(), List.of(crowd), seen));
    assertEquals(2 * 6 + 3 + 1, counting(levels, List.of(object), List.of(crowd), seen));
  }

  private static int counting(
      DetectionLevels levels,
      List<LabelledBox> boxes,
      List<LabelledBox> ignored,
      LabelledBox seen) {
    float[] labels = new float[levels.places() * 6];
    LocationAssignment.FCOS.write(
        levels, new LocationAssignment.Truth(boxes, ignored, seen), labels, 0);
    return IntStream.range(0, levels.places()).map(i -> (int) labels[i * 6 + 5]).sum();
  }

  private static List<Detection> detections(JsonNode golden, boolean oneClass) {
    List<LabelledBox> boxes = TorchvisionValues.boxes(golden.get("boxes"), golden.get("classes"));
    return IntStream.range(0, boxes.size())
        .mapToObj(
            i -> {
              LabelledBox box = boxes.get(i);
              int category = oneClass ? 0 : box.category();
              return new Detection(
                  new LabelledBox(category, box.left(), box.top(), box.right(), box.bottom()),
                  golden.get("scores").get(i).asDouble());
            })
        .toList();
  }

  private static void compare(String key, boolean oneClass) {
    JsonNode golden = TorchvisionValues.of("suppression");
    List<Detection> all = detections(golden, oneClass);
    List<Detection> expected =
        Arrays.stream(TorchvisionValues.ints(golden.get(key))).mapToObj(all::get).toList();
    List<Detection> kept = new NonMaximumSuppression(0.5, 100).apply(all);
    assertEquals(expected, kept);
    assertTrue(kept.size() < all.size());
    assertEquals(
        expected.subList(0, 3), new NonMaximumSuppression(0.5, 3).apply(all), "the best alone");
  }

  @Test
  void keepsWhatTorchvisionKeepsOfOneClassAndOfEach() {
    compare("one", true);
    compare("each", false);
  }

  @Test
  void boxesWithoutAreaAndEqualScoresAreNoProblem() {
    Detection point = new Detection(new LabelledBox(0, 3, 3, 3, 3), 0.5);
    Detection box = new Detection(new LabelledBox(0, 2, 2, 4, 4), 0.5);
    assertEquals(
        List.of(point, box, point),
        new NonMaximumSuppression(0.5, 9).apply(List.of(point, box, point, box)));
    assertEquals(List.of(), new NonMaximumSuppression(0.5, 9).apply(List.of()));
    assertThrows(IllegalArgumentException.class, () -> new NonMaximumSuppression(1.5, 9));
    assertThrows(IllegalArgumentException.class, () -> new LocationAssignment(0));
    assertThrows(IllegalArgumentException.class, () -> new LocationAssignment(Double.NaN));
  }
}
