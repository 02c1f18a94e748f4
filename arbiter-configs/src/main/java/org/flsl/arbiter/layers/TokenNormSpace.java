package org.flsl.arbiter.layers;

import org.deeplearning4j.arbiter.layers.LayerSpace;
import org.flsl.layers.vit.TokenNorm;

/**
 * A {@link TokenNorm} in an ordinary {@code ComputationGraphSpace}: there is nothing to search.
 *
 * <p>Arbiter's own wrapper of a fixed layer does not come back from JSON.
 */
public final class TokenNormSpace extends LayerSpace<TokenNorm> {
  private int width;

  private TokenNormSpace() {}

  private TokenNormSpace(Builder builder) {
    super(builder);
    this.width = builder.width;
  }

  /** Starts a norm of tokens of this width. */
  public static Builder builder(int width) {
    return new Builder(width);
  }

  @Override
  public TokenNorm getValue(double[] values) {
    TokenNorm.Builder norm = TokenNorm.builder(width);
    setLayerOptionsBuilder(norm, values);
    return norm.build();
  }

  /** Builds a {@link TokenNormSpace}. */
  @SuppressWarnings("unchecked") // of build(), as Arbiter declares it
  public static final class Builder extends LayerSpace.Builder<Builder> {
    private final int width;

    private Builder(int width) {
      this.width = width;
    }

    @Override
    public TokenNormSpace build() {
      return new TokenNormSpace(this);
    }
  }
}
