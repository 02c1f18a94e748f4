package org.flsl.examples.benchmark;

import org.flsl.layers.vit.VitConfig;

/** The usual Vision Transformers. */
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
