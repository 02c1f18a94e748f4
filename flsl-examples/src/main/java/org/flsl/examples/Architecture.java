package org.flsl.examples;

import org.flsl.layers.vit.VitConfig;

/** The usual sizes of a Vision Transformer. */
public enum Architecture {
  TINY,
  SMALL,
  BASE;

  /** The network for square images. */
  public VitConfig vit(int patch, int imageSize) {
    VitConfig vit =
        switch (this) {
          case TINY -> VitConfig.tiny(patch);
          case SMALL -> VitConfig.small(patch);
          case BASE -> VitConfig.base(patch);
        };
    return vit.toBuilder().imageSize(imageSize).build();
  }
}
