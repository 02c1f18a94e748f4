package org.flsl.evaluation.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.flsl.evaluation.LabelledFolders;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.decode.ImageHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels lie where their objects are, however the camera was held. */
class TurnedLabelsTest {
  private static final MaskReader INDICES = MaskReader.ofIndices(Set.of(255));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void masksOfStoredPixelsAreTurnedWithTheirPhotos(int orientation) throws IOException {
    photo("a", orientation, ExifPhoto.WIDTH, ExifPhoto.HEIGHT);
    mask("a", ExifPhoto.stored(ExifPhoto.WIDTH, ExifPhoto.HEIGHT));

    assertLabelsOnTheWhite(open(INDICES));
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, 7, 8})
  void masksOfUprightPhotosStayWhereSizesTell(int orientation) throws IOException {
    photo("a", orientation, ExifPhoto.WIDTH, ExifPhoto.HEIGHT);
    uprightMask("a");

    assertLabelsOnTheWhite(open(INDICES));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void masksOfUprightPhotosStayWhereOneSaysSo(int orientation) throws IOException {
    photo("a", orientation, ExifPhoto.WIDTH, ExifPhoto.HEIGHT);
    uprightMask("a");

    try (Warnings warnings = new Warnings(Turns.class)) {
      assertLabelsOnTheWhite(open(INDICES.drawnOn(DrawnOn.UPRIGHT)));
      assertEquals(List.of(), warnings.all());
    }
  }

  @Test
  void whereSizesDoNotTellOneIsWarned() throws IOException {
    photo("a", 3, ExifPhoto.WIDTH, ExifPhoto.HEIGHT);
    photo("b", 6, 32, 32);
    photo("c", 1, 32, 32);
    for (String name : List.of("a", "b", "c")) {
      mask(name, ImageIO.read(folder.resolve("images/" + name + ".jpg").toFile()));
    }

    try (Warnings warnings = new Warnings(Turns.class)) {
      assertLabelsOnTheWhite(open(INDICES));
      assertEquals(1, warnings.all().size());
      assertTrue(warnings.all().get(0).startsWith("2 of 3 photos"), warnings.all().get(0));
      assertTrue(warnings.all().get(0).contains("taken: stored"), warnings.all().get(0));
    }
  }

  /** A tool that turned the photos of which sizes tell turned the others as well. */
  @Test
  void otherPhotosOfTheSetTell() throws IOException {
    photo("a", 3, ExifPhoto.WIDTH, ExifPhoto.HEIGHT);
    photo("b", 8, ExifPhoto.WIDTH, ExifPhoto.HEIGHT);
    uprightMask("a");
    uprightMask("b");

    try (Warnings warnings = new Warnings(Turns.class)) {
      assertLabelsOnTheWhite(open(INDICES));
      assertTrue(warnings.all().get(0).contains("taken: upright"), warnings.all().get(0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void outlinesAndBoxesOfCocoAreTurned(int orientation) throws IOException {
    photo("a", orientation, ExifPhoto.WIDTH, ExifPhoto.HEIGHT);
    Path json =
        Files.writeString(
            folder.resolve("a.json"),
            """
            {"images": [{"id": 1, "file_name": "a.jpg", "width": 48, "height": 32}],
             "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 8, 16, 8],
                              "segmentation": [[0, 8, 16, 8, 16, 16, 0, 16]]}],
             "categories": [{"id": 1, "name": "white"}]}
            """);
    CocoInstances coco = CocoInstances.read(json, folder.resolve("images"));

    assertLabelsOnTheWhite(coco.segmentation());
    assertBoxOnTheWhite(coco.boxes());
    assertBoxOnTheWhite(coco.instances());
  }

  @ParameterizedTest
  @CsvSource({"3, 48, 32", "6, 48, 32", "7, 0, 0", "4, 0, 0"})
  void masksAndBoxesOfVocAreTurned(int orientation, int width, int height) throws IOException {
    BufferedImage image = ExifPhoto.stored(ExifPhoto.WIDTH, ExifPhoto.HEIGHT);
    ExifPhoto.write(folder.resolve("JPEGImages/a.jpg"), image, orientation);
    LabelledFolders.write(folder.resolve("SegmentationClass/a.png"), labels(image));
    LabelledFolders.write(folder.resolve("SegmentationObject/a.png"), labels(image));
    write(
        "Annotations/a.xml",
        """
        <annotation><size><width>%d</width><height>%d</height></size><object><name>white</name>
        <bndbox><xmin>1</xmin><ymin>9</ymin><xmax>16</xmax><ymax>16</ymax></bndbox></object>
        </annotation>"""
            .formatted(width, height));
    write("ImageSets/Main/all.txt", "a\n");
    write("ImageSets/Segmentation/all.txt", "a\n");
    PascalVoc voc = new PascalVoc(folder);

    assertLabelsOnTheWhite(voc.segmentation("all"));
    assertBoxOnTheWhite(voc.boxes("all"));
    assertBoxOnTheWhite(voc.instances("all"));
  }

  @Test
  void framesOfVideosAreUpright() throws IOException {
    BufferedImage image = ExifPhoto.stored(ExifPhoto.WIDTH, ExifPhoto.HEIGHT);
    ExifPhoto.write(folder.resolve("JPEGImages/480p/dog/0.jpg"), image, 3);
    Files.createDirectories(folder.resolve("Annotations/480p/dog"));

    String message =
        assertThrows(DatasetException.class, () -> new Davis(folder, "480p").all()).getMessage();

    assertTrue(message.contains("EXIF orientation"), message);
  }

  /** The header tells what the decoder does, in every format. */
  @ParameterizedTest
  @CsvSource({
    "exif3.jpg, 3", "exif5.jpg, 5", "exif6.jpg, 6", "exif8.jpg, 8", "exif6.png, 6", "exif6.tif, 6",
    "exif6.webp, 6", "rgb.jpg, 1", "rgb.png, 1", "rgb.tif, 1", "rgb.webp, 1", "rgb.gif, 1"
  })
  void orientationsAreRead(String name, int orientation) throws IOException {
    assertEquals(
        orientation,
        ImageHeader.of(Path.of("src/test/resources/images").resolve(name)).orientation());
  }

  private SegmentationSet open(MaskReader reader) {
    return ImagesAndMasks.open(folder.resolve("images"), folder.resolve("masks"), reader);
  }

  private void photo(String name, int orientation, int width, int height) throws IOException {
    ExifPhoto.write(
        folder.resolve("images/" + name + ".jpg"), ExifPhoto.stored(width, height), orientation);
  }

  private void mask(String name, BufferedImage image) {
    LabelledFolders.write(folder.resolve("masks/" + name + ".png"), labels(image));
  }

  /** Drawn by one who sees the photo as it is meant. */
  private void uprightMask(String name) {
    var seen =
        StoredImage.read(folder.resolve("images/" + name + ".jpg"), new ImageDecoder()).toRgb();
    BufferedImage image =
        new BufferedImage(seen.width(), seen.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < seen.height(); y++) {
      for (int x = 0; x < seen.width(); x++) {
        image.setRGB(x, y, seen.value(x, y, 0) * 0x10101);
      }
    }
    mask(name, image);
  }

  private static BufferedImage labels(BufferedImage image) {
    BufferedImage mask =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        mask.getRaster().setSample(x, y, 0, (image.getRGB(x, y) & 0xff) > 128 ? 1 : 0);
      }
    }
    return mask;
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void assertLabelsOnTheWhite(SegmentationSet set) {
    SegmentationCheck.all(set, new ImageDecoder());
    for (int i = 0; i < set.size(); i++) {
      var image = set.image(i).toRgb();
      LabelMask mask = set.mask(i);
      for (int y = 0; y < mask.height(); y++) {
        for (int x = 0; x < mask.width(); x++) {
          int expected = image.value(x, y, 0) > 128 ? 1 : 0;
          assertEquals(expected, mask.label(x, y), set.name(i) + " at " + x + ", " + y);
        }
      }
    }
  }

  private static void assertBoxOnTheWhite(BoxSet set) {
    var image = set.image(0).toRgb();
    LabelledBox box = set.boxes(0).get(0);
    assertEquals(16 * 8, box.area());
    for (int y = (int) box.top(); y < box.bottom(); y++) {
      for (int x = (int) box.left(); x < box.right(); x++) {
        assertTrue(image.value(x, y, 0) > 128, box + " at " + x + ", " + y);
      }
    }
  }
}
