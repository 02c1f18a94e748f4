package org.flsl.evaluation.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CocoInstancesTest {

  private static final Path ANNOTATIONS =
      EvaluationFixtures.path("coco/annotations/instances_val.json");
  private static final Path IMAGES = EvaluationFixtures.path("coco/images");

  @TempDir Path folder;

  @Test
  void drawsThePixelsThatTheCocoApiDraws() {
    SegmentationSet coco = CocoInstances.read(ANNOTATIONS, IMAGES).segmentation();
    LabelMask expected =
        EvaluationFixtures.mask(EvaluationFixtures.path("coco/expected/000000000007.png"));

    assertEquals(List.of("background", "car", "dog"), coco.classes());
    assertArrayEquals(expected.labels(), coco.mask(0).labels());
    assertEquals(0, coco.mask(1).largest(), "an image without objects");
    assertEquals(24, coco.image(0).width());
  }

  @Test
  void readsBoxesWithoutCrowds() {
    BoxSet coco = CocoInstances.read(ANNOTATIONS, IMAGES).boxes();

    assertEquals(List.of("car", "dog"), coco.classes());
    assertEquals(
        List.of(
            new LabelledBox(1, 2, 3, 10, 9),
            new LabelledBox(0, 4, 4, 7, 7),
            new LabelledBox(0, 12, 1, 20, 6)),
        coco.boxes(0));
    assertEquals(List.of(), coco.boxes(1));
  }

  @Test
  void objectsHaveTheMasksOfTheirOutlinesAndTheBoxesAroundThem() {
    CocoInstances file = CocoInstances.read(ANNOTATIONS, IMAGES);
    BoxSet coco = file.instances();
    List<CocoInstances.AnnotatedObject> all = file.annotated(true).get(0).objects();
    int crowds = (int) all.stream().filter(CocoInstances.AnnotatedObject::crowd).count();
    assertEquals(1, crowds);
    assertEquals(all.size(), coco.masks(0).size());
    assertEquals(all.size() - crowds, coco.boxes(0).size());
    assertEquals(crowds, coco.ignored(0).size());
    List<String> known =
        all.stream()
            .filter(object -> !object.crowd())
            .map(object -> object.mask().orElseThrow().compressed())
            .toList();
    assertEquals(
        known, coco.masks(0).stream().limit(known.size()).map(RunLengths::compressed).toList());
    for (int i = 0; i < known.size(); i++) {
      LabelledBox box = coco.boxes(0).get(i);
      assertArrayEquals(
          coco.masks(0).get(i).bounds(),
          new double[] {box.left(), box.top(), box.right(), box.bottom()});
    }
    assertEquals(List.of(), coco.masks(1));
    BoxSet chosen = new ReclassedBoxes(new ChosenBoxes(coco, new int[] {1, 0}), coco.classes());
    assertEquals(coco.masks(0), chosen.masks(1));
  }

  @Test
  void boxesAloneMakeNoMasks() throws IOException {
    String text = Files.readString(ANNOTATIONS).replace("\"segmentation\"", "\"outline\"");
    CocoInstances boxes =
        CocoInstances.read(Files.writeString(folder.resolve("a.json"), text), IMAGES);
    String message = assertThrows(DatasetException.class, boxes::instances).getMessage();
    assertTrue(message.contains("has an outline that can be used"), message);
  }

  @Test
  void decodesRunLengthsThatTheCocoApiCompressed() throws IOException {
    LabelMask noise = EvaluationFixtures.mask(EvaluationFixtures.path("coco/expected/noise.png"));
    String text = Files.readString(EvaluationFixtures.path("coco/expected/noise.rle"));

    BinaryMask decoded =
        RunLengths.compressed(noise.width(), noise.height(), text)
            .rasterise(noise.width(), noise.height());

    assertArrayEquals(BinaryMask.of(noise, label -> label == 1).inside(), decoded.inside());
  }

  @Test
  void refusesRunLengthsThatBreakOff() {
    assertThrows(IllegalArgumentException.class, () -> RunLengths.compressed(24, 24, "Q65;0"));
    assertThrows(IllegalArgumentException.class, () -> RunLengths.compressed(24, 24, "Q65;o"));
  }

  @Test
  void fillsSlantedPolygonsOfTheRightArea() {
    double[] quadrangle = {100.5, 100.2, 300.7, 140.3, 260.1, 310.9, 80.4, 280.6};
    double twice = 0;
    for (int i = 0; i < 8; i += 2) {
      double x = quadrangle[(i + 2) % 8];
      double y = quadrangle[(i + 3) % 8];
      twice += quadrangle[i] * y - x * quadrangle[i + 1];
    }

    int area = new Polygons(List.of(quadrangle)).rasterise(400, 400).area();

    assertEquals(twice / 2, area, 30, "pixels whose centres are inside");
  }

  @Test
  void explainsWhatIsWrong() throws IOException {
    assertMessage("\"iscrowd\": 0,", "\"iscrowd\": 0,,", "is not COCO's json (line ");
    assertMessage("\"category_id\": 18", "\"category_id\": 90", "has the category 90");
    assertMessage("\"image_id\": 7", "\"image_id\": 8", "annotates the image 8");
    assertMessage("\"images\"", "\"photos\"", "has 0 images");
  }

  @Test
  void refusesImagesOfAnotherSize() throws IOException {
    BoxSet coco = read("\"width\": 20", "\"width\": 21").boxes();

    String message = assertThrows(DatasetException.class, () -> coco.image(1)).getMessage();

    assertTrue(message.contains("20 x 20 pixels (width x height), but"), message);
  }

  private void assertMessage(String original, String damaged, String part) {
    String message =
        assertThrows(DatasetException.class, () -> read(original, damaged)).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count(), message);
  }

  private CocoInstances read(String original, String damaged) throws IOException {
    String text = Files.readString(ANNOTATIONS);
    assertTrue(text.contains(original), original);
    Path file = Files.writeString(folder.resolve("a.json"), text.replace(original, damaged));
    return CocoInstances.read(file, IMAGES);
  }
}
