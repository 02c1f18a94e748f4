package org.flsl.evaluation.data;

import static java.awt.image.DataBuffer.TYPE_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.flsl.evaluation.LabelledFolders;
import org.flsl.views.DeepImages;
import org.flsl.views.decode.ImageDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged images are left out of every kind of set, and what remains keeps its labels. */
class ReadableImagesTest {
  @TempDir Path folder;

  private final ReadableImages readable = new ReadableImages(new ImageDecoder());

  private static void truncate(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
  }

  @Test
  void masksStayWithTheirImages() throws IOException {
    LabelledFolders files = new LabelledFolders(folder).segmented(4, 2, 2, 1);
    ImagesAndMasks set =
        ImagesAndMasks.open(files.images(), files.masks(), MaskReader.ofIndices(Set.of(255)));
    truncate(files.images().resolve(set.name(1)));

    SegmentationSet kept = readable.of(set);

    assertEquals(3, kept.size());
    int[] from = {0, 2, 3};
    for (int i = 0; i < 3; i++) {
      assertEquals(set.name(from[i]), kept.name(i));
      assertArrayEquals(set.mask(from[i]).labels(), kept.mask(i).labels());
    }
    assertEquals(1, readable.problems().size());
    assertEquals("1 that cannot be read", readable.leftOut());
  }

  @Test
  void categoriesStayWithTheirImages() throws IOException {
    for (String name : new String[] {"a/1.tif", "a/2.tif", "b/3.tif", "b/4.HEIC"}) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.write(folder.resolve(name), DeepImages.tiff(TYPE_BYTE, 8, 8, 3, 0, 1));
    }
    Files.createDirectories(folder.resolve("@eaDir"));
    truncate(folder.resolve("a/1.tif"));

    CategorySet kept = readable.of(ClassFolders.open(folder));

    assertEquals(2, kept.size());
    assertEquals(0, kept.category(0));
    assertEquals(1, kept.category(1));
    assertEquals(Optional.of(new ImageSize(8, 8)), readable.commonSize());
    assertTrue(readable.leftOut().contains("1 .heic (not supported)"), readable.leftOut());
    assertTrue(readable.leftOut().contains("1 system folder(s) @eaDir"), readable.leftOut());
    assertTrue(readable.leftOut().endsWith("1 that cannot be read"), readable.leftOut());
  }

  @Test
  void imagesOfOtherChannelsAreUnreadable() throws IOException {
    Files.write(folder.resolve("1.tif"), DeepImages.tiff(TYPE_BYTE, 8, 8, 3, 0, 1));
    Files.write(folder.resolve("2.tif"), DeepImages.tiff(TYPE_BYTE, 9, 8, 5, 0, 1));
    LabelledImages colours = readable.of(Photos.in(folder));
    LabelledImages bands =
        new ReadableImages(new ImageDecoder(Integer.MAX_VALUE, 5)).of(Photos.in(folder));

    assertEquals("1.tif", colours.name(0));
    assertEquals("2.tif", bands.name(0));
    assertEquals(2, colours.size() + bands.size());
  }

  @Test
  void nothingReadableIsOneClearLine() throws IOException {
    Files.writeString(folder.resolve("1.jpg"), "text");
    DatasetException e = assertThrows(DatasetException.class, () -> readable.of(Photos.in(folder)));
    assertTrue(e.getMessage().startsWith("None of the 1 images can be read"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void imagesOfManySizesHaveNoCommonOne() throws IOException {
    for (int i : IntStream.range(0, 3).toArray()) {
      Files.write(folder.resolve(i + ".tif"), DeepImages.tiff(TYPE_BYTE, 8 + i / 2, 8, 1, 0, 1));
    }
    readable.of(Photos.in(folder));
    assertEquals(Optional.empty(), readable.commonSize());
  }
}
