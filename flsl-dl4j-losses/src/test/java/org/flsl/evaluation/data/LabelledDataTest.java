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
import java.util.Set;
import org.flsl.evaluation.LabelledFolders;
import org.flsl.layers.TokenGrid;
import org.flsl.views.decode.ImageDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class LabelledDataTest {
  private static final MaskReader INDICES = MaskReader.ofIndices(Set.of(255));

  @TempDir Path folder;

  private static void refused(Executable reading, String... parts) {
    String message = assertThrows(DatasetException.class, reading).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void masksAreReadAsIndicesWhateverTheirPalette() {
    LabelledFolders files = new LabelledFolders(folder).segmented(3, 2, 2, 1);
    ImagesAndMasks set = ImagesAndMasks.open(files.images(), files.masks(), INDICES);
    assertEquals(3, set.size());
    assertEquals(List.of("class 0", "class 1", "class 2"), set.classes());
    for (int i = 0; i < 3; i++) {
      LabelMask mask = set.mask(i);
      assertEquals(LabelMask.IGNORED, mask.label(3, 0));
      for (int y = 1; y < 16; y++) {
        for (int channel = 0; channel < 3; channel++) {
          int expected = mask.label(9, y) == channel ? 255 : 0;
          assertEquals(expected, set.image(i).toRgb().value(9, y, channel));
        }
      }
    }
    SegmentationCheck.all(set, new ImageDecoder());
  }

  @Test
  void coloursAreNamedByAFile() throws IOException {
    Path map =
        Files.writeString(folder.resolve("map.txt"), "# c\n0,0,255 sky\n\n255 0 0\tbig road\n");
    ColourMap colours = ColourMap.read(map);
    assertEquals(List.of("sky", "big road"), colours.classes());
    BufferedImage mask = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    mask.setRGB(0, 0, 0xff0000);
    mask.setRGB(1, 0, 0x0000ff);
    LabelledFolders.write(folder.resolve("m.png"), mask);
    MaskReader reader = MaskReader.ofColours(colours, Set.of());
    assertArrayEquals(new int[] {1, 0}, reader.read(folder.resolve("m.png")).labels());
    refused(() -> INDICES.read(folder.resolve("m.png")), "holds colours");

    mask.setRGB(1, 0, 0x00ff00);
    LabelledFolders.write(folder.resolve("m.png"), mask);
    refused(() -> reader.read(folder.resolve("m.png")), "colour 0 255 0 at (1, 0)");
    Files.writeString(map, "1 2 road\n");
    refused(() -> ColourMap.read(map), "line 1", "\"1 2 road\"");
    Files.writeString(map, "1 2 3 a\n1 2 3 b\n");
    refused(() -> ColourMap.read(map), "line 2");
  }

  @Test
  void aTokenTakesTheCommonestLabel() {
    int o = LabelMask.IGNORED;
    LabelMask mask = new LabelMask(4, 2, new int[] {0, 0, o, o, 1, 0, 2, o});
    assertArrayEquals(new int[] {0, 2}, mask.onGrid(new TokenGrid(1, 2)));
    assertArrayEquals(new int[] {0, o, 0, 2}, mask.onGrid(new TokenGrid(2, 2)));
    assertThrows(IllegalArgumentException.class, () -> mask.onGrid(new TokenGrid(1, 5)));
  }

  @Test
  void missingMasks() throws IOException {
    LabelledFolders files = new LabelledFolders(folder).segmented(3, 1, 1, 1);
    Files.delete(files.masks().resolve("1.png"));
    refused(
        () -> ImagesAndMasks.open(files.images(), files.masks(), INDICES),
        "Images without a mask: 1 of 3",
        "1.png");
    Path nowhere = folder.resolve("nowhere");
    refused(
        () -> ImagesAndMasks.open(files.images(), nowhere, INDICES),
        "There is no folder " + nowhere);
    refused(
        () -> ImagesAndMasks.open(files.images(), folder, INDICES),
        "None of the masks in " + folder + " has the name of an image: is it the right folder?",
        "needs ");
  }

  @Test
  void masksOfAnotherSize() {
    LabelledFolders files = new LabelledFolders(folder).segmented(2, 4, 4, 1);
    LabelledFolders.write(
        files.masks().resolve("1.png"), LabelledFolders.indexed(8, 9, new int[72]));
    ImagesAndMasks set = ImagesAndMasks.open(files.images(), files.masks(), INDICES);
    refused(
        () -> SegmentationCheck.all(set, new ImageDecoder()),
        "mask of 1.png has 8 x 9 pixels",
        "32 x 32 (width x height)");
  }

  @Test
  void labelsAboveTheClassCount() {
    LabelledFolders files = new LabelledFolders(folder).segmented(2, 4, 4, 1);
    ImagesAndMasks set =
        ImagesAndMasks.withClasses(files.images(), files.masks(), INDICES, List.of("a", "b"));
    refused(
        () -> SegmentationCheck.all(set, new ImageDecoder()),
        "has the label 2",
        "2 classes, 0 to 1");
  }

  @Test
  void nothingLabelled() {
    LabelledFolders files = new LabelledFolders(folder).segmented(2, 2, 2, 1);
    MaskReader all = MaskReader.ofIndices(Set.of(0, 1, 2, 255));
    refused(() -> ImagesAndMasks.open(files.images(), files.masks(), all), "no labelled pixel");
  }

  @Test
  void noMaskAtAll() throws IOException {
    LabelledFolders files = new LabelledFolders(folder).segmented(1, 1, 1, 1);
    Files.writeString(files.masks().resolve("0.png"), "text");
    refused(() -> ImagesAndMasks.open(files.images(), files.masks(), INDICES), "is no image");
  }

  @Test
  void classFolders() throws IOException {
    LabelledFolders files = new LabelledFolders(folder).categories(2);
    ClassFolders set = ClassFolders.open(files.images());
    assertEquals(List.of("class0", "class1", "class2"), set.classes());
    assertEquals(6, set.size());
    assertEquals("class1/0.png", set.name(2));
    assertEquals(1, set.category(2));
    refused(
        () -> ClassFolders.open(files.images(), List.of("a", "class0", "class1")),
        "missing [a]",
        "unknown [class2]");

    Files.createDirectories(files.images().resolve("empty"));
    refused(() -> ClassFolders.open(files.images()), "empty holds no image");
    Files.delete(files.images().resolve("empty"));
    Files.copy(files.images().resolve("class0/0.png"), files.images().resolve("0.png"));
    refused(() -> ClassFolders.open(files.images()), "0.png lies beside the class folders");
  }
}
