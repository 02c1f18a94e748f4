package org.flsl.evaluation.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.flsl.evaluation.LabelledFolders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Files are found by the names that lists, annotations and other files have for them. */
class NamesInListsTest {
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final String COMPOSED = "Z\u00fcrich";
  private static final String DECOMPOSED = "Zu\u0308rich";

  @TempDir Path folder;

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void draw(String name, int label) {
    int[] labels = new int[16];
    labels[0] = label;
    LabelledFolders.write(folder.resolve(name), LabelledFolders.indexed(4, 4, labels));
  }

  private void voc(String list, String... photos) throws IOException {
    write("ImageSets/Main/all.txt", list);
    write("ImageSets/Segmentation/all.txt", list);
    for (String photo : photos) {
      String stem = photo.substring(0, photo.lastIndexOf('.'));
      draw("JPEGImages/" + photo, 0);
      draw("SegmentationClass/" + stem + ".png", 3);
      write(
          "Annotations/" + stem + ".xml",
          """
          <annotation><object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>
          <ymax>2</ymax></bndbox></object></annotation>""");
    }
  }

  private void assertReads(String... names) {
    PascalVoc voc = new PascalVoc(folder);
    SegmentationSet masks = voc.segmentation("all");
    BoxSet boxes = voc.boxes("all");
    assertEquals(List.of(names), List.of(masks.name(0), masks.name(1)));
    for (int i = 0; i < names.length; i++) {
      assertEquals(4, masks.image(i).width());
      assertEquals(3, masks.mask(i).label(0, 0));
      assertEquals(4, boxes.image(i).width());
      assertEquals(1, boxes.boxes(i).size());
    }
  }

  @Test
  void namesMayHoldBlanks() throws IOException {
    voc("my photo 1\n  at the sea \n", "my photo 1.jpg", "at the sea.jpg");
    assertReads("my photo 1", "at the sea");
  }

  @Test
  void listsOfOneClassHaveANumberBehindTheName() throws IOException {
    voc("my photo 1  1\nsea -1\n", "my photo 1.jpg", "sea.jpg");
    assertReads("my photo 1", "sea");
  }

  @Test
  void listsOfWindowsAreRead() throws IOException {
    voc(BYTE_ORDER_MARK + "a\r\nb\r\n", "a.jpg", "b.jpg");
    assertReads("a", "b");
  }

  @Test
  void photosHaveAnyFormat() throws IOException {
    voc("a\nb\n", "a.png", "b.JPG");
    assertReads("a", "b");
  }

  @Test
  @EnabledIfSystemProperty(named = "sun.jnu.encoding", matches = "UTF-8")
  void accentsAreAlikeHoweverTheyAreWritten() throws IOException {
    voc(COMPOSED + "\n" + DECOMPOSED + "2\n", DECOMPOSED + ".jpg", COMPOSED + "2.jpeg");
    assertReads(COMPOSED, DECOMPOSED + "2");
  }

  @Test
  void twoFilesThatLookAlikeAreNamed() throws IOException {
    voc("a\nb\n", "a.JPG", "a.Jpg", "b.jpg");
    String message =
        assertThrows(DatasetException.class, () -> new PascalVoc(folder).boxes("all")).getMessage();
    assertTrue(message.contains("2 files in its folder look like it"), message);
  }

  @Test
  void listsInOtherEncodingsAreRefused() throws IOException {
    voc("a\n", "a.jpg");
    byte[] latin = "\u00fc\n".getBytes(StandardCharsets.ISO_8859_1);
    Files.write(folder.resolve("ImageSets/Main/all.txt"), latin);
    String message =
        assertThrows(DatasetException.class, () -> new PascalVoc(folder).boxes("all")).getMessage();
    assertTrue(message.contains("no text in UTF-8"), message);
  }

  @Test
  @EnabledIfSystemProperty(named = "sun.jnu.encoding", matches = "UTF-8")
  void masksAreFoundInFoldersThatLookAlike() {
    draw("images/" + COMPOSED + "/1.png", 0);
    draw("masks/" + DECOMPOSED + "/1.png", 2);
    ImagesAndMasks set =
        ImagesAndMasks.open(
            folder.resolve("images"), folder.resolve("masks"), MaskReader.ofIndices(Set.of()));
    assertEquals(1, set.mask(0).label(0, 0));
    assertEquals(List.of("class 0", "class 2"), set.classes());
  }

  @Test
  @EnabledIfSystemProperty(named = "sun.jnu.encoding", matches = "UTF-8")
  void classesThatLookAlikeAreAlike() {
    draw("train/" + COMPOSED + "/1.png", 0);
    draw("train/Bern/1.png", 0);
    draw("test/" + DECOMPOSED + "/1.png", 0);
    draw("test/Bern/1.png", 0);
    ClassFolders train = ClassFolders.open(folder.resolve("train"));
    ClassFolders test = ClassFolders.open(folder.resolve("test"), train.classes());
    assertEquals(train.category(1), test.category(1));
  }

  @Test
  @EnabledIfSystemProperty(named = "sun.jnu.encoding", matches = "UTF-8")
  void imagesOfCocoAreFoundToo() throws IOException {
    draw(DECOMPOSED + ".PNG", 0);
    write(
        "a.json",
        """
        {"images": [{"id": 1, "file_name": "%s.png", "width": 4, "height": 4}], "annotations":
         [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 2]}],
         "categories": [{"id": 1, "name": "cat"}]}"""
            .formatted(COMPOSED));
    CocoInstances coco = CocoInstances.read(folder.resolve("a.json"), folder);
    assertEquals(List.of(), coco.missing());
    assertEquals(4, coco.boxes().image(0).width());
  }

  @Test
  void coloursOfWindowsAreRead() throws IOException {
    write("map.txt", BYTE_ORDER_MARK + "0 0 255 sky\r\n255 0 0 road\r\n");
    assertEquals(List.of("sky", "road"), ColourMap.read(folder.resolve("map.txt")).classes());
  }

  @Test
  void framesAreCounted() throws IOException {
    for (int i = 8; i < 12; i++) {
      draw("JPEGImages/480p/my dog 1/frame" + i + ".jpg", 0);
      draw("Annotations/480p/my dog 1/frame" + i + ".png", 1);
    }
    for (String frame : List.of("2", "010", "9")) {
      draw("JPEGImages/480p/cat/" + frame + ".png", 0);
    }
    write("ImageSets/2017/val.txt", "my dog 1\ncat\n");
    List<DavisSequence> videos = new Davis(folder, "480p").listed("2017/val");
    assertEquals(
        List.of("frame8.jpg", "frame9.jpg", "frame10.jpg", "frame11.jpg"), names(videos.get(0)));
    assertEquals(List.of("2.png", "9.png", "010.png"), names(videos.get(1)));
    assertEquals(1, videos.get(0).annotation(2).label(0, 0));
  }

  private static List<String> names(DavisSequence video) {
    return video.frames().stream().map(frame -> frame.getFileName().toString()).toList();
  }
}
