package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.flsl.evaluation.data.ClassFolders;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ImagesAndMasks;
import org.flsl.evaluation.data.MaskReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarksTest {
  @TempDir Path folder;

  private ImagesAndMasks squares(String name, int count, long seed) {
    LabelledFolders files = new LabelledFolders(folder.resolve(name)).segmented(count, 3, 4, seed);
    return ImagesAndMasks.open(files.images(), files.masks(), MaskReader.ofIndices(Set.of(255)));
  }

  private static Measured named(List<Measured> all, String measure) {
    return all.stream().filter(m -> m.measure().equals(measure)).findFirst().orElseThrow();
  }

  /** The colour is the class: whoever mixes up images, tokens, masks or places fails. */
  @Test
  void colouredSquaresAreSegmentedByTheirPixels() {
    ImagePreparation preparation = new ImagePreparation(new ImageSize(24, 32));
    List<Measured> results =
        SegmentationBenchmark.builder(squares("a", 20, 1), squares("b", 7, 2), preparation)
            .seeds(2)
            .tokens(200)
            .batch(3)
            .probe(LinearProbe.training().steps(200).learningRate(0.05))
            .build()
            .measure(Candidate.of("raw pixels", new RawPixels(8)));
    assertEquals(6, results.size());
    for (Measured result : results) {
      assertEquals(2, result.values().size());
      assertEquals("raw pixels", result.features());
    }
    // Between two squares the scores are blended, and in a corner of three the third may win.
    assertTrue(named(results, "k-NN pixel accuracy").mean() > 0.95, results.toString());
    assertTrue(named(results, "linear probe pixel accuracy").mean() > 0.95, results.toString());
    assertTrue(named(results, "k-means pixel accuracy").mean() > 0.9, results.toString());
    assertTrue(named(results, "k-NN mIoU").mean() > 0.92, results.toString());
  }

  @Test
  void colouredImagesAreClassifiedByTheirPixels() {
    ClassFolders set = ClassFolders.open(new LabelledFolders(folder).categories(3).images());
    List<Measured> results =
        CategoryBenchmark.builder(set, set, new ImagePreparation(new ImageSize(16, 16)))
            .seeds(1)
            .neighbours(2, 0.1)
            .probe(LinearProbe.training().steps(100))
            .build()
            .measure(Candidate.of("raw pixels", new RawPixels(8)));
    assertEquals(1, named(results, "k-NN accuracy").mean());
    assertEquals(1, named(results, "linear probe accuracy").mean());
  }

  @Test
  void meanAndSpread() {
    Measured measured = new Measured("m", "f", List.of(1., 2., 6.));
    assertEquals(3, measured.mean());
    assertEquals(Math.sqrt(7), measured.spread(), 1e-12);
    assertEquals(0, new Measured("m", "f", List.of(1.)).spread());
  }
}
