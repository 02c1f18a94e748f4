package org.flsl.evaluation.data;

/** Images with a class for each pixel. */
public interface SegmentationSet extends LabelledImages {

  /**
   * Reads the classes of an image's pixels.
   *
   * @return a mask as large as the image
   * @throws DatasetException if it is missing, cannot be read, or holds a label that is no class
   */
  LabelMask mask(int image);

  /** The number by which files store a class. */
  default int stored(int label) {
    return label;
  }
}
