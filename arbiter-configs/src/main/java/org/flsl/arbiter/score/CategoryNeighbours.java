package org.flsl.arbiter.score;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.DenseFeatures;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.LabelledTokens;
import org.flsl.evaluation.NearestNeighbours;
import org.flsl.evaluation.data.CategorySet;
import org.flsl.evaluation.data.ClassFolders;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.views.LeftOut;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageDecoder;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The share of images whose class their nearest neighbours tell: needs a class for each image, a
 * folder or the beginning of its name.
 *
 * <p>An image is the mean of its tokens. Ten times another tenth of the images is asked and the
 * rest is known, so that each is asked once. With n images the share is sure to about {@code
 * 1/sqrt(n)}: 0.09 with 130.
 */
public final class CategoryNeighbours implements Score {
  private static final int PARTS = 10;
  private static final int BATCH = 16;

  private final CategorySet images;
  private final List<String> leftOut;

  private CategoryNeighbours(CategorySet all) {
    ReadableImages readable = new ReadableImages(new ImageDecoder());
    this.images = readable.of(all);
    this.leftOut = readable.problems();
  }

  /**
   * Scores on a folder.
   *
   * @throws IllegalArgumentException if it tells no classes, or no image can be read
   */
  public static CategoryNeighbours of(Path folder) {
    return new CategoryNeighbours(
        hasFolders(folder) ? ClassFolders.open(folder) : NamedCategories.open(folder));
  }

  private static boolean hasFolders(Path folder) {
    try (Stream<Path> content = Files.list(folder)) {
      return content.filter(Files::isDirectory).anyMatch(inside -> !LeftOut.isSystem(inside));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read the folder %s to score on: %s".formatted(folder, FileProblem.explain(e)), e);
    }
  }

  @Override
  public double of(ComputationGraph backbone) {
    GraphFeatures features = GraphFeatures.of(backbone);
    ImagePreparation preparation =
        ImagePreparation.of(features, features.trainingSize().orElseThrow());
    INDArray means = DenseFeatures.of(features, images, preparation, BATCH, done -> {}).pooled();
    int right = 0;
    for (int part = 0; part < PARTS; part++) {
      int tenth = part;
      int[] asked = IntStream.range(0, images.size()).filter(i -> i % PARTS == tenth).toArray();
      int[] known = IntStream.range(0, images.size()).filter(i -> i % PARTS != tenth).toArray();
      if (asked.length > 0) {
        right += right(rows(means, known), rows(means, asked));
      }
    }
    return (double) right / images.size();
  }

  @Override
  public List<String> leftOut() {
    return leftOut;
  }

  private LabelledTokens rows(INDArray means, int[] which) {
    int[] labels = IntStream.of(which).map(images::category).toArray();
    return new LabelledTokens(means.getRows(which), labels, images.classes().size());
  }

  private static int right(LabelledTokens known, LabelledTokens asked) {
    int[] told = new NearestNeighbours(known).likeliest(asked.tokens());
    return (int) IntStream.range(0, told.length).filter(i -> told[i] == asked.labels()[i]).count();
  }
}
