package org.flsl.examples.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.examples.settings.Config;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images are learned from, and which are held out. */
class LabelSplitTest {
  private record Names(int size) implements LabelledImages {
    @Override
    public String name(int image) {
      return image == 4 ? "caf\u00e9.png" : image + ".png";
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      throw new UnsupportedOperationException("nobody looks");
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b");
    }
  }

  private static LabelSplit split(int images, double labels, double validation, long seed) {
    Config config =
        new SegmentationTask()
            .kind()
            .settings()
            .defaults()
            .with(TrainSettings.LABELS, labels)
            .with(TrainSettings.VALIDATION, validation)
            .with(TrainSettings.SEED, seed);
    return LabelSplit.of(new Names(images), config);
  }

  private static int[] both(LabelSplit split) {
    return IntStream.concat(IntStream.of(split.learned()), IntStream.of(split.held()))
        .sorted()
        .toArray();
  }

  @Test
  void everyImageIsLearnedFromOrHeldOut() {
    LabelSplit split = split(97, 100, 10, 1);
    assertArrayEquals(IntStream.range(0, 97).toArray(), both(split));
    assertEquals(10, split.held().length);
    assertArrayEquals(split.held(), split(97, 100, 10, 1).held());
    assertFalse(Arrays.equals(split.held(), split(97, 100, 10, 2).held()));
  }

  /** What is held out with few labels is not learned from with more. */
  @Test
  void aSmallerShareIsPartOfALarger() {
    LabelSplit large = split(60, 100, 25, 3);
    LabelSplit small = split(60, 30, 25, 3);
    assertEquals(18, both(small).length);
    assertEquals(5, small.held().length);
    assertTrue(Arrays.stream(small.held()).allMatch(i -> contains(large.held(), i)));
    assertTrue(Arrays.stream(small.learned()).allMatch(i -> contains(large.learned(), i)));
  }

  private static boolean contains(int[] all, int one) {
    return Arrays.stream(all).anyMatch(i -> i == one);
  }

  @Test
  void somethingIsHeldOutButNeverTheOnlyImage() {
    assertEquals(1, split(5, 100, 10, 1).held().length);
    assertEquals(0, split(5, 100, 0, 1).held().length);
    assertEquals(0, split(5, 1, 10, 1).held().length);
    assertEquals(1, split(5, 1, 10, 1).learned().length);
    LabelSplit half = split(2, 100, 50, 1);
    assertEquals(1, half.held().length);
    assertEquals(1, half.learned().length);
  }

  /** As an editor of Windows and a disk of macOS may have it. */
  @Test
  void aListMayHoldAMarkAndAccentsBehindTheirLetters(@TempDir Path folder) throws IOException {
    Path list = Files.writeString(folder.resolve("held.txt"), "\uFEFF2\r\ncafe\u0301.png\r\n");
    Config config =
        new SegmentationTask()
            .kind()
            .settings()
            .defaults()
            .with(TrainSettings.VALIDATION_LIST, list);
    assertArrayEquals(new int[] {2, 4}, LabelSplit.of(new Names(6), config).held());
  }
}
