package org.flsl.evaluation.measures;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.stream.IntStream;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.SegmentationBenchmark;
import org.flsl.evaluation.SegmentationBenchmark.Method;
import org.flsl.evaluation.data.ChosenMasks;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ImagesAndMasks;
import org.flsl.evaluation.data.MaskReader;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.evaluation.data.SegmentationCheck;
import org.flsl.evaluation.data.SegmentationSet;

/**
 * How well tokens tell what is where: needs images with masks.
 *
 * <p>The folder holds {@code images} and {@code masks} of the same names, of which every second one
 * is learned from and the others are measured on; or {@code train} and {@code test} with these two
 * in each. All images are resized to 224 x 224 pixels, whatever the candidate was trained with.
 *
 * <p>It is {@link SegmentationBenchmark} with one seed and fewer tokens.
 */
public abstract class Segmentation extends Measure {
  private static final ImageSize SIZE = new ImageSize(224, 224);
  private static final int TOKENS = 10_000;
  private static final String NEEDS =
      " Needs images with masks: folders images and masks, or train and test with both in each.";

  private final Method method;
  private final String value;

  private Segmentation(String name, String asks, Method method, String value) {
    super(name, asks + NEEDS);
    this.method = method;
    this.value = method + " " + value;
  }

  /** The share of right pixels, by nearest neighbours. */
  public static final class DenseKnn extends Segmentation {
    /** For the service loader. */
    public DenseKnn() {
      super(
          "dense-knn",
          "Do the nearest of known tokens tell the class of a token's pixels? The share of right"
              + " pixels.",
          Method.KNN,
          "pixel accuracy");
    }
  }

  /** Mean intersection over union, by nearest neighbours. */
  public static final class DenseKnnMiou extends Segmentation {
    /** For the service loader. */
    public DenseKnnMiou() {
      super(
          "dense-knn-miou",
          "Do the nearest of known tokens tell the class of a token's pixels? Mean intersection"
              + " over union.",
          Method.KNN,
          "mIoU");
    }
  }

  /** Mean intersection over union, by k-means. */
  public static final class KMeansMiou extends Segmentation {
    /** For the service loader. */
    public KMeansMiou() {
      super(
          "kmeans-miou",
          "Do clusters of tokens, found without labels, match the classes of their pixels? Mean"
              + " intersection over union.",
          Method.KMEANS,
          "mIoU");
    }
  }

  @Override
  public final Benchmark on(MeasuredImages images) {
    MaskReader reader = MaskReader.ofIndices(images.ignored());
    ReadableImages readable = images.readable();
    Path folder = images.folder();
    if (Files.isDirectory(folder.resolve("train")) && Files.isDirectory(folder.resolve("test"))) {
      ImagesAndMasks train = open(folder.resolve("train"), reader);
      ImagesAndMasks test = open(folder.resolve("test"), reader);
      return benchmark(
          checked(train.withValuesOf(test), readable), checked(test.withValuesOf(train), readable));
    }
    ChosenMasks all = checked(open(folder, reader), readable);
    if (all.size() < 2) {
      throw new DatasetException(
          folder + " holds one image only that can be read; two are the least to score on");
    }
    return benchmark(everySecond(all, 0), everySecond(all, 1));
  }

  private static ChosenMasks checked(SegmentationSet set, ReadableImages readable) {
    ChosenMasks chosen = readable.of(set);
    SegmentationCheck.all(chosen, readable.decoder());
    return chosen;
  }

  private static SegmentationSet everySecond(SegmentationSet all, int first) {
    return new ChosenMasks(
        all, IntStream.range(0, all.size()).filter(i -> i % 2 == first).toArray());
  }

  private static ImagesAndMasks open(Path folder, MaskReader reader) {
    Path images = folder.resolve("images");
    Path masks = folder.resolve("masks");
    if (!Files.isDirectory(images) || !Files.isDirectory(masks)) {
      throw new DatasetException(
          "%s has no masks to score on: expected the folders images and masks in it, or in train and in test"
              .formatted(folder));
    }
    return ImagesAndMasks.open(images, masks, reader);
  }

  private Benchmark benchmark(SegmentationSet train, SegmentationSet test) {
    return candidate ->
        SegmentationBenchmark.builder(
                train, test, candidate.preparation(candidate.features().fit(SIZE)))
            .methods(EnumSet.of(method))
            .seeds(1)
            .tokens(TOKENS)
            .build()
            .measure(candidate)
            .stream()
            .filter(measured -> measured.measure().equals(value))
            .toList();
  }
}
