package org.flsl.layers.vit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledLayer;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.PackedViews;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Leaves out the leading tokens of every view: what remains are the tokens of its patches.
 *
 * <p>Behind the blocks of a Vision Transformer with class, distillation or register tokens. Input:
 * {@code [B, sum_v (L + N_v), C]}, L leading tokens. Output: {@code [B, sum_v N_v, C]}.
 */
public final class PatchTokens extends CompiledLayer {
  @JsonProperty private int width;
  @JsonProperty private int leading;
  @JsonProperty private List<Long> views;

  private PatchTokens() {}

  private PatchTokens(Builder builder) {
    super(builder);
    this.width = builder.width;
    this.leading = builder.leading;
    this.views = builder.views;
  }

  /**
   * Leaves out tokens.
   *
   * @param width C
   * @param leading L
   * @param packed the views with their leading tokens; a single one may have any number of tokens
   * @throws IllegalArgumentException if the width is not positive, or a view would be empty
   */
  public static PatchTokens of(int width, int leading, PackedViews packed) {
    if (width < 1) {
      throw new IllegalArgumentException("Patch tokens: width must be positive, got " + width);
    }
    if (leading < 1 || packed.sizes().stream().anyMatch(size -> size <= leading)) {
      throw new IllegalArgumentException(
          "Views of %s tokens cannot begin with %d that are no patches"
              .formatted(packed.sizes(), leading));
    }
    return new Builder(width, leading, packed.sizes().size() == 1 ? null : packed.sizes()).build();
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    // It has none.
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    // It has none.
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    PackedViews packed = packing(input.getShape()[1]);
    List<SDVariable> parts = new ArrayList<>();
    for (PackedViews.Group group : packed.groups()) {
      SDVariable part = packed.cut(d, input, group, width);
      parts.add(withoutLeading(d, part, group.tokens()));
    }
    return PackedViews.join(d, parts, patches(packed).groups(), width);
  }

  private SDVariable withoutLeading(Definition d, SDVariable view, long tokens) {
    return d.sameDiff()
        .stridedSlice(
            view,
            new long[] {0, leading, 0},
            new long[] {0, tokens, 0},
            new long[] {1, 1, 1},
            0b101,
            0b101,
            0,
            0,
            0);
  }

  private PackedViews packing(long tokens) {
    if (views == null && tokens <= leading) {
      throw new IllegalArgumentException(
          String.format(
              "%s leaves out the first %d tokens, but its input has %d", name(), leading, tokens));
    }
    PackedViews packed = views == null ? PackedViews.of(tokens) : new PackedViews(views);
    packed.check(name(), "tokens", tokens);
    return packed;
  }

  private PackedViews patches(PackedViews packed) {
    return new PackedViews(packed.sizes().stream().map(size -> size - leading).toList());
  }

  @Override
  public void validateInput(INDArray input) {
    TokenTypes.checkSequence(name(), input, width);
    packing(input.size(1));
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    long tokens = TokenTypes.expectSequence(name(), input, width).getTimeSeriesLength();
    return TokenTypes.sequence(width, tokens > 0 ? patches(packing(tokens)).total() : tokens);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PatchTokens that
        && super.equals(other)
        && width == that.width
        && leading == that.leading
        && Objects.equals(views, that.views);
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(width, leading, views);
  }

  private static final class Builder extends SameDiffLayer.Builder<Builder> {
    private final int width;
    private final int leading;
    private final List<Long> views;

    private Builder(int width, int leading, List<Long> views) {
      this.width = width;
      this.leading = leading;
      this.views = views;
    }

    @Override
    @SuppressWarnings("unchecked")
    public PatchTokens build() {
      return new PatchTokens(this);
    }
  }
}
