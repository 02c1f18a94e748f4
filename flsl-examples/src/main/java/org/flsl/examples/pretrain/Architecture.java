package org.flsl.examples.pretrain;

import org.flsl.layers.vit.VitConfig;

/** The usual sizes of a Vision Transformer. */
public enum Architecture {
  TINY,
  SMALL,
  BASE;

  // The usual patch; that and the size of images change together, as one has to divide the other.
  private static final int USUAL_PATCH = 16;

  /** The network for square images. */
  public VitConfig vit(int patch, int imageSize) {
    VitConfig usual =
        switch (this) {
          case TINY -> VitConfig.tiny(USUAL_PATCH);
          case SMALL -> VitConfig.small(USUAL_PATCH);
          case BASE -> VitConfig.base(USUAL_PATCH);
        };
    return usual.toBuilder().patch(patch).imageSize(imageSize).build();
  }
}
