package org.flsl.layers.vit;

import org.flsl.layers.TokenGrid;

/**
 * The shape of a Vision Transformer; immutable, with a builder.
 *
 * <p>Use {@link #tiny}, {@link #small} or {@link #base} for the usual ones, or {@link #builder} for
 * any width, depth and number of heads. Legend: C width, H heads.
 */
public final class VitConfig {
  private final int width;
  private final int depth;
  private final int heads;
  private final int patch;
  private final int channels;
  private final double mlpRatio;
  private final double normEps;
  private final double dropPath;
  private final double dropout;
  private final Positions positions;
  private final TokenGrid baseGrid;
  private final boolean finalNorm;
  private final int leadingTokens;

  private VitConfig(Builder b) {
    this.width = b.width;
    this.depth = b.depth;
    this.heads = b.heads;
    this.patch = b.patch;
    this.channels = b.channels;
    this.mlpRatio = b.mlpRatio;
    this.normEps = b.normEps;
    this.dropPath = b.dropPath;
    this.dropout = b.dropout;
    this.positions = b.positions;
    this.finalNorm = b.finalNorm;
    this.leadingTokens = b.leadingTokens;
    check(width > 0 && depth > 0 && heads > 0, "width, depth and heads must be positive");
    check(
        width % heads == 0,
        String.format(
            "%d heads do not divide the width %d: every head needs the same width", heads, width));
    check(patch > 0 && channels > 0, "patch and channels must be positive");
    check(
        (long) (width * mlpRatio) > 0,
        "mlpRatio " + mlpRatio + " leaves no hidden units in the MLP");
    check(normEps > 0, "normEps must be positive, got " + normEps);
    check(dropPath >= 0 && dropPath < 1, "dropPath must lie in [0, 1), got " + dropPath);
    check(dropout >= 0 && dropout < 1, "dropout must lie in [0, 1), got " + dropout);
    check(leadingTokens >= 0, "leadingTokens must not be negative, got " + leadingTokens);
    check(
        positions != Positions.SINCOS || width % 4 == 0,
        "sine-cosine positions need a width that is a multiple of 4, got " + width);
    this.baseGrid = TokenGrid.of(b.imageHeight, b.imageWidth, patch);
  }

  private static void check(boolean ok, String message) {
    if (!ok) {
      throw new IllegalArgumentException("Vision Transformer: " + message);
    }
  }

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
    return builder()
        .width(width)
        .depth(depth)
        .heads(heads)
        .patch(patch)
        .channels(channels)
        .mlpRatio(mlpRatio)
        .normEps(normEps)
        .dropPath(dropPath)
        .dropout(dropout)
        .positions(positions)
        .finalNorm(finalNorm)
        .leadingTokens(leadingTokens)
        .imageSize(baseGrid.height() * patch, baseGrid.width() * patch);
  }

  /** Width C of a token. */
  public int width() {
    return width;
  }

  /** Number of blocks. */
  public int depth() {
    return depth;
  }

  /** Attention heads H. */
  public int heads() {
    return heads;
  }

  /** Side of a patch in pixels. */
  public int patch() {
    return patch;
  }

  /** Colour channels of the images. */
  public int channels() {
    return channels;
  }

  /** Hidden units of the MLP divided by the width. */
  public double mlpRatio() {
    return mlpRatio;
  }

  /** Hidden units of the MLP. */
  public int hidden() {
    return (int) (width * mlpRatio);
  }

  /** Added to the variance by every layer norm. */
  public double normEps() {
    return normEps;
  }

  /** Drop path probability of the last block; it grows linearly from 0 at the first. */
  public double dropPath() {
    return dropPath;
  }

  /**
   * Dropout probability after both linear layers of the MLP and after the attention's projection.
   */
  public double dropout() {
    return dropout;
  }

  /** Kind of positions. */
  public Positions positions() {
    return positions;
  }

  /** The grid that the table of positions is made for; other grids are resampled from it. */
  public TokenGrid baseGrid() {
    return baseGrid;
  }

  /** Whether a layer norm follows the last block. */
  public boolean finalNorm() {
    return finalNorm;
  }

  /** Tokens of the network's own that every view begins with; see {@link Builder#leadingTokens}. */
  public int leadingTokens() {
    return leadingTokens;
  }

  /** Builds a {@link VitConfig}; every value has the paper's default. */
  public static final class Builder {
    private int width = 384;
    private int depth = 12;
    private int heads = 6;
    private int patch = 16;
    private int channels = 3;
    private double mlpRatio = 4;
    private double normEps = 1e-6;
    private double dropPath = 0.1;
    private double dropout = 0;
    private Positions positions = Positions.SINCOS;
    private boolean finalNorm = true;
    private int leadingTokens;
    private int imageHeight = 224;
    private int imageWidth = 224;

    private Builder() {}

    /** Width C of a token; default 384. */
    public Builder width(int width) {
      this.width = width;
      return this;
    }

    /** Number of blocks; default 12. */
    public Builder depth(int depth) {
      this.depth = depth;
      return this;
    }

    /** Attention heads, which must divide the width; default 6. */
    public Builder heads(int heads) {
      this.heads = heads;
      return this;
    }

    /** Side of a patch in pixels; default 16. */
    public Builder patch(int patch) {
      this.patch = patch;
      return this;
    }

    /** Colour channels; default 3. */
    public Builder channels(int channels) {
      this.channels = channels;
      return this;
    }

    /** Hidden units of the MLP divided by the width; default 4. */
    public Builder mlpRatio(double mlpRatio) {
      this.mlpRatio = mlpRatio;
      return this;
    }

    /** Hidden units of the MLP, for the width that was set before; instead of {@link #mlpRatio}. */
    public Builder hidden(int hidden) {
      double ratio = (double) hidden / width;
      // A division may miss the number by one.
      return mlpRatio((int) (width * ratio) == hidden ? ratio : Math.nextUp(ratio));
    }

    /** Added to the variance by every layer norm; default 1e-6. */
    public Builder normEps(double normEps) {
      this.normEps = normEps;
      return this;
    }

    /** Drop path of the last block; default 0.1. */
    public Builder dropPath(double dropPath) {
      this.dropPath = dropPath;
      return this;
    }

    /** Dropout; default 0. */
    public Builder dropout(double dropout) {
      this.dropout = dropout;
      return this;
    }

    /** Kind of positions; default {@link Positions#SINCOS}. */
    public Builder positions(Positions positions) {
      this.positions = positions;
      return this;
    }

    /** Whether a layer norm follows the last block; default true. */
    public Builder finalNorm(boolean finalNorm) {
      this.finalNorm = finalNorm;
      return this;
    }

    /**
     * Learned tokens that every view begins with, such as class, distillation and register tokens;
     * default 0, as in the paper. They take part in the attention of all blocks and are left out of
     * the output, so that the tokens there are those of the patches in any case.
     */
    public Builder leadingTokens(int leadingTokens) {
      this.leadingTokens = leadingTokens;
      return this;
    }

    /** Size of the global views in pixels, for which the positions are made; default 224 x 224. */
    public Builder imageSize(int height, int width) {
      this.imageHeight = height;
      this.imageWidth = width;
      return this;
    }

    /** Square {@link #imageSize(int, int)}. */
    public Builder imageSize(int side) {
      return imageSize(side, side);
    }

    /**
     * Builds.
     *
     * @throws IllegalArgumentException if heads do not divide the width, the patch does not divide
     *     the image, or a number is out of range
     */
    public VitConfig build() {
      return new VitConfig(this);
    }
  }
}
