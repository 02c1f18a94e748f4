package org.flsl.evaluation.video;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.DavisSequence;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** What is asked of the masks of a video, and which of its frames count. */
final class SequenceMasks {

  private static final int FEWEST_FRAMES = 3;

  private SequenceMasks() {}

  /** The numbers of the objects in a sequence's first mask, ascending. */
  static int[] objects(LabelMask first) {
    return Arrays.stream(first.labels()).filter(label -> label > 0).distinct().sorted().toArray();
  }

  /** The frames that are measured: all but the first, whose mask is given, and the last. */
  static IntStream measured(DavisSequence video) {
    return IntStream.range(1, video.size() - 1);
  }

  /**
   * Reads all masks and a frame of every video, so that mistakes show before minutes of computing.
   *
   * @param decoder to the channels that a network takes
   * @throws DatasetException if a video has too few frames, no object, or masks that are missing or
   *     of another size
   */
  static void check(List<DavisSequence> videos, ImageDecoder decoder) {
    videos.parallelStream().forEach(video -> check(video, decoder));
  }

  private static void check(DavisSequence video, ImageDecoder decoder) {
    if (video.size() < FEWEST_FRAMES) {
      throw new DatasetException(
          "The sequence %s has %d frame(s): expected at least %d, because the first one's mask is given and the last one is not measured"
              .formatted(video.name(), video.size(), FEWEST_FRAMES));
    }
    LabelMask first = video.annotation(0);
    if (objects(first).length == 0) {
      throw new DatasetException(
          "There is no object in the first mask of %s, %s: expected numbers from 1 on"
              .formatted(video.name(), video.annotations().get(0)));
    }
    Image frame = video.frame(0, decoder);
    requireSize(video, 0, first, frame.height(), frame.width());
    measured(video)
        .forEach(i -> requireSize(video, i, mask(video, i), frame.height(), frame.width()));
  }

  private static LabelMask mask(DavisSequence video, int frame) {
    if (!Files.isRegularFile(video.annotations().get(frame))) {
      throw new DatasetException(
          "The sequence %s has no mask %s: expected one for every frame but the last"
              .formatted(video.name(), video.annotations().get(frame)));
    }
    return video.annotation(frame);
  }

  private static void requireSize(
      DavisSequence video, int frame, LabelMask mask, int height, int width) {
    if (mask.height() != height || mask.width() != width) {
      throw new DatasetException(
          "The mask %s has %d x %d pixels and the frames of %s %d x %d (width x height): expected the same"
              .formatted(
                  video.annotations().get(frame),
                  mask.width(),
                  mask.height(),
                  video.name(),
                  width,
                  height));
    }
  }
}
