package org.flsl.evaluation.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flsl.evaluation.data.CocoInstances;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.Warnings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Detections of other programs go by names, and names are not always written alike. */
class CocoPredictionsTest {
  /** With an accent behind its letter, as macOS writes it, and two categories of one name. */
  private static final String TRUTH =
      """
      {"images": [{"id": 1, "file_name": "cafe\u0301.jpg", "width": 40, "height": 30}],
       "categories": [{"id": 3, "name": "cell"}, {"id": 5, "name": "cell"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2, 8, 8], "area": 64, "iscrowd": 0},
        {"id": 2, "image_id": 1, "category_id": 5, "bbox": [20, 9, 9, 9], "area": 81, "iscrowd": 0}]}
      """;

  @TempDir private Path folder;

  private static String found(int width, int height) {
    return """
    {"images": [{"id": 7, "file_name": "caf\u00e9.png", "width": %d, "height": %d}],
     "categories": [{"id": 0, "name": "cell"}],
     "annotations": [
      {"image_id": 7, "category_id": 0, "bbox": [1, 2, 8, 8], "score": 0.9},
      {"image_id": 7, "category_id": 0, "bbox": [20, 9, 9, 9], "score": 0.8}]}
    """
        .formatted(width, height);
  }

  private List<JudgedImage> judged(String found) throws IOException {
    Path truth = Files.writeString(folder.resolve("truth.json"), TRUTH);
    Path file = Files.writeString(folder.resolve("found.json"), found);
    return CocoPredictions.read(file).boxes(CocoInstances.read(truth, folder));
  }

  @Test
  void namesThatLookAlikeAreAlike() throws IOException {
    try (Warnings warnings = new Warnings(CocoPredictions.class)) {
      CocoScores scores = CocoScores.of(judged(found(40, 30)), 2);
      assertEquals(1, scores.ap(), 1e-12);
      assertEquals(1, scores.ap(0), 1e-12);
      assertTrue(Double.isNaN(scores.ap(1)), "the same class is there once");
      assertEquals(List.of(), warnings.all());
    }
  }

  @Test
  void imagesOfAnotherSizeAreCountedInAWarning() throws IOException {
    try (Warnings warnings = new Warnings(CocoPredictions.class)) {
      judged(found(30, 40));
      assertEquals(1, warnings.all().size());
      assertTrue(
          warnings.all().get(0).contains("images of another size than in the truth"),
          warnings.all().get(0));
    }
  }

  /** A folder that holds more than the truth tells of. */
  @Test
  void otherImagesByNameAreCountedInAWarningAndOthersAloneAreRefused() throws IOException {
    String more =
        found(40, 30)
            .replace(
                "{\"images\": [",
                "{\"images\": [{\"id\": 9, \"file_name\": \"other.png\", \"width\": 40, \"height\": 30}, ")
            .replace(
                "\"annotations\": [",
                "\"annotations\": [{\"image_id\": 9, \"category_id\": 0, \"bbox\": [1, 2, 8, 8], \"score\": 1},");
    try (Warnings warnings = new Warnings(CocoPredictions.class)) {
      assertEquals(1, CocoScores.of(judged(more), 2).ap(), 1e-12);
      assertEquals(1, warnings.all().size(), warnings.all().toString());
      assertTrue(
          warnings.all().get(0).contains("do not occur in the truth, left out: 1 of 3"),
          warnings.all().get(0));
    }
    String elsewhere = found(40, 30).replace("caf\u00e9.png", "other.png");
    String message = assertThrows(DatasetException.class, () -> judged(elsewhere)).getMessage();
    assertTrue(message.contains("none of the 2 detections is in an image of the truth"), message);
    assertTrue(message.contains("its images are called other.png"), message);
  }
}
