package org.flsl.evaluation.data;

/**
 * What masks, outlines and boxes of photos with an EXIF orientation were drawn on, where neither
 * their size nor that of others in the set tells.
 *
 * <p>Photos are always turned upright; what was drawn on the stored pixels is turned with them.
 */
public enum DrawnOn {
  /** Not known: taken for the stored pixels, with a warning. */
  UNKNOWN,
  /** The pixels as stored, which is what programs see that know nothing of EXIF. */
  STORED,
  /** The photo turned upright, which is what people see. */
  UPRIGHT
}
