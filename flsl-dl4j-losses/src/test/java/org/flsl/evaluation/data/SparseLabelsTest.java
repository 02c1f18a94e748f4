package org.flsl.evaluation.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.LabelledFolders;
import org.flsl.evaluation.LinearProbe;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.RawPixels;
import org.flsl.evaluation.SegmentationBenchmark;
import org.flsl.views.decode.ImageDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes are the values that occur in masks, whatever the values are. */
class SparseLabelsTest {
  private static final int SIDE = 24;
  private static final MaskReader INDICES = MaskReader.ofIndices(Set.of(255));

  @TempDir Path folder;

  /** Three stripes of different grey. */
  private ImagesAndMasks stripes(String name, MaskReader reader, IntUnaryOperator value) {
    Path root = folder.resolve(name);
    for (int i = 0; i < 3; i++) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
      BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY);
      for (int p = 0; p < SIDE * SIDE; p++) {
        int stripe = (p % SIDE / 8 + i) % 3;
        image.getRaster().setSample(p % SIDE, p / SIDE, 0, 100 * stripe);
        mask.getRaster().setSample(p % SIDE, p / SIDE, 0, value.applyAsInt(stripe));
      }
      LabelledFolders.write(root.resolve("images").resolve(i + ".png"), image);
      LabelledFolders.write(root.resolve("masks").resolve(i + ".png"), mask);
    }
    return ImagesAndMasks.open(root.resolve("images"), root.resolve("masks"), reader);
  }

  private static List<Measured> measured(SegmentationSet train, SegmentationSet test) {
    return SegmentationBenchmark.builder(
            train, test, new ImagePreparation(new ImageSize(SIDE, SIDE)))
        .seeds(1)
        .probe(LinearProbe.training().steps(60).learningRate(0.05))
        .build()
        .measure(Candidate.of("raw pixels", new RawPixels(8)));
  }

  @Test
  void valuesWithGapsAreMeasuredLikeThoseWithout() {
    int[] far = {0, 127, 60_000};
    ImagesAndMasks sparse = stripes("sparse", INDICES, stripe -> far[stripe]);
    ImagesAndMasks dense = stripes("dense", INDICES, stripe -> stripe);

    assertEquals(List.of("class 0", "class 127", "class 60000"), sparse.classes());
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(dense.mask(i).labels(), sparse.mask(i).labels());
    }
    assertEquals(measured(dense, dense), measured(sparse, sparse));
  }

  @Test
  void twoSetsShareTheValuesOfBoth() {
    int[] few = {3, 9, 9};
    int[] all = {3, 9, 77};
    ImagesAndMasks train = stripes("train", INDICES, stripe -> few[stripe]);
    ImagesAndMasks test = stripes("test", INDICES, stripe -> all[stripe]);

    ImagesAndMasks known = train.withValuesOf(test);
    ImagesAndMasks asked = test.withValuesOf(train);

    assertEquals(List.of("class 3", "class 9", "class 77"), known.classes());
    assertEquals(known.classes(), asked.classes());
    assertArrayEquals(new int[] {0, 1}, LabelCounts.of(known).labels());
    assertArrayEquals(new int[] {0, 1, 2}, LabelCounts.of(asked).labels());
    assertEquals(1.0 / 3, LabelCounts.of(asked).share(2), 1e-12);
  }

  @Test
  void blackAndWhiteMasksAreExplained() {
    IntUnaryOperator white = stripe -> stripe == 2 ? 255 : 0;
    String message =
        assertThrows(DatasetException.class, () -> stripes("bw", INDICES, white)).getMessage();

    for (String part : List.of("the label 0 only", "33.3%", "ignored (255)", "ignore none")) {
      assertTrue(message.contains(part), message);
    }
    assertEquals(
        List.of("class 0", "class 255"),
        stripes("all", MaskReader.ofIndices(Set.of()), white).classes());
  }

  /** What JPEG or smooth resizing makes of two values. */
  @Test
  void valuesOfLossyMasksAreWarnedOf() {
    Random random = new Random(1);
    IntUnaryOperator lossy =
        stripe -> random.nextInt(10) > 0 ? 200 * (stripe / 2) : random.nextInt(200);
    try (Warnings warnings = new Warnings(ImagesAndMasks.class)) {
      stripes("dense", INDICES, stripe -> stripe);
      assertEquals(List.of(), warnings.all());
      ImagesAndMasks set = stripes("lossy", INDICES, lossy);
      String values = "hold %d values".formatted(set.classes().size());
      assertTrue(warnings.all().get(0).contains(values), warnings.all().toString());
    }
  }

  @Test
  void aSetOfOneClassIsRefused() {
    stripes("one", INDICES, stripe -> stripe);
    SegmentationSet set =
        ImagesAndMasks.withClasses(
            folder.resolve("one/images"),
            folder.resolve("one/masks"),
            MaskReader.ofIndices(Set.of(1, 2)),
            List.of("ground", "thing", "sky"));

    String message =
        assertThrows(DatasetException.class, () -> SegmentationCheck.all(set, new ImageDecoder()))
            .getMessage();

    assertTrue(message.contains("Only the class \"ground\" occurs"), message);
    assertTrue(message.contains("66.7%"), message);
  }

  @Test
  void classesThatOccurAreNumberedAnew() {
    ImagesAndMasks all = stripes("all", INDICES, stripe -> 2 * stripe);
    SegmentationSet named =
        ImagesAndMasks.withClasses(
            folder.resolve("all/images"),
            folder.resolve("all/masks"),
            INDICES,
            List.of("a", "b", "c", "d", "e"));

    SegmentationSet some = new ClassSubset(named, LabelCounts.of(named).labels());

    assertEquals(List.of("a", "c", "e"), some.classes());
    assertArrayEquals(all.mask(1).labels(), some.mask(1).labels());
  }
}
