package org.flsl.evaluation.data;

import java.util.List;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/**
 * Images of known classes, in a fixed order.
 *
 * <p>Nothing is kept in memory: images and labels are read whenever they are asked for. Threads may
 * ask at the same time.
 */
public interface LabelledImages {

  /** How many images there are, at least 1. */
  int size();

  /** What to call an image in messages and files: its path relative to the folder. */
  String name(int image);

  /**
   * Reads an image.
   *
   * @param decoder to the channels that a network takes
   * @throws UnreadablePhotoException if the file cannot be decoded
   * @throws DatasetException if it is missing or does not fit its labels
   */
  Image image(int image, ImageDecoder decoder);

  /** Reads an image in colours. */
  default Image image(int image) {
    return image(image, new ImageDecoder());
  }

  /** What lies beside the images and is left out, in words; empty if nothing is known of it. */
  default String leftOut() {
    return "";
  }

  /** The names of the classes; labels are indices into this list. */
  List<String> classes();
}
