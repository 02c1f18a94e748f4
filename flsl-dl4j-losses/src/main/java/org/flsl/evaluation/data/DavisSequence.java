package org.flsl.evaluation.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/**
 * A video with the objects in it marked: 0 is the background, 1, 2, … are objects.
 *
 * @param name the sequence's name
 * @param frames the frames in order
 * @param annotations the masks of the frames, in the same order
 */
public record DavisSequence(String name, List<Path> frames, List<Path> annotations) {

  private static final MaskReader MASKS = MaskReader.ofIndices(Set.of(255));

  /** Copies the lists. */
  public DavisSequence {
    frames = List.copyOf(frames);
    annotations = List.copyOf(annotations);
    if (frames.size() != annotations.size()) {
      throw new IllegalArgumentException(
          "%d frames and %d masks".formatted(frames.size(), annotations.size()));
    }
  }

  /** How many frames there are. */
  public int size() {
    return frames.size();
  }

  /**
   * Reads a frame.
   *
   * @param decoder to the channels that a network takes
   * @throws DatasetException if it cannot be read
   */
  public Image frame(int index, ImageDecoder decoder) {
    return StoredImage.read(frames.get(index), decoder);
  }

  /**
   * Reads a mask.
   *
   * <p>Where the first one stores nothing but 0 and 255, as in DAVIS 2016, the sequence has a
   * single object, and 255 is that object, 1.
   *
   * @throws DatasetException if it is missing or cannot be read
   */
  public LabelMask annotation(int index) {
    LabelMask mask = MASKS.read(annotations.get(index));
    if (!isBlackAndWhite(mask)) {
      return mask;
    }
    boolean singleObject = index == 0 || isBlackAndWhite(MASKS.read(annotations.get(0)));
    return singleObject ? whiteAsObject(mask) : mask;
  }

  private static boolean isBlackAndWhite(LabelMask mask) {
    return mask.largest() <= 0 && Arrays.stream(mask.labels()).anyMatch(DavisSequence::isWhite);
  }

  private static LabelMask whiteAsObject(LabelMask mask) {
    int[] labels = Arrays.stream(mask.labels()).map(label -> isWhite(label) ? 1 : label).toArray();
    return new LabelMask(mask.width(), mask.height(), labels);
  }

  /** 255 in the file. */
  private static boolean isWhite(int label) {
    return label == LabelMask.IGNORED;
  }
}
