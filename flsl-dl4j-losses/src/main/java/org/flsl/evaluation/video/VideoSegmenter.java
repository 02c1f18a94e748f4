package org.flsl.evaluation.video;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.flsl.evaluation.FeatureExtractor;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.UnitLength;
import org.flsl.evaluation.data.DavisSequence;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.layers.TokenGrid;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Follows the objects of a video's first mask through its frames with {@link LabelPropagation}.
 *
 * <p>Frames are resized so that their shorter side has a number of pixels (480 as published) and
 * both sides are what the network takes, the largest not above.
 */
final class VideoSegmenter {

  private final FeatureExtractor features;
  private final LabelPropagation propagation;
  private final int shortSide;
  private final Function<ImageSize, ImagePreparation> preparation;

  /**
   * Prepares.
   *
   * @param features all tokens are of places in the image: there must be no class token
   * @param shortSide pixels of the shorter side of frames that the network sees
   * @param preparation normalises frames of a size
   */
  public VideoSegmenter(
      FeatureExtractor features,
      LabelPropagation propagation,
      int shortSide,
      Function<ImageSize, ImagePreparation> preparation) {
    this.features = features;
    this.propagation = propagation;
    this.shortSide = shortSide;
    this.preparation = preparation;
  }

  /** Takes masks as they are found, frame after frame, from the second on. */
  @FunctionalInterface
  public interface Sink {

    /** Takes one, as large as the frame. */
    void accept(int frame, LabelMask mask);
  }

  /**
   * Segments a video.
   *
   * @param sink receives a mask for each frame but the first, whose mask is given
   * @throws IllegalArgumentException if the first mask is missing or empty, or frames differ in
   *     size
   */
  public void segment(DavisSequence video, Sink sink) {
    LabelMask given = video.annotation(0);
    ImageSize size = new ImageSize(given.height(), given.width());
    ImageSize seen = features.fit(scaled(size));
    ImagePreparation prepared = preparation.apply(seen);
    TokenGrid grid = features.grid(seen);
    TokenLabels labels = new TokenLabels(grid, SequenceMasks.objects(given));

    LabelPropagation.Labelled first =
        new LabelPropagation.Labelled(tokens(video, 0, size, prepared), labels.of(given));
    Deque<LabelPropagation.Labelled> recent = new ArrayDeque<>();
    for (int i = 1; i < video.size(); i++) {
      INDArray tokens = tokens(video, i, size, prepared);
      List<LabelPropagation.Labelled> context = new ArrayList<>(List.of(first));
      context.addAll(recent);
      float[] found = propagation.next(tokens, context, grid, labels.count());
      recent.add(new LabelPropagation.Labelled(tokens, found));
      if (recent.size() > propagation.contextFrames()) {
        recent.remove().tokens().close();
      }
      sink.accept(i, labels.mask(found, seen, size));
    }
    first.tokens().close();
    recent.forEach(frame -> frame.tokens().close());
  }

  private ImageSize scaled(ImageSize size) {
    double scale = (double) shortSide / Math.min(size.height(), size.width());
    return new ImageSize(
        (int) Math.round(size.height() * scale), (int) Math.round(size.width() * scale));
  }

  /** The tokens of a frame, scaled to length one, {@code [N, C]}. */
  private INDArray tokens(
      DavisSequence video, int frame, ImageSize size, ImagePreparation prepared) {
    Image image = video.frame(frame, prepared.decoder());
    if (image.width() != size.width() || image.height() != size.height()) {
      throw new IllegalArgumentException(
          "The frame %s has %d x %d pixels and the mask of the first frame %d x %d (width x height): expected the same size throughout a sequence"
              .formatted(
                  video.frames().get(frame),
                  image.width(),
                  image.height(),
                  size.width(),
                  size.height()));
    }
    try (INDArray pixels = prepared.batch(List.of(image));
        INDArray batch = features.tokens(pixels)) {
      int places = features.grid(prepared.size()).tokens();
      if (batch.size(1) != places) {
        throw new IllegalArgumentException(
            "The features are %s, expected a token for each of %d places"
                .formatted(Arrays.toString(batch.shape()), places));
      }
      return UnitLength.rows(batch.reshape('c', batch.size(1), batch.size(2)));
    }
  }
}
