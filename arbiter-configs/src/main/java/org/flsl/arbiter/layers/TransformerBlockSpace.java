package org.flsl.arbiter.layers;

import org.deeplearning4j.arbiter.layers.LayerSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.flsl.layers.vit.TransformerBlock;

/**
 * A space of {@link TransformerBlock}s, for an ordinary {@code ComputationGraphSpace}.
 *
 * <p>What is not searched keeps the block's default. Search numbers of heads that divide the width:
 * Arbiter drops candidates that cannot be built without counting them, and never ends where there
 * are no others.
 */
public final class TransformerBlockSpace extends LayerSpace<TransformerBlock> {
  private int width;
  private ParameterSpace<Integer> heads;
  private ParameterSpace<Integer> hidden;
  private ParameterSpace<Double> dropPath;
  private ParameterSpace<Double> blockDropout;

  private TransformerBlockSpace() {}

  private TransformerBlockSpace(Builder builder) {
    super(builder);
    this.width = builder.width;
    this.heads = builder.heads;
    this.hidden = builder.hidden;
    this.dropPath = builder.dropPath;
    this.blockDropout = builder.blockDropout;
    this.numParameters = LeafUtils.countUniqueParameters(collectLeaves());
  }

  /** Starts a space of blocks of this width, which is that of the tokens. */
  public static Builder builder(int width, ParameterSpace<Integer> heads) {
    return new Builder(width, heads);
  }

  @Override
  public TransformerBlock getValue(double[] values) {
    TransformerBlock.Builder block = TransformerBlock.builder(width, heads.getValue(values));
    setLayerOptionsBuilder(block, values);
    if (hidden != null) {
      block.hidden(hidden.getValue(values));
    }
    if (dropPath != null) {
      block.dropPath(dropPath.getValue(values));
    }
    if (blockDropout != null) {
      block.dropout(blockDropout.getValue(values));
    }
    return block.build();
  }

  /** Builds a {@link TransformerBlockSpace}. */
  @SuppressWarnings("unchecked") // of build(), as Arbiter declares it
  public static final class Builder extends LayerSpace.Builder<Builder> {
    private final int width;
    private final ParameterSpace<Integer> heads;
    private ParameterSpace<Integer> hidden;
    private ParameterSpace<Double> dropPath;
    private ParameterSpace<Double> blockDropout;

    private Builder(int width, ParameterSpace<Integer> heads) {
      this.width = width;
      this.heads = heads;
    }

    /** Hidden width of the MLP; by default four times the width. */
    public Builder hidden(ParameterSpace<Integer> hidden) {
      this.hidden = hidden;
      return this;
    }

    /** Probability of skipping a branch in training. */
    public Builder dropPath(ParameterSpace<Double> dropPath) {
      this.dropPath = dropPath;
      return this;
    }

    /** Dropout behind attention and in the MLP, inside the block. */
    public Builder blockDropout(ParameterSpace<Double> blockDropout) {
      this.blockDropout = blockDropout;
      return this;
    }

    @Override
    public TransformerBlockSpace build() {
      return new TransformerBlockSpace(this);
    }
  }
}
