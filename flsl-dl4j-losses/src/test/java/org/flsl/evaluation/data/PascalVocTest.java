package org.flsl.evaluation.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flsl.evaluation.LabelledFolders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PascalVocTest {

  @TempDir Path folder;

  private final PascalVoc voc = new PascalVoc(EvaluationFixtures.path("voc"));

  @Test
  void readsMasksWithVoidRims() {
    SegmentationSet val = voc.segmentation("val");

    assertEquals(2, val.size());
    assertEquals("2007_000001", val.name(0));
    LabelMask mask = val.mask(0);
    assertEquals(val.image(0).width(), mask.width());
    assertEquals(val.image(0).height(), mask.height());
    assertEquals("cat", val.classes().get(mask.label(10, 10)));
    assertEquals(LabelMask.IGNORED, mask.label(4, 5));
    assertEquals(0, mask.label(0, 0));
    assertEquals(20 * 14, BinaryMask.of(mask, label -> label == 8).area());
  }

  @Test
  void readsBoxesWithoutDifficultOnesAndWithoutParts() {
    BoxSet val = voc.boxes("val");

    assertEquals(List.of("cat", "person"), val.classes());
    // Pixels 6 to 25, counted from 1, are those between the edges 5 and 25.
    assertEquals(List.of(new LabelledBox(0, 5, 6, 25, 20)), val.boxes(0));
    assertEquals(List.of(new LabelledBox(1, 8, 4, 20, 16)), val.boxes(1));
  }

  /** Two numbered rectangles in the first image, the one on the cat, the other on the ground. */
  private void number(int width, int height) throws IOException {
    EvaluationFixtures.copy("voc", folder);
    Path objects = Files.createDirectories(folder.resolve("SegmentationObject"));
    SegmentationSet val = new PascalVoc(folder).segmentation("val");
    for (int image = 0; image < val.size(); image++) {
      boolean isFirst = image == 0;
      LabelMask like = val.mask(image);
      int columns = isFirst ? width : like.width();
      int[] labels = new int[columns * (isFirst ? height : like.height())];
      for (int i = 0; i < labels.length; i++) {
        int x = i % columns;
        int y = i / columns;
        boolean inside = x >= 4 && x < 15 && y >= 8 && y < 12;
        boolean ground = x < 2 && y < 2;
        labels[i] = !isFirst ? 0 : inside ? 3 : ground ? 1 : 0;
      }
      try (OutputStream out = Files.newOutputStream(objects.resolve(val.name(image) + ".png"))) {
        IndexedPng.write(
            new LabelMask(columns, labels.length / columns, labels), Palette.PASCAL_VOC, out);
      }
    }
  }

  @Test
  void objectsAreNumberedInOneMaskAndClassedInTheOther() throws IOException {
    LabelMask like = voc.segmentation("val").mask(0);
    number(like.width(), like.height());
    try (Warnings warnings = new Warnings(VocInstances.class)) {
      BoxSet val = new PascalVoc(folder).instances("val");
      int cat = val.classes().indexOf("cat");
      assertEquals(20, val.classes().size());
      assertEquals(List.of(new LabelledBox(cat, 4, 8, 15, 12)), val.boxes(0));
      assertEquals(11 * 4, val.masks(0).get(0).area());
      assertEquals(like.width(), val.image(0).width());
      assertEquals(List.of(), val.boxes(1));
      assertTrue(
          warnings.all().get(0).contains("objects without a class, left out: 1 of 2"),
          warnings.all().toString());
    }
  }

  @Test
  void masksOfObjectsHaveTheSizeOfThoseOfClassesAndNoObjectIsAnError() throws IOException {
    LabelMask like = voc.segmentation("val").mask(0);
    number(like.width() + 1, like.height());
    String message = message(() -> new PascalVoc(folder).instances("val"));
    assertTrue(message.contains("The mask of objects ") && message.contains("expected the same"));
    for (Path mask :
        ImageList.read(folder.resolve("ImageSets/Segmentation/val.txt"), n -> true).stream()
            .map(name -> folder.resolve("SegmentationClass/" + name + ".png"))
            .toList()) {
      Path objects = folder.resolve("SegmentationObject").resolve(mask.getFileName());
      LabelMask classes = EvaluationFixtures.mask(mask);
      try (OutputStream out = Files.newOutputStream(objects)) {
        IndexedPng.write(
            new LabelMask(
                classes.width(), classes.height(), new int[classes.width() * classes.height()]),
            Palette.PASCAL_VOC,
            out);
      }
    }
    assertTrue(
        message(() -> new PascalVoc(folder).instances("val")).contains("None of the 0 objects"));
  }

  @Test
  void readsListsOfOneClass() {
    assertEquals(2, voc.boxes("cat_val").size());
  }

  @Test
  void saysWhichSplitsThereAre() {
    String message = message(() -> voc.boxes("train"));

    assertTrue(message.contains("cat_val, val"), message);
  }

  @Test
  void refusesLabelsAboveTheClasses() {
    SegmentationSet few = voc.segmentation("val", List.of("ground", "thing"));

    String message = message(() -> few.mask(0));

    assertTrue(message.contains("the label 8, but there are 2 classes"), message);
  }

  @Test
  void saysWhichMaskIsMissing() throws IOException {
    EvaluationFixtures.copy("voc", folder);
    Files.delete(folder.resolve("SegmentationClass/2007_000002.png"));

    String message = message(() -> new PascalVoc(folder).segmentation("val").mask(1));

    assertTrue(message.contains("2007_000002.png"), message);
  }

  private static String object(String name, int left, int top, int right, int bottom) {
    return "<object><name>%s</name><bndbox><xmin>%d</xmin><ymin>%d</ymin><xmax>%d</xmax><ymax>%d</ymax></bndbox></object>"
        .formatted(name, left, top, right, bottom);
  }

  private BoxSet boxes(String... annotations) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("JPEGImages"));
    Path labels = Files.createDirectories(folder.resolve("Annotations"));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < annotations.length; i++) {
      LabelledFolders.write(
          photos.resolve(i + ".png"), new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB));
      Files.writeString(
          labels.resolve(i + ".xml"), "<annotation>" + annotations[i] + "</annotation>");
      names.add(String.valueOf(i));
    }
    names.add("0");
    Files.write(folder.resolve("train.txt"), names);
    return new PascalVoc(folder).boxes("train");
  }

  @Test
  void badBoxesAreCountedAndAnImageWithoutObjectsIsANegative() throws IOException {
    try (Warnings checked = new Warnings(CheckedBoxes.class);
        Warnings voc = new Warnings(PascalVoc.class);
        Warnings lists = new Warnings(ImageList.class)) {
      BoxSet set =
          boxes(
              object("a", 5, 5, 30, 30)
                  + object("a", 500, 5, 530, 30)
                  + object("b", 30, 30, 11, 6)
                  + object("b", 5, 7, 4, 20)
                  + object("b", 5, 5, 300, 30),
              "",
              "<size><width>640</width><height>480</height></size>" + object("c", 1, 1, 9, 9));
      assertEquals(3, set.size(), "a name that comes again counts once");
      assertEquals(List.of("a", "b", "c"), set.classes());
      assertEquals(
          List.of(
              new LabelledBox(0, 4, 4, 30, 30),
              new LabelledBox(1, 11, 6, 29, 29),
              new LabelledBox(1, 4, 4, 64, 30)),
          set.boxes(0));
      assertEquals(List.of(), set.boxes(1));
      String all = checked.all() + "" + voc.all() + lists.all();
      for (String part :
          List.of(
              "which are exchanged: 1 of 6",
              "boxes without an area, left out: 1 of 6",
              "boxes outside of their photo, left out: 1 of 6",
              "which end at its edges: 1 of 6",
              "where boxes may lie elsewhere: 1 of 3",
              "2.png has 64 x 48 pixels (width x height), not 640 x 480",
              "lines that repeat a name, which counts once: 1")) {
        assertTrue(all.contains(part), () -> part + "\nis not in\n" + all);
      }
    }
  }

  @Test
  void objectsWithoutANameAreRefused() throws IOException {
    boxes(object("a", 1, 1, 9, 9));
    Path annotation = folder.resolve("Annotations/0.xml");
    Files.writeString(annotation, Files.readString(annotation).replace(">a<", "> <"));

    String message = message(() -> new PascalVoc(folder).boxes("train"));

    assertTrue(message.contains("the <name> of an object is empty"), message);
  }

  @Test
  void readsNoFilesThroughEntities() throws IOException {
    EvaluationFixtures.copy("voc", folder);
    Path annotation = folder.resolve("Annotations/2007_000001.xml");
    Path secret = Files.writeString(folder.resolve("secret.txt"), "secret");
    String xml = Files.readString(annotation).replace("<name>cat", "<name>&leak;");
    Files.writeString(
        annotation, "<!DOCTYPE a [<!ENTITY leak SYSTEM \"" + secret.toUri() + "\">]>" + xml);

    String message = message(() -> new PascalVoc(folder).boxes("val"));

    assertTrue(message.contains("2007_000001.xml"), message);
    assertFalse(message.contains("secret"), message);
  }

  @Test
  void saysWhatAnAnnotationLacks() throws IOException {
    EvaluationFixtures.copy("voc", folder);
    Path annotation = folder.resolve("Annotations/2007_000001.xml");
    Files.writeString(annotation, Files.readString(annotation).replace("xmin", "left"));

    String message = message(() -> new PascalVoc(folder).boxes("val"));

    assertTrue(message.contains("there is no <xmin> in <bndbox>"), message);
  }

  private static String message(Runnable call) {
    String message = assertThrows(DatasetException.class, call::run).getMessage();
    assertEquals(1, message.lines().count(), message);
    return message;
  }
}
