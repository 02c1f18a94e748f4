package org.flsl.evaluation.data;

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
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Boxes in text files, good ones and bad ones. */
class TextBoxesTest {
  @TempDir Path folder;

  private void image(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(new BufferedImage(100, 50, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
  }

  private void write(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(lines));
  }

  private BoxSet yolo() {
    return TextBoxes.yolo(
        folder.resolve("images"), folder.resolve("labels"), List.of("cat", "dog"), DrawnOn.UNKNOWN);
  }

  @Test
  void yoloBoxesAreSharesOfTheImageAndAnImageWithoutLabelsIsANegative() throws IOException {
    image("images/a/1.png");
    image("images/a/2.png");
    image("images/3.png");
    write("labels/a/1.txt", "1 0.5 0.5 0.2 0.4", "", "0 0.1 0.1 0.3 0.1 0.3 0.9");
    write("labels/3.txt");
    write("labels/classes.txt", "cat", "dog");
    BoxSet set = yolo();
    assertEquals(3, set.size());
    assertEquals(List.of("3.png", "a/1.png", "a/2.png"), names(set));
    assertEquals(
        List.of(new LabelledBox(1, 40, 15, 60, 35), new LabelledBox(0, 10, 5, 30, 45)),
        rounded(set.boxes(1)));
    assertEquals(List.of(), set.boxes(0));
    assertEquals(List.of(), set.boxes(2));
  }

  @Test
  void linesOfYoloThatAreNeitherBoxesNorOutlinesAreCounted() throws IOException {
    image("images/1.png");
    write("labels/1.txt", "1 0.5 0.5 0.2 0.4", "0 0.5 0.5 0.2 0.4 0.93", "0 .1 .1 .2 .2 .3 .3 2");
    BoxSet[] set = new BoxSet[1];
    List<String> warnings = warnings(() -> set[0] = yolo());
    assertEquals(List.of(new LabelledBox(1, 40, 15, 60, 35)), rounded(set[0].boxes(0)));
    assertTrue(
        warnings.toString().contains("lines that are no boxes, left out: 2 of 3"),
        warnings::toString);
  }

  @Test
  void decimalCommasAreNoNumbers() throws IOException {
    image("images/1.png");
    write("labels/1.txt", "1, 0.5, 0.5, 0.2, 0.4", "0 0,5 0,5 0,1 0,1", "0,0.5,0.5,0.2,0.4");
    BoxSet[] set = new BoxSet[1];
    List<String> warnings = warnings(() -> set[0] = yolo());
    assertEquals(2, set[0].boxes(0).size());
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(
        warnings
            .get(0)
            .contains("lines that are no boxes, left out: 1 of 3, the first: line 2 of "),
        warnings::toString);
    assertTrue(
        warnings
            .get(0)
            .endsWith(
                "\"0 0,5 0,5 0,1 0,1\", whose numbers cannot be read (decimals have a point)"),
        warnings::toString);
  }

  @Test
  void photosOfOneNameHaveTheSameLabels() throws IOException {
    image("images/1.png");
    image("images/1.PNG");
    write("labels/1.txt", "1 0.5 0.5 0.2 0.4");
    BoxSet set = yolo();
    List<LabelledBox> box = List.of(new LabelledBox(1, 40, 15, 60, 35));
    for (int i = 0; i < set.size(); i++) {
      assertEquals(box, rounded(set.boxes(i)), set.name(i));
    }
  }

  private static List<String> warnings(Runnable reading) {
    try (Warnings read = new Warnings(TextBoxes.class);
        Warnings checked = new Warnings(CheckedBoxes.class)) {
      reading.run();
      return Stream.concat(read.all().stream(), checked.all().stream()).toList();
    }
  }

  private static List<String> names(BoxSet set) {
    return IntStream.range(0, set.size()).mapToObj(set::name).toList();
  }

  private static List<LabelledBox> rounded(List<LabelledBox> boxes) {
    return boxes.stream()
        .map(
            box ->
                new LabelledBox(
                    box.category(),
                    Math.rint(box.left() * 1e6) / 1e6,
                    Math.rint(box.top() * 1e6) / 1e6,
                    Math.rint(box.right() * 1e6) / 1e6,
                    Math.rint(box.bottom() * 1e6) / 1e6))
        .toList();
  }

  @Test
  void badLabelsAreCountedAndTheOthersStay() throws IOException {
    image("images/1.png");
    write(
        "labels/1.txt",
        "0 0.5 0.5 0.2 0.4",
        "7 0.5 0.5 0.2 0.4",
        "0 0.5 0.5 0 0.4",
        "0 3.5 0.5 0.2 0.4",
        "0 0.9 0.5 0.4 0.4",
        "1 0.5 0.5 -0.2 0.4",
        "1 0.5 NaN 0.2 0.4",
        "a cat",
        "0 0.5");
    write("labels/2.txt", "0 0.5 0.5 0.2 0.4");
    BoxSet[] set = new BoxSet[1];
    List<String> warnings = warnings(() -> set[0] = yolo());
    assertEquals(
        List.of(
            new LabelledBox(0, 40, 15, 60, 35),
            new LabelledBox(0, 70, 15, 100, 35),
            new LabelledBox(1, 40, 15, 60, 35)),
        rounded(set[0].boxes(0)));
    String all = warnings.stream().collect(Collectors.joining("\n"));
    for (String part :
        List.of(
            "lines that are no boxes, left out: 3 of 9",
            "boxes of a class without a name, left out: 1 of 9, the first: class 7, of 0 to 1",
            "files of labels that belong to no image: 1 of 2",
            "boxes without an area, left out: 1 of 5",
            "boxes outside of their photo, left out: 1 of 5",
            "which end at its edges: 1 of 5",
            "which are exchanged: 1 of 5")) {
      assertTrue(all.contains(part), () -> part + "\nis not in\n" + all);
    }
  }

  @Test
  void nothingThatCanBeUsedIsOneLine() throws IOException {
    image("images/1.png");
    write("labels/1.txt", "5 0.5 0.5 0.2 0.4");
    String message = assertThrows(DatasetException.class, this::yolo).getMessage();
    assertTrue(message.contains("None of the 1 lines") && message.contains("class 5"), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void visDroneIgnoresRegionsAndOthers() throws IOException {
    image("images/9.png");
    write(
        "annotations/9.txt",
        "10,20,30,10,1,4,0,0",
        "0,0,20,20,0,0,0,0",
        "50,0,20,20,1,11,0,0",
        "60,30,5,5,1,1,0,1");
    BoxSet set =
        TextBoxes.visDrone(
            folder.resolve("images"), folder.resolve("annotations"), DrawnOn.UNKNOWN);
    assertEquals(10, set.classes().size());
    assertEquals(
        List.of(new LabelledBox(3, 10, 20, 40, 30), new LabelledBox(0, 60, 30, 65, 35)),
        set.boxes(0));
    // Of no class, and so in the way of none.
    LabelledBox region = new LabelledBox(0, 0, 0, 20, 20);
    LabelledBox others = new LabelledBox(0, 50, 0, 70, 20);
    assertEquals(
        Stream.of(region, others).flatMap(box -> IntStream.range(0, 10).mapToObj(box::of)).toList(),
        set.ignored(0));
  }

  @Test
  void uavdtKnowsFramesByTheirNumbers() throws IOException {
    image("images/M0101/img000001.png");
    image("images/M0101/img000012.png");
    image("images/M0203/img000012.png");
    write("GT/M0101_gt_whole.txt", "1,1,10,20,30,10,1,1,1", "12,1,11,20,30,10,1,1,3");
    write("GT/M0101_gt_ignore.txt", "12,-1,0,0,20,20,-1,-1,-1");
    write("GT/M0101_gt.txt", "1,1,10,20,30,10,1,-1,-1");
    write("GT/M0203_gt_whole.txt", "12,1,50,20,30,10,1,1,2", "13,1,50,20,30,10,1,1,2");
    BoxSet[] set = new BoxSet[1];
    List<String> warnings =
        warnings(
            () ->
                set[0] =
                    TextBoxes.uavdt(
                        folder.resolve("images"), folder.resolve("GT"), DrawnOn.UNKNOWN));
    assertEquals(List.of(new LabelledBox(0, 10, 20, 40, 30)), set[0].boxes(0));
    assertEquals(List.of(new LabelledBox(2, 11, 20, 41, 30)), set[0].boxes(1));
    LabelledBox region = new LabelledBox(0, 0, 0, 20, 20);
    assertEquals(List.of(region, region.of(1), region.of(2)), set[0].ignored(1));
    assertEquals(List.of(new LabelledBox(1, 50, 20, 80, 30)), set[0].boxes(2));
    assertTrue(warnings.toString().contains("frame 13"), warnings::toString);
  }

  @Test
  void namesOfClassesComeFromTextAndYaml() throws IOException {
    write("classes.txt", "cat", "", "dog");
    write("list.yaml", "nc: 2", "names: [cat, dog]");
    write("map.yaml", "names:", "  1: dog", "  0: cat");
    write("twice.txt", "cat", "cat");
    for (String file : List.of("classes.txt", "list.yaml", "map.yaml")) {
      assertEquals(List.of("cat", "dog"), ClassNames.read(folder.resolve(file)), file);
    }
    assertTrue(
        assertThrows(DatasetException.class, () -> ClassNames.read(folder.resolve("twice.txt")))
            .getMessage()
            .contains("twice"));
    assertThrows(DatasetException.class, () -> ClassNames.read(folder.resolve("none.txt")));
  }

  @Test
  void numbersOfClassesHaveNoGaps() throws IOException {
    write("FROM1.YAML", "names:", "  1: dog", "  2: cat");
    DatasetException error =
        assertThrows(DatasetException.class, () -> ClassNames.read(folder.resolve("FROM1.YAML")));
    assertTrue(
        error.getMessage().contains("numbers its names [1, 2]: expected 0 to 1"),
        error.getMessage());
  }

  @Test
  void classesOfTwoSetsGetTheSameNumbers() throws IOException {
    image("images/1.png");
    write("labels/1.txt", "1 0.5 0.5 0.2 0.4");
    BoxSet dogs = new ReclassedBoxes(yolo(), List.of("dog", "horse", "cat"));
    assertEquals(0, dogs.boxes(0).get(0).category());
    assertEquals(
        List.of("dog", "horse", "cat"), ReclassedBoxes.union(dogs, yolo()), "first come first");
    assertThrows(IllegalArgumentException.class, () -> new ReclassedBoxes(yolo(), List.of("dog")));
  }
}
