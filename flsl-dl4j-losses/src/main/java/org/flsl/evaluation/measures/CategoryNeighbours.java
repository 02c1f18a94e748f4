package org.flsl.evaluation.measures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.DenseFeatures;
import org.flsl.evaluation.LabelledTokens;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.NearestNeighbours;
import org.flsl.evaluation.data.CategorySet;
import org.flsl.evaluation.data.ClassFolders;
import org.flsl.evaluation.data.NamedCategories;
import org.flsl.views.LeftOut;
import org.flsl.views.decode.FileProblem;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The share of images whose class their nearest neighbours tell: needs a class for each image, a
 * folder or the beginning of its name.
 *
 * <p>An image is the mean of its tokens. Ten times another tenth of the images is asked and the
 * rest is known, so that each is asked once. With n images the share is sure to about {@code
 * 1/sqrt(n)}: 0.09 with 130.
 */
public final class CategoryNeighbours extends Measure {
  private static final int PARTS = 10;
  private static final int BATCH = 16;

  /** For the service loader. */
  public CategoryNeighbours() {
    super(
        "categories",
        "Do an image's nearest neighbours tell its category? Needs a folder for each category, or"
            + " names such as cat-1.jpg.");
  }

  @Override
  public Benchmark on(MeasuredImages images) {
    Path folder = images.folder();
    CategorySet set =
        images
            .readable()
            .of(hasFolders(folder) ? ClassFolders.open(folder) : NamedCategories.open(folder));
    return candidate -> Measured.one("k-NN accuracy", candidate, share(set, candidate));
  }

  private static boolean hasFolders(Path folder) {
    try (Stream<Path> content = Files.list(folder)) {
      return content.filter(Files::isDirectory).anyMatch(inside -> !LeftOut.isSystem(inside));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read the folder %s to score on: %s".formatted(folder, FileProblem.explain(e)), e);
    }
  }

  private static double share(CategorySet images, Candidate candidate) {
    INDArray means =
        DenseFeatures.of(candidate.features(), images, candidate.preparation(), BATCH, done -> {})
            .pooled();
    int right = 0;
    for (int part = 0; part < PARTS; part++) {
      int tenth = part;
      int[] asked = IntStream.range(0, images.size()).filter(i -> i % PARTS == tenth).toArray();
      int[] known = IntStream.range(0, images.size()).filter(i -> i % PARTS != tenth).toArray();
      if (asked.length > 0) {
        right += right(rows(images, means, known), rows(images, means, asked));
      }
    }
    return (double) right / images.size();
  }

  private static LabelledTokens rows(CategorySet images, INDArray means, int[] which) {
    int[] labels = IntStream.of(which).map(images::category).toArray();
    return new LabelledTokens(means.getRows(which), labels, images.classes().size());
  }

  private static int right(LabelledTokens known, LabelledTokens asked) {
    int[] told = new NearestNeighbours(known).likeliest(asked.tokens());
    return (int) IntStream.range(0, told.length).filter(i -> told[i] == asked.labels()[i]).count();
  }
}
