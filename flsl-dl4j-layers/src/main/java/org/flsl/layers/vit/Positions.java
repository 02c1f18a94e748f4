package org.flsl.layers.vit;

/** How tokens learn where they are. */
public enum Positions {
  /** The fixed two-dimensional sine-cosine table, the paper's choice. */
  SINCOS,
  /** A table that is learned with the network. */
  LEARNED,
  /**
   * None: attention sees the same patches wherever they lie. Features cannot tell places that look
   * alike from each other, and are those of images of any size.
   */
  NONE
}
