package org.flsl.arbiter.score;

import java.nio.file.Path;

/** The scores that a sweep can be told to use. */
public enum ScoreKind {
  /** Agreement of clusters between two crops, times their entropy: needs no labels. */
  LABEL_FREE {
    @Override
    public Score open(Path images) {
      return ViewAgreement.of(images);
    }
  };

  /**
   * Opens the images to score on.
   *
   * @throws IllegalArgumentException where they are not what the score needs
   */
  public abstract Score open(Path images);
}
