package org.flsl.layers.vit;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.flsl.layers.AttentionBlock;
import org.flsl.layers.Init;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledLayer;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.ExactGelu;
import org.flsl.layers.samediff.LayerNorm;
import org.flsl.layers.samediff.Linear;
import org.flsl.layers.samediff.PackedViews;
import org.flsl.layers.samediff.SelfAttention;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * One block of a Vision Transformer: self-attention and an MLP, each behind a layer norm and with a
 * residual path.
 *
 * <p>{@code x = x + path(proj(attention(norm1(x))))}, then {@code x = x + path(fc2(gelu(fc1(norm2(
 * x)))))}; {@code path} is drop path for each image and view, in training only. When several views
 * are packed in a sequence, attention stays inside each view.
 *
 * <p>Input and output: {@code [B, T, C]}, T tokens of all views. {@link Output} tells what else of
 * the same parameters it may hand out instead. Mask arrays of DL4J are ignored: all tokens of a
 * view attend to each other.
 */
public final class TransformerBlock extends CompiledLayer implements AttentionBlock {
  @JsonProperty private int width;
  @JsonProperty private int heads;
  @JsonProperty private int hidden;
  @JsonProperty private double normEps;
  @JsonProperty private double dropPath;
  @JsonProperty private double dropout;
  @JsonProperty private List<Long> views;
  @JsonProperty private Output output = Output.TOKENS;
  @JsonProperty private int leading;

  private TransformerBlock() {}

  private TransformerBlock(Builder builder) {
    super(builder);
    this.width = builder.width;
    this.heads = builder.heads;
    this.hidden = builder.hidden;
    this.normEps = builder.normEps;
    this.dropPath = builder.dropPath;
    this.dropout = builder.dropout;
    this.views = builder.views;
    this.output = Objects.requireNonNull(builder.output, "output");
    this.leading = builder.leading;
    if (width < 1 || heads < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          String.format("Transformer block: %d heads do not divide the width %d", heads, width));
    }
    if (hidden < 1) {
      throw new IllegalArgumentException(
          "Transformer block: hidden units must be positive, got " + hidden);
    }
    if (!(normEps > 0 && Double.isFinite(normEps))) {
      throw new IllegalArgumentException(
          "Transformer block: normEps must be positive and finite, got " + normEps);
    }
    if (!(dropPath >= 0 && dropPath < 1) || !(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          String.format(
              "Transformer block: drop path and dropout must lie in [0, 1), got %s and %s",
              dropPath, dropout));
    }
    if (leading < 0) {
      throw new IllegalArgumentException(
          "Transformer block: leading tokens must not be negative, got " + leading);
    }
    if (views != null) {
      checkLeading(new PackedViews(views));
    }
    if (output == Output.ATTENTION && views != null && views.size() > 1) {
      throw new IllegalArgumentException(
          "Transformer block: attention is handed out for a single view, not for " + views);
    }
  }

  /** Starts a block with the paper's defaults. */
  public static Builder builder(int width, int heads) {
    return new Builder(width, heads);
  }

  /** What a block hands out. */
  public enum Output {
    /** {@code [B, T, C]}: what goes on to the next block. */
    TOKENS,
    /** {@code [B, H*N, N]}: the attention among the patches of a single view. */
    ATTENTION,
    /** {@code [B, T, C]}: the keys that are attended to, head by head. */
    KEYS
  }

  @Override
  public TransformerBlock attention() {
    return handingOut(Output.ATTENTION);
  }

  @Override
  public TransformerBlock keys() {
    return handingOut(Output.KEYS);
  }

  /** This block for a single view, with the same parameters. */
  private TransformerBlock handingOut(Output other) {
    return builder(width, heads)
        .hidden(hidden)
        .normEps(normEps)
        .dropPath(dropPath)
        .dropout(dropout)
        .leadingTokens(leading)
        .output(other)
        .build();
  }

  @Override
  public int heads() {
    return heads;
  }

  @Override
  public int width() {
    return width;
  }

  /** Hidden units of the MLP. */
  public int hidden() {
    return hidden;
  }

  /** Added to the variance by both layer norms. */
  public double normEps() {
    return normEps;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("qkvW", width, 3L * width);
    params.addWeightParam("projW", width, width);
    params.addWeightParam("fc1W", width, hidden);
    params.addWeightParam("fc2W", hidden, width);
    params.addBiasParam("qkvB", 3L * width);
    params.addBiasParam("projB", width);
    params.addBiasParam("fc1B", hidden);
    params.addBiasParam("fc2B", width);
    params.addBiasParam("norm1Gain", width);
    params.addBiasParam("norm1Bias", width);
    params.addBiasParam("norm2Gain", width);
    params.addBiasParam("norm2Bias", width);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) -> {
          if (name.endsWith("W")) {
            Init.normal(array);
          } else {
            array.assign(name.endsWith("Gain") ? 1 : 0);
          }
        });
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    long tokens = input.getShape()[1];
    PackedViews packed = packing(tokens);
    SDVariable x = input.reshape(-1, width);

    SDVariable normed = norm(d, x, "norm1");
    SDVariable qkv = Linear.apply(d, normed, d.param("qkvW"), d.param("qkvB"));
    if (output == Output.ATTENTION) {
      return SelfAttention.weights(d, qkv, tokens, leading, heads, width);
    }
    if (output == Output.KEYS) {
      return SelfAttention.keys(d, qkv, width).reshape(-1, tokens, width);
    }
    SDVariable attended = SelfAttention.apply(d, qkv, packed, heads, width);
    SDVariable branch = Linear.apply(d, attended, d.param("projW"), d.param("projB"));
    x = sum(d, x, path(d, dropout(d, branch, "projDrop", tokens, width), "path1", packed));

    SDVariable up = Linear.apply(d, norm(d, x, "norm2"), d.param("fc1W"), d.param("fc1B"));
    SDVariable active = dropout(d, ExactGelu.apply(d, up), "fc1Drop", tokens, hidden);
    branch = Linear.apply(d, active, d.param("fc2W"), d.param("fc2B"));
    x = sum(d, x, path(d, dropout(d, branch, "fc2Drop", tokens, width), "path2", packed));
    return x.reshape(-1, tokens, width);
  }

  private PackedViews packing(long tokens) {
    if (views == null) {
      PackedViews single = PackedViews.of(tokens);
      checkLeading(single);
      return single;
    }
    PackedViews packed = new PackedViews(views);
    packed.check(name(), "tokens", tokens);
    return packed;
  }

  private void checkLeading(PackedViews packed) {
    if (packed.sizes().stream().anyMatch(size -> size <= leading)) {
      throw new IllegalArgumentException(
          String.format(
              "%s: views of %s tokens cannot begin with %d that are no patches",
              name(), packed.sizes(), leading));
    }
  }

  private SDVariable norm(Definition d, SDVariable x, String name) {
    return LayerNorm.apply(d, x, d.param(name + "Gain"), d.param(name + "Bias"), normEps);
  }

  private SDVariable path(Definition d, SDVariable branch, String name, PackedViews packed) {
    if (!d.training() || dropPath == 0) {
      return branch;
    }
    long[] sizes = packed.sizes().stream().mapToLong(Long::longValue).toArray();
    return masked(d, branch, d.keepMask(name, 1 - dropPath, sizes, 1));
  }

  private SDVariable dropout(Definition d, SDVariable x, String name, long tokens, long columns) {
    if (!d.training() || dropout == 0) {
      return x;
    }
    long[] single = new long[(int) tokens];
    Arrays.fill(single, 1);
    return masked(d, x, d.keepMask(name, 1 - dropout, single, columns));
  }

  /** ND4J's own gradient of a sum would keep both terms, to look at their shapes. */
  private static SDVariable sum(Definition d, SDVariable x, SDVariable y) {
    return d.withGradient(x.add(y), List.of(x, y), gradient -> List.of(gradient, gradient));
  }

  /** The mask gets no gradient. */
  private static SDVariable masked(Definition d, SDVariable x, SDVariable mask) {
    return d.withGradient(x.mul(mask), List.of(x), dy -> List.of(dy.mul(mask)));
  }

  @Override
  public void validateInput(INDArray input) {
    TokenTypes.checkSequence(name(), input, width);
    packing(input.size(1));
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    long tokens = TokenTypes.expectSequence(name(), input, width).getTimeSeriesLength();
    if (tokens > 0) {
      packing(tokens);
    }
    return output == Output.ATTENTION
        ? TokenTypes.sequence(tokens - leading, (tokens - leading) * heads)
        : TokenTypes.sequence(width, tokens);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TransformerBlock that
        && super.equals(other)
        && width == that.width
        && heads == that.heads
        && hidden == that.hidden
        && normEps == that.normEps
        && dropPath == that.dropPath
        && dropout == that.dropout
        && output == that.output
        && leading == that.leading
        && Objects.equals(views, that.views);
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(width, heads, hidden, normEps, dropPath, dropout, output, leading, views);
  }

  /**
   * Builds a {@link TransformerBlock}; refuses heads that do not divide the width, views of nothing
   * but leading tokens, and numbers out of range, with an IllegalArgumentException.
   */
  public static final class Builder extends SameDiffLayer.Builder<Builder> {
    private final int width;
    private final int heads;
    private int hidden;
    private double normEps = 1e-6;
    private double dropPath;
    private double dropout;
    private List<Long> views;
    private Output output = Output.TOKENS;
    private int leading;

    private Builder(int width, int heads) {
      this.width = width;
      this.heads = heads;
      this.hidden = 4 * width;
    }

    /** Hidden units of the MLP; default four times the width. */
    public Builder hidden(int hidden) {
      this.hidden = hidden;
      return this;
    }

    /** Added to the variance by both layer norms; default 1e-6. */
    public Builder normEps(double normEps) {
      this.normEps = normEps;
      return this;
    }

    /** Probability that an image's view skips a branch in training; default 0. */
    public Builder dropPath(double dropPath) {
      this.dropPath = dropPath;
      return this;
    }

    /** Dropout after the linear layers; default 0. */
    public Builder dropout(double dropout) {
      this.dropout = dropout;
      return this;
    }

    /** The views packed in the input; default one view. */
    public Builder views(PackedViews views) {
      this.views = views.sizes();
      return this;
    }

    /** What it hands out; default the tokens. */
    public Builder output(Output output) {
      this.output = output;
      return this;
    }

    /**
     * How many tokens in front of a view are none of patches; default 0. They attend and are
     * attended to like all others; only the attention that is handed out leaves them out.
     */
    public Builder leadingTokens(int leadingTokens) {
      this.leading = leadingTokens;
      return this;
    }

    @Override
    @SuppressWarnings("unchecked")
    public TransformerBlock build() {
      return new TransformerBlock(this);
    }
  }
}
