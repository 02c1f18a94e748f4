package org.flsl.views.transforms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.datavec.api.io.labels.ParentPathLabelGenerator;
import org.datavec.api.split.FileSplit;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.image.loader.NativeImageLoader;
import org.datavec.image.recordreader.ImageRecordReader;
import org.datavec.image.transform.PipelineImageTransform;
import org.flsl.views.CropSampler;
import org.flsl.views.Fixtures;
import org.flsl.views.Range;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The documentation's lines for DataVec's own pipelines run, and the documentation shows them. */
class TransformsHowToTest {
  private static final Path SOURCE =
      Path.of("src/test/java/org/flsl/views/transforms/TransformsHowToTest.java");
  private static final Path DOCUMENT = Path.of("../docs/add-flsl-to-your-project.md");

  @TempDir private Path photos;

  // example begins
  static ImageRecordReader augmented(File photos, long seed) throws IOException {
    ViewConfig paper = ViewConfig.paper();
    Random random = new Random(seed);
    ImageRecordReader reader = new ImageRecordReader(224, 224, 3, new ParentPathLabelGenerator());
    reader.initialize(
        new FileSplit(photos, NativeImageLoader.ALLOWED_FORMATS, random),
        new PipelineImageTransform(
            new RandomResizedCropTransform(
                random, new CropSampler(new Range(0.08, 1), new Range(0.75, 4 / 3.0)), 224, 224),
            new ColourAugmentationTransform(random, paper),
            new NormaliseTransform(paper.mean(), paper.std())));
    return reader;
  }

  // example ends

  private INDArray first(long seed) throws IOException {
    try (ImageRecordReader reader = augmented(photos.toFile(), seed)) {
      return ((NDArrayWritable) reader.next().get(0)).get();
    }
  }

  @Test
  void aReaderGivesAugmentedNormalisedImages() throws IOException {
    Path label = Files.createDirectories(photos.resolve("label"));
    Files.copy(Fixtures.image("rgb.png"), label.resolve("1.png"));
    INDArray image = first(1);

    assertArrayEquals(new long[] {1, 3, 224, 224}, image.shape());
    double black = -0.485 / 0.225;
    double white = (1 - 0.406) / 0.225;
    assertTrue(image.minNumber().doubleValue() >= black, "normalised");
    assertTrue(image.maxNumber().doubleValue() <= white + 0.1, "normalised");
    assertTrue(first(1).equals(image), "the same seed");
    assertTrue(!first(2).equals(image), "another seed");
  }

  @Test
  void theDocumentShowsTheLinesThatRun() throws IOException {
    String source = Files.readString(SOURCE);
    String begin = "  // example begins\n";
    String example =
        source
            .substring(source.indexOf(begin) + begin.length(), source.indexOf("  // example ends"))
            .stripTrailing()
            .stripIndent();
    assertTrue(
        Files.readString(DOCUMENT).contains("```java\n" + example + "\n```\n"),
        () -> DOCUMENT + " has to show:\n" + example);
  }
}
