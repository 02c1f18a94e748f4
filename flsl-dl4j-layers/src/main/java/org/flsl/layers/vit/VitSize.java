package org.flsl.layers.vit;

import org.flsl.layers.Backbone;

/** The usual sizes of a Vision Transformer. */
public enum VitSize implements Architecture {
  TINY,
  SMALL,
  BASE;

  // The usual patch; that and the size of images change together, as one has to divide the other.
  private static final int USUAL_PATCH = 16;

  private VitConfig usual() {
    return switch (this) {
      case TINY -> VitConfig.tiny(USUAL_PATCH);
      case SMALL -> VitConfig.small(USUAL_PATCH);
      case BASE -> VitConfig.base(USUAL_PATCH);
    };
  }

  @Override
  public String summary() {
    return "a Vision Transformer %d wide with %d heads".formatted(usual().width(), usual().heads());
  }

  @Override
  public VitConfig shape(int patch, int imageSize) {
    return usual().toBuilder().patch(patch).imageSize(imageSize).build();
  }

  @Override
  public Backbone backbone(VitConfig shape) {
    return VitBackbone.of(shape);
  }
}
