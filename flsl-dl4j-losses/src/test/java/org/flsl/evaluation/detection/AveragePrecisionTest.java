package org.flsl.evaluation.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flsl.evaluation.data.CocoInstances;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.EvaluationFixtures;
import org.flsl.evaluation.detection.JudgedImage.FoundObject;
import org.flsl.evaluation.detection.JudgedImage.TrueObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Average precision beside pycocotools and VOC; see scripts/golden/average_precision.py. */
class AveragePrecisionTest {
  private static final Path TRUTH = EvaluationFixtures.path("ap/truth.json");
  private static final Path FOUND = EvaluationFixtures.path("ap/found.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static CocoInstances truth() {
    return CocoInstances.read(TRUTH, TRUTH.getParent());
  }

  private static JsonNode expected(String part) throws IOException {
    return JSON.readTree(Files.readString(EvaluationFixtures.path("ap/expected.json"))).get(part);
  }

  private static void assertValue(JsonNode expected, double actual, String what) {
    if (expected.asDouble() == -1) {
      assertTrue(Double.isNaN(actual), () -> what + ": " + actual);
    } else {
      assertEquals(expected.asDouble(), actual, 1e-9, what);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boxes", "masks"})
  void allNumbersAreThoseOfPycocotools(String kind) throws IOException {
    CocoInstances truth = truth();
    CocoPredictions found = CocoPredictions.read(FOUND);
    List<JudgedImage> images = kind.equals("boxes") ? found.boxes(truth) : found.masks(truth);
    CocoScores scores = CocoScores.of(images, truth.categories().size());
    JsonNode expected = expected(kind);
    List<String> names = List.copyOf(scores.summary().keySet());
    assertEquals(12, names.size());
    for (int i = 0; i < names.size(); i++) {
      assertValue(expected.get("summary").get(i), scores.summary().get(names.get(i)), names.get(i));
    }
    int category = 0;
    for (long id : truth.categories().keySet()) {
      JsonNode ofClass = expected.get("classes").get("" + id);
      assertValue(ofClass.get("ap"), scores.ap(category), "class " + id);
      assertValue(ofClass.get("ap50"), scores.ap50(category), "class " + id);
      category++;
    }
  }

  @Test
  void averagePrecisionOfVocIsThatOfItsDevelopmentKit() throws IOException {
    CocoInstances truth = truth();
    VocScores scores =
        VocScores.of(CocoPredictions.read(FOUND).boxes(truth), truth.categories().size());
    int category = 0;
    for (long id : truth.categories().keySet()) {
      JsonNode ofClass = expected("voc").get("" + id);
      assertValue(ofClass.get("area"), scores.area().get(category), "class " + id);
      assertValue(ofClass.get("eleven"), scores.elevenPoints().get(category), "class " + id);
      category++;
    }
  }

  @Test
  void detectionsByNameOfImageAndCategoryAreTheSame() throws IOException {
    JsonNode truth = JSON.readTree(Files.readString(TRUTH));
    var named = JSON.createObjectNode();
    var images = named.putArray("images");
    truth
        .get("images")
        .forEach(
            i ->
                images
                    .addObject()
                    .put("id", 5000 - i.get("id").asInt())
                    .set("file_name", i.get("file_name")));
    var categories = named.putArray("categories");
    truth
        .get("categories")
        .forEach(
            c ->
                categories
                    .addObject()
                    .put("id", 100 + c.get("id").asInt())
                    .set("name", c.get("name")));
    var annotations = named.putArray("annotations");
    for (JsonNode found : JSON.readTree(Files.readString(FOUND))) {
      var copy = annotations.addObject();
      copy.put("image_id", 5000 - found.get("image_id").asInt());
      copy.put("category_id", 100 + found.get("category_id").asInt());
      copy.set("bbox", found.get("bbox"));
      copy.set("score", found.get("score"));
    }
    Path file = Files.writeString(folder.resolve("named.json"), named.toString());
    assertEquals(
        CocoPredictions.read(FOUND).boxes(truth()), CocoPredictions.read(file).boxes(truth()));
  }

  @Test
  void perfectDetectionsReachOneAndNoneReachZero() {
    List<TrueObject> objects = new ArrayList<>();
    List<FoundObject> found = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Region box = new Region.Box(i % 25 * 40, i / 25 * 40, 32, 32);
      objects.add(new TrueObject(0, box, 1024, false));
      found.add(new FoundObject(0, 0.5, box));
    }
    double recall = 100.0 / 500;
    CocoScores many = CocoScores.of(List.of(new JudgedImage(objects, found)), 1);
    assertEquals(recall, many.summary().get("AR 100"), 1e-12, "a hundred of an image count");
    List<TrueObject> few = objects.subList(0, 5);
    CocoScores all = CocoScores.of(List.of(new JudgedImage(few, found.subList(0, 5))), 1);
    for (String name : List.of("AP", "AP50", "AP75", "AP small", "AP medium", "AR small")) {
      assertEquals(1, all.summary().get(name), 1e-12, name + ": an area of 1024 is both");
    }
    assertTrue(Double.isNaN(all.summary().get("AP large")));
    assertEquals(0, CocoScores.of(List.of(new JudgedImage(few, List.of())), 1).ap());
    assertTrue(Double.isNaN(CocoScores.of(List.of(new JudgedImage(List.of(), found)), 1).ap()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{'image_id': 1, 'category_id': 3, 'bbox': [1, 2, 3, 4], 'score': 0.5}] | detection 1 of 1 is of image 1 (no name), which is none of the 14",
        "[{'image_id': 1000, 'category_id': 4, 'bbox': [1, 2, 3, 4], 'score': 0.5}] | has the category 4 (no name), which is none of the truth's: {3=cell",
        "[{'image_id': 1000, 'category_id': 3, 'bbox': [1, 2, 3, 4]}] | has no score",
        "[{'image_id': 1000, 'category_id': 3, 'score': 'high'}] | has the score \"high\", expected a number",
        "[{'image_id': 1000, 'category_id': 3, 'score': 1}] | has neither bbox nor segmentation",
        "[{'image_id': 1000, 'category_id': 3, 'bbox': [1, 2, 3], 'score': 1}] | a bbox has four numbers, got 3",
        "[{'image_id': 1000, 'category_id': 3, 'segmentation': {'size': [2, 2], 'counts': [4]}, 'score': 1}] | run lengths for 2 x 2",
        "[{'image_id': 1000, | is not COCO's json (line 1, column 20: it ends too early, as files do that were cut off)",
        "[{'image_id': 1000, 'category_id': 3, 'score': NaN}] | is not COCO's json (line 1, column 51: NaN is no number in json)",
        "[{'image_id': 1000,, | is not COCO's json (line 1, column 21: Unexpected character (',' (code 44)))",
        "7 | holds no detections"
      })
  void whatIsWrongWithDetectionsIsOneLine(String json, String part) throws IOException {
    Path file = Files.writeString(folder.resolve("found.json"), json.replace('\'', '"'));
    String message =
        assertThrows(DatasetException.class, () -> CocoPredictions.read(file).boxes(truth()))
            .getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count(), message);
  }
}
