package org.flsl.evaluation.data;

/** What COCO calls a segmentation: the outline of one object, in one of three notations. */
sealed interface Shape permits Polygons, RunLengths {

  /** Whether the shape was made for an image of this size, or for any. */
  boolean fits(int width, int height);

  /**
   * The pixels of the object.
   *
   * @param width columns of the image
   * @param height rows of the image
   * @throws IllegalArgumentException if the shape was made for an image of another size
   */
  BinaryMask rasterise(int width, int height);

  /** The pixels of the object as run lengths; as {@link #rasterise}. */
  default RunLengths runs(int width, int height) {
    return RunLengths.of(rasterise(width, height));
  }

  /** Left, top, right and bottom of the object. */
  double[] bounds();
}
