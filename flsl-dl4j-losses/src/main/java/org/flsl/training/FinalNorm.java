package org.flsl.training;

/** Where the layer norm after the backbone is applied. */
public enum FinalNorm {
  /** On every token, before mean shift; the paper's choice. */
  TOKENS,
  /** On the modes, after mean shift. */
  MODES,
  /** Nowhere. */
  NONE
}
