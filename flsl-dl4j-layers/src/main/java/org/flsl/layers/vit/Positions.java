package org.flsl.layers.vit;

/** How tokens learn where they are. */
public enum Positions {
  /** The fixed two-dimensional sine-cosine table, the paper's choice. */
  SINCOS,
  /** A table that is learned with the network. */
  LEARNED
}
