package org.flsl.evaluation.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flsl.evaluation.LabelledFolders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of which a part is missing or broken, as tools write them. */
class CocoPartsTest {
  private static final String SQUARE = "[[2, 2, 6, 2, 6, 6, 2, 6]]";
  private static final String BOX = "[8, 8, 4, 4]";

  @TempDir Path folder;

  @BeforeEach
  void draw() {
    LabelledFolders.write(
        folder.resolve("1.png"), new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB));
  }

  /** One image with objects, each a list of fields. */
  private CocoInstances coco(String... objects) throws IOException {
    return file(
        1,
        "{\"id\": 1, \"name\": \"cat\"}, {\"id\": 7, \"name\": \"dog\"}, {\"id\": 9, \"name\": \"cat\"}",
        objects);
  }

  private CocoInstances file(int images, String categories, String... objects) throws IOException {
    String listed =
        IntStream.rangeClosed(1, images)
            .mapToObj(
                i ->
                    "{\"id\": %d, \"file_name\": \"%d.png\", \"width\": 16, \"height\": 16}"
                        .formatted(i, i))
            .collect(Collectors.joining(", "));
    String annotated =
        IntStream.range(0, objects.length)
            .mapToObj(i -> "{\"id\": %d, \"image_id\": 1, %s}".formatted(i + 1, objects[i]))
            .collect(Collectors.joining(", "));
    String json =
        "{\"images\": [%s], \"annotations\": [%s], \"categories\": [%s]}"
            .formatted(listed, annotated, categories);
    return CocoInstances.read(Files.writeString(folder.resolve("a.json"), json), folder);
  }

  private static String object(int category, String bbox, String segmentation) {
    return Stream.of(
            "\"category_id\": " + category,
            bbox == null ? "" : "\"bbox\": " + bbox,
            segmentation == null ? "" : "\"segmentation\": " + segmentation)
        .filter(field -> !field.isEmpty())
        .collect(Collectors.joining(", "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "[[]]", "[[1, 2, 3, 4]]", "[[1, 1, 2, 2, 3, 3]]", "\"\""})
  void whatIsInBoxesWithoutOutlinesIsNotBackground(String none) throws IOException {
    LabelMask mask = coco(object(1, null, SQUARE), object(7, BOX, none)).segmentation().mask(0);

    assertEquals(1, mask.label(3, 3));
    assertEquals(LabelMask.IGNORED, mask.label(8, 11));
    assertEquals(0, mask.label(12, 12));
    assertEquals(16, BinaryMask.of(mask, label -> label == LabelMask.IGNORED).area());
  }

  @Test
  void objectsCoverBoxesWithoutOutlines() throws IOException {
    LabelMask mask =
        coco(object(1, "[0, 0, 16, 16]", "[]"), object(7, null, SQUARE)).segmentation().mask(0);

    assertEquals(2, mask.label(3, 3));
    assertEquals(LabelMask.IGNORED, mask.label(0, 0));
  }

  @Test
  void boxesAloneAreNoSegmentation() throws IOException {
    CocoInstances boxes = coco(object(1, BOX, "[]"), object(7, BOX, null));

    refused(boxes::segmentation, "None of the 2 objects", "has an outline");
    assertEquals(2, boxes.boxes().boxes(0).size());
    refused(coco()::segmentation, "None of the 0 objects");
    refused(coco()::boxes, "None of the 0 objects");
  }

  @Test
  void aPolygonMayStandWithoutTheListAroundIt() throws IOException {
    LabelMask mask = coco(object(1, null, "[2, 2, 6, 2, 6, 6, 2, 6]")).segmentation().mask(0);

    assertEquals(16, BinaryMask.of(mask, label -> label == 1).area());
  }

  @Test
  void boxesThatAreMissingAreThoseOfOutlines() throws IOException {
    String runs = "{\"size\": [16, 16], \"counts\": [35, 3, 13, 3, 202]}";
    BoxSet boxes =
        coco(
                object(1, null, SQUARE),
                object(7, "[]", "[[1, 1, 3, 1, 3, 2], [9, 5, 12, 5, 12, 8]]"),
                object(7, "[5, 5, 0, 3]", runs))
            .boxes();

    assertEquals(
        List.of(
            new LabelledBox(0, 2, 2, 6, 6),
            new LabelledBox(1, 1, 1, 12, 8),
            new LabelledBox(1, 2, 3, 4, 6)),
        boxes.boxes(0));
  }

  @Test
  void categoriesOfOneNameAreOneClass() throws IOException {
    CocoInstances coco = coco(object(1, BOX, SQUARE), object(9, BOX, SQUARE), object(7, BOX, null));

    assertEquals(List.of("cat", "dog"), coco.boxes().classes());
    assertEquals(
        List.of(0, 0, 1), coco.boxes().boxes(0).stream().map(LabelledBox::category).toList());
    assertEquals(List.of("background", "cat", "dog"), coco.segmentation().classes());
    assertEquals(1, coco.segmentation().mask(0).label(3, 3));
  }

  @Test
  void aCategoryOfTheBackgroundIsTheBackground() throws IOException {
    SegmentationSet set =
        file(
                1,
                "{\"id\": 0, \"name\": \"background\"}, {\"id\": 1, \"name\": \"cat\"}",
                object(1, null, SQUARE))
            .segmentation();

    assertEquals(List.of("background", "cat"), set.classes());
    assertEquals(1, set.mask(0).label(3, 3));
  }

  @Test
  void brokenPartsAreCountedAndDoNotRefuseTheRest() throws IOException {
    CocoInstances coco =
        coco(
            object(1, "[1, 1, 0, 5]", SQUARE),
            object(7, BOX, "[[1, 2, 3]]"),
            object(7, "[1, 2]", "[[1, 2, \"x\", 4, 5, 6]]"),
            object(7, "[8, 0, 2, 2]", "{\"size\": [9, 9], \"counts\": [1, 80]}"));

    try (Warnings warnings = new Warnings(CocoInstances.class)) {
      LabelMask mask = coco.segmentation().mask(0);
      assertEquals(16, BinaryMask.of(mask, label -> label == 1).area());
      assertEquals(16 + 4, BinaryMask.of(mask, label -> label == LabelMask.IGNORED).area());
      String broken = warnings.all().get(0);
      assertTrue(broken.contains("outlines that cannot be used: 3 of 4"), broken);
      assertTrue(broken.contains("annotation 2: a polygon of 3 numbers"), broken);
    }
    try (Warnings warnings = new Warnings(CocoInstances.class)) {
      assertEquals(
          List.of(0, 1, 1), coco.boxes().boxes(0).stream().map(LabelledBox::category).toList());
      String without = warnings.all().get(0);
      assertTrue(
          without.contains("objects without a box or outline that can be used, left out: 1 of 4"),
          without);
      assertTrue(without.contains("annotation 3: a bbox needs x, y"), without);
    }
  }

  /** Corners that were dragged from below or from the right. */
  @Test
  void boxesAreCheckedLikeThoseOfOtherFormats() throws IOException {
    CocoInstances coco =
        coco(
            object(1, "[12, 10, -4, -6]", null),
            object(7, "[30, 2, 4, 4]", null),
            object(7, "[10, 10, 20, 20]", null),
            object(7, "[1e300, 1, 1e300, 4]", null));
    try (Warnings warnings = new Warnings(CheckedBoxes.class)) {
      assertEquals(
          List.of(new LabelledBox(0, 8, 4, 12, 10), new LabelledBox(1, 10, 10, 16, 16)),
          coco.boxes().boxes(0));
      String all = String.join("\n", warnings.all());
      for (String part : List.of("which are exchanged: 1 of 4", "beyond their photo")) {
        assertTrue(all.contains(part), all);
      }
      assertTrue(all.contains("boxes outside of their photo, left out: 2 of 4"), all);
    }
    double[] judged = coco.annotated(false).get(0).objects().get(0).bbox().orElseThrow();
    assertArrayEquals(new double[] {8, 4, 4, 6}, judged);
  }

  @Test
  void anImageWithHundredsOfObjectsKeepsThemAll() throws IOException {
    String[] objects = new String[500];
    for (int i = 0; i < objects.length; i++) {
      objects[i] = object(i % 2 == 0 ? 1 : 7, "[%d, %d, 2, 2]".formatted(i % 14, i / 36), SQUARE);
    }
    assertEquals(500, coco(objects).boxes().boxes(0).size());
    assertEquals(500, coco(objects).instances().masks(0).size());
  }

  @Test
  void numbersThatNameTwoThingsAreRefused() throws IOException {
    String cat = "{\"id\": 1, \"name\": \"cat\"}";
    String dog = ", {\"id\": 1, \"name\": \"dog\"}";
    assertEquals(1, file(2, cat + ", " + cat, object(1, BOX, null)).categories().size());
    Path twice = folder.resolve("a.json");
    String json = Files.readString(twice);
    Files.writeString(twice, json.replace(cat + ", " + cat, cat + dog));
    refused(
        () -> CocoInstances.read(twice, folder), "lists the category 1 twice, as cat and as dog");
    Files.writeString(twice, json.replace("{\"id\": 2,", "{\"id\": 1,"));
    refused(() -> CocoInstances.read(twice, folder), "lists the image 1 twice, as 1.png and as 2");
  }

  @Test
  void missingImagesCanBeLeftOut() throws IOException {
    String category = "{\"id\": 1, \"name\": \"cat\"}";
    CocoInstances coco = file(3, category, object(1, BOX, SQUARE));

    assertEquals(List.of("2.png", "3.png"), coco.missing());
    assertEquals(3, coco.boxes().size());
    assertEquals(1, coco.withoutMissing().boxes().size());
    assertEquals("1.png", coco.withoutMissing().segmentation().name(0));
    Files.delete(folder.resolve("1.png"));
    refused(coco::withoutMissing, "None of the 3 images", "give the folder");
  }

  private static void refused(Runnable reading, String... parts) {
    String message = assertThrows(DatasetException.class, reading::run).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
    assertEquals(1, message.lines().count(), message);
  }
}
