package org.flsl.layers.vit;

import org.flsl.layers.TokenGrid;
import org.flsl.layers.internal.GeneratedBuilder;
import org.immutables.value.Value;

/**
 * The shape of a Vision Transformer; immutable, with a builder whose defaults are the paper's.
 *
 * <p>Use {@link #tiny}, {@link #small} or {@link #base} for the usual ones, or {@link #builder} for
 * any width, depth and number of heads. Legend: C width, H heads.
 */
@Value.Immutable
@GeneratedBuilder
public abstract class VitConfig {
  VitConfig() {}

  /** ViT-Ti: width 192, 3 heads, depth 12. */
  public static VitConfig tiny(int patch) {
    return builder().width(192).heads(3).patch(patch).build();
  }

  /** ViT-S, the paper's main network: width 384, 6 heads, depth 12. */
  public static VitConfig small(int patch) {
    return builder().width(384).heads(6).patch(patch).build();
  }

  /** ViT-B: width 768, 12 heads, depth 12. */
  public static VitConfig base(int patch) {
    return builder().width(768).heads(12).patch(patch).build();
  }

  /** Starts from the paper's ViT-S/16 for images of 224 pixels. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from this configuration. */
  public Builder toBuilder() {
    return builder().from(this);
  }

  /** Width C of a token; default 384. */
  @Value.Default
  public int width() {
    return 384;
  }

  /** Number of blocks; default 12. */
  @Value.Default
  public int depth() {
    return 12;
  }

  /** Attention heads H, which must divide the width; default 6. */
  @Value.Default
  public int heads() {
    return 6;
  }

  /** Side of a patch in pixels; default 16. */
  @Value.Default
  public int patch() {
    return 16;
  }

  /** Colour channels of the images; default 3. */
  @Value.Default
  public int channels() {
    return 3;
  }

  /** Hidden units of the MLP divided by the width; default 4. */
  @Value.Default
  public double mlpRatio() {
    return 4;
  }

  /** Hidden units of the MLP. */
  public int hidden() {
    return (int) (width() * mlpRatio());
  }

  /** The {@link #mlpRatio()} of an MLP with so many hidden units. */
  public static double mlpRatio(int hidden, int width) {
    double ratio = (double) hidden / width;
    // The division may miss the number by one.
    return (int) (width * ratio) == hidden ? ratio : Math.nextUp(ratio);
  }

  /** Added to the variance by every layer norm; default 1e-6. */
  @Value.Default
  public double normEps() {
    return 1e-6;
  }

  /** Drop path probability of the last block, growing linearly from 0 at the first; default 0.1. */
  @Value.Default
  public double dropPath() {
    return 0.1;
  }

  /**
   * Dropout probability after both linear layers of the MLP and after the attention's projection;
   * default 0.
   */
  @Value.Default
  public double dropout() {
    return 0;
  }

  /** Kind of positions; default {@link Positions#SINCOS}. */
  @Value.Default
  public Positions positions() {
    return Positions.SINCOS;
  }

  /**
   * How far a training shifts and scales the coordinates of sine-cosine positions, at random for
   * each image and view; default 0, as in the paper.
   *
   * <p>1 shifts by up to the size of the base grid and scales by up to {@code exp(0.4)}, either
   * way. Then features cannot be a token's place alone, which satisfies FLSL's objective. A frozen
   * teacher and a trained network see positions as they are.
   */
  @Value.Default
  public double positionJitter() {
    return 0;
  }

  /** Whether a layer norm follows the last block; default true. */
  @Value.Default
  public boolean finalNorm() {
    return true;
  }

  /**
   * Learned tokens that every view begins with, such as class, distillation and register tokens;
   * default 0, as in the paper. They take part in the attention of all blocks and are left out of
   * the output, so that the tokens there are those of the patches in any case.
   */
  @Value.Default
  public int leadingTokens() {
    return 0;
  }

  /** Height in pixels of the images that the positions are made for; default 224. */
  @Value.Default
  public int imageHeight() {
    return 224;
  }

  /** Width in pixels of the images that the positions are made for; default 224. */
  @Value.Default
  public int imageWidth() {
    return 224;
  }

  /** The grid that the table of positions is made for; other grids are resampled from it. */
  public TokenGrid baseGrid() {
    return TokenGrid.of(imageHeight(), imageWidth(), patch());
  }

  @Value.Check
  void check() {
    check(width() > 0 && depth() > 0 && heads() > 0, "width, depth and heads must be positive");
    check(
        width() % heads() == 0,
        String.format(
            "%d heads do not divide the width %d: every head needs the same width",
            heads(), width()));
    check(patch() > 0 && channels() > 0, "patch and channels must be positive");
    double hidden = width() * mlpRatio();
    check(hidden >= 1, "mlpRatio " + mlpRatio() + " leaves no hidden units in the MLP");
    check(
        hidden <= Integer.MAX_VALUE,
        "mlpRatio " + mlpRatio() + " makes more hidden units of the MLP than an int holds");
    check(
        normEps() > 0 && Double.isFinite(normEps()),
        "normEps must be positive and finite, got " + normEps());
    check(dropPath() >= 0 && dropPath() < 1, "dropPath must lie in [0, 1), got " + dropPath());
    check(dropout() >= 0 && dropout() < 1, "dropout must lie in [0, 1), got " + dropout());
    check(leadingTokens() >= 0, "leadingTokens must not be negative, got " + leadingTokens());
    check(
        positions() != Positions.SINCOS || width() % 4 == 0,
        "sine-cosine positions need a width that is a multiple of 4, got " + width());
    check(
        positionJitter() >= 0 && positionJitter() <= 1,
        "positionJitter must lie in 0..1, got " + positionJitter());
    check(
        positionJitter() == 0 || positions() == Positions.SINCOS,
        "positionJitter needs sine-cosine positions; learned ones have no coordinates to change");
    baseGrid();
  }

  private static void check(boolean ok, String message) {
    if (!ok) {
      throw new IllegalArgumentException("Vision Transformer: " + message);
    }
  }

  /**
   * Builds a {@link VitConfig}; refuses heads that do not divide the width, patches that do not
   * divide the image, and numbers out of range, with an IllegalArgumentException.
   */
  public static final class Builder extends ImmutableVitConfig.Builder {
    Builder() {}

    /** Size of the global views in pixels, for which the positions are made. */
    public Builder imageSize(int height, int width) {
      return imageHeight(height).imageWidth(width);
    }

    /** Square {@link #imageSize(int, int)}. */
    public Builder imageSize(int side) {
      return imageSize(side, side);
    }
  }
}
