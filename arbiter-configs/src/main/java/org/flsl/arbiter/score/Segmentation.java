package org.flsl.arbiter.score;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImagePreparation;
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
import org.flsl.views.decode.ImageDecoder;

/**
 * How well tokens tell what is where: needs images with masks.
 *
 * <p>The folder holds {@code images} and {@code masks} of the same names, of which every second one
 * is learned from and the others are measured on; or {@code train} and {@code test} with these two
 * in each. All images are resized to 224 x 224 pixels, whatever the candidate was trained with.
 *
 * <p>It is {@link SegmentationBenchmark} with one seed and fewer tokens.
 */
public final class Segmentation implements Score {
  private static final int SIDE = 224;
  private static final int TOKENS = 10_000;

  private final SegmentationSet train;
  private final SegmentationSet test;
  private final Method method;
  private final String measure;

  private final List<String> leftOut;

  private Segmentation(
      SegmentationSet train,
      SegmentationSet test,
      Method method,
      String measure,
      List<String> leftOut) {
    this.train = train;
    this.test = test;
    this.method = method;
    this.measure = method + " " + measure;
    this.leftOut = leftOut;
  }

  /**
   * Scores on a folder.
   *
   * @param ignored labels that do not count
   * @param measure mIoU or pixel accuracy
   * @throws IllegalArgumentException if there are no images or masks, fewer than two of the images
   *     can be read, or a mask cannot
   */
  static Segmentation of(Path folder, Set<Integer> ignored, Method method, String measure) {
    MaskReader reader = MaskReader.ofIndices(ignored);
    ReadableImages readable = new ReadableImages(new ImageDecoder());
    if (Files.isDirectory(folder.resolve("train")) && Files.isDirectory(folder.resolve("test"))) {
      ImagesAndMasks train = open(folder.resolve("train"), reader);
      ImagesAndMasks test = open(folder.resolve("test"), reader);
      return new Segmentation(
          checked(readable.of(train.withValuesOf(test))),
          checked(readable.of(test.withValuesOf(train))),
          method,
          measure,
          readable.problems());
    }
    ChosenMasks all = checked(readable.of(open(folder, reader)));
    if (all.size() < 2) {
      throw new DatasetException(
          folder + " holds one image only that can be read; two are the least to score on");
    }
    return new Segmentation(
        everySecond(all, 0), everySecond(all, 1), method, measure, readable.problems());
  }

  private static ChosenMasks checked(ChosenMasks set) {
    SegmentationCheck.all(set, new ImageDecoder());
    return set;
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

  @Override
  public List<String> leftOut() {
    return leftOut;
  }

  @Override
  public double of(ComputationGraph backbone) {
    GraphFeatures features = GraphFeatures.of(backbone);
    ImageSize size = features.fit(new ImageSize(SIDE, SIDE));
    return SegmentationBenchmark.builder(train, test, ImagePreparation.of(features, size))
        .methods(EnumSet.of(method))
        .seeds(1)
        .tokens(TOKENS)
        .build()
        .measure(Candidate.of("candidate", features))
        .stream()
        .filter(measured -> measured.measure().equals(measure))
        .findFirst()
        .orElseThrow()
        .mean();
  }
}
