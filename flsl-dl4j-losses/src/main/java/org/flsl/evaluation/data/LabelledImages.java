package org.flsl.evaluation.data;

import java.util.List;
import org.flsl.views.pixels.RgbImage;

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
   * @throws DatasetException if it cannot be read
   */
  RgbImage image(int image);

  /** The names of the classes; labels are indices into this list. */
  List<String> classes();
}
