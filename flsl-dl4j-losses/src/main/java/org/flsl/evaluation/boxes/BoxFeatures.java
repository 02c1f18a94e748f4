package org.flsl.evaluation.boxes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.flsl.evaluation.FeatureExtractor;
import org.flsl.evaluation.HeapCopy;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.layers.TokenGrid;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the tokens say of the boxes of a set.
 *
 * @param pooled the mean of the tokens inside each box, {@code [boxes, C]}
 * @param patches the nine tokens that divide each box evenly, {@code [boxes * 9, C]}
 * @param labels the class of each box
 */
record BoxFeatures(INDArray pooled, INDArray patches, int[] labels) {

  /** Which boxes of an image are measured. */
  enum Choice {
    LARGEST,
    ALL
  }

  /**
   * Computes them.
   *
   * @throws DatasetException if no box is seen
   */
  static BoxFeatures of(
      FeatureExtractor extractor,
      BoxSet set,
      CentreCrop crop,
      ImagePreparation preparation,
      Choice choice,
      int batch,
      IntConsumer progress) {
    TokenGrid grid = extractor.grid(preparation.size());
    ImageDecoder decoder = preparation.decoder();
    Collector found = new Collector(new BoxTokens(grid, crop.crop()), grid.tokens());
    for (int start = 0; start < set.size(); start += batch) {
      List<Prepared> images =
          IntStream.range(start, Math.min(start + batch, set.size()))
              .filter(i -> !set.boxes(i).isEmpty())
              .parallel()
              .mapToObj(i -> Prepared.of(set, i, decoder, crop, choice))
              .filter(image -> !image.boxes.isEmpty())
              .toList();
      if (!images.isEmpty()) {
        try (INDArray pixels = preparation.batch(images.stream().map(Prepared::pixels).toList());
            INDArray tokens = extractor.tokens(pixels)) {
          found.add(images, HeapCopy.of(tokens), Math.toIntExact(tokens.size(2)));
        }
      }
      progress.accept(Math.min(start + batch, set.size()));
    }
    if (found.labels.isEmpty()) {
      throw new DatasetException(
          "None of the %d images has a box in the square that is cut out of its middle; expected boxes around objects there"
              .formatted(set.size()));
    }
    return found.features();
  }

  /** An image and its boxes in pixels of the square. */
  private record Prepared(Image pixels, List<LabelledBox> boxes) {

    static Prepared of(
        BoxSet set, int index, ImageDecoder decoder, CentreCrop crop, Choice choice) {
      Image image = set.image(index, decoder);
      List<LabelledBox> seen =
          set.boxes(index).stream()
              .flatMap(box -> crop.box(box, image.height(), image.width()).stream())
              .toList();
      List<LabelledBox> chosen =
          choice == Choice.ALL
              ? seen
              : seen.stream().max(Comparator.comparingDouble(LabelledBox::area)).stream().toList();
      return new Prepared(crop.image(image), chosen);
    }
  }

  /** Gathers tokens. */
  private static final class Collector {
    private final BoxTokens places;
    private final int tokensPerImage;
    private final List<float[]> pooled = new ArrayList<>();
    private final List<float[]> patches = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();

    Collector(BoxTokens places, int tokensPerImage) {
      this.places = places;
      this.tokensPerImage = tokensPerImage;
    }

    void add(List<Prepared> images, float[] tokens, int width) {
      for (int i = 0; i < images.size(); i++) {
        int first = i * tokensPerImage;
        for (LabelledBox box : images.get(i).boxes) {
          labels.add(box.category());
          pooled.add(mean(tokens, width, first, places.inside(box)));
          for (int patch : places.patches(box)) {
            patches.add(mean(tokens, width, first, patch));
          }
        }
      }
    }

    private static float[] mean(float[] tokens, int width, int first, int... rows) {
      float[] mean = new float[width];
      for (int row : rows) {
        for (int c = 0; c < width; c++) {
          mean[c] += tokens[(first + row) * width + c] / rows.length;
        }
      }
      return mean;
    }

    BoxFeatures features() {
      return new BoxFeatures(
          Nd4j.create(pooled.toArray(float[][]::new)),
          Nd4j.create(patches.toArray(float[][]::new)),
          labels.stream().mapToInt(Integer::intValue).toArray());
    }
  }
}
