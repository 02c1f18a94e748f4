package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.List;
import org.flsl.layers.kernels.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Multi-head self-attention inside each view, {@code softmax(q k^T / sqrt(d)) v}, from the packed
 * projections of all heads.
 *
 * <p>Legend: B batch, V views of a group, N tokens of a view, T tokens of all views, H heads, D
 * width of a head, C = H D.
 */
public final class SelfAttention {
  private final Definition definition;
  private final SameDiff sd;
  private final PackedViews views;
  private final long heads;
  private final long headWidth;

  /** What one group of views leaves for the backward pass. */
  private record Head(SDVariable q, SDVariable k, SDVariable v, SDVariable weights) {}

  private SelfAttention(Definition definition, PackedViews views, long heads, long width) {
    this.definition = definition;
    this.sd = definition.sameDiff();
    this.views = views;
    this.heads = heads;
    this.headWidth = width / heads;
  }

  /**
   * Attends.
   *
   * @param qkv queries, keys and values of every token, {@code [B*T, 3C]}: C queries (head by
   *     head), C keys, C values
   * @param width C
   * @return the attended values {@code [B*T, C]}
   */
  public static SDVariable apply(
      Definition definition, SDVariable qkv, PackedViews views, long heads, long width) {
    return new SelfAttention(definition, views, heads, width).attend(qkv);
  }

  /**
   * The attention weights themselves, for a single view.
   *
   * @param leading tokens at the beginning whose rows and columns are left out
   * @return {@code [B, H*N, N]}, N tokens behind the leading ones
   */
  public static SDVariable weights(
      Definition definition, SDVariable qkv, long tokens, long leading, long heads, long width) {
    PackedViews view = PackedViews.of(tokens);
    SelfAttention attention = new SelfAttention(definition, view, heads, width);
    SDVariable weights = attention.heads(qkv).get(0).weights();
    if (leading > 0) {
      weights =
          definition
              .sameDiff()
              .stridedSlice(
                  weights,
                  new long[] {0, 0, leading, leading},
                  new long[] {0, 0, tokens, tokens},
                  new long[] {1, 1, 1, 1},
                  0b0011,
                  0b0011,
                  0,
                  0,
                  0);
    }
    return weights.reshape(-1, heads * (tokens - leading), tokens - leading);
  }

  /**
   * The keys alone.
   *
   * @return {@code [B*T, C]}
   */
  public static SDVariable keys(Definition definition, SDVariable qkv, long width) {
    return definition
        .sameDiff()
        .stridedSlice(
            qkv,
            new long[] {0, width},
            new long[] {0, 2 * width},
            new long[] {1, 1},
            0b01,
            0b01,
            0,
            0,
            0);
  }

  private SDVariable attend(SDVariable qkv) {
    List<Head> parts = heads(qkv);
    List<SDVariable> outputs = new ArrayList<>();
    for (Head part : parts) {
      outputs.add(mergeHeads(sd.mmul(part.weights(), part.v())));
    }
    SDVariable output = flat(PackedViews.join(definition, outputs, views.groups(), width()));
    definition.group(new Operation.Attention(views.sizes(), heads), List.of(qkv), List.of(output));
    return definition.withGradient(output, List.of(qkv), dy -> List.of(backward(qkv, parts, dy)));
  }

  private List<Head> heads(SDVariable qkv) {
    SDVariable packed = qkv.reshape(-1, views.total(), 3 * width());
    List<Head> parts = new ArrayList<>();
    for (PackedViews.Group group : views.groups()) {
      SDVariable part = views.cut(definition, packed, group, 3 * width());
      SDVariable split =
          sd.permute(part.reshape(-1, group.tokens(), 3, heads, headWidth), 2, 0, 3, 1, 4);
      SDVariable[] qkvParts = sd.unstack(split, 0, 3);
      SDVariable q = qkvParts[0].mul(1 / Math.sqrt(headWidth));
      parts.add(new Head(q, qkvParts[1], qkvParts[2], weights(q, qkvParts[1])));
    }
    return parts;
  }

  private SDVariable weights(SDVariable q, SDVariable k) {
    return sd.nn.softmax(sd.mmul(q, k, false, true, false), -1);
  }

  private SDVariable backward(SDVariable qkv, List<Head> parts, SDVariable dy) {
    SDVariable packed = dy.reshape(-1, views.total(), width());
    List<SDVariable> gradients = new ArrayList<>();
    List<PackedViews.Group> groups = views.groups();
    for (int i = 0; i < parts.size(); i++) {
      Head part = parts.get(i);
      long tokens = groups.get(i).tokens();
      SDVariable cut = views.cut(definition, packed, groups.get(i), width());
      SDVariable dOut = sd.permute(cut.reshape(-1, tokens, heads, headWidth), 0, 2, 1, 3);
      // Computed again: kept, they would grow with the square of the tokens, in every block.
      SDVariable weights = weights(part.q(), part.k());
      SDVariable dv = sd.mmul(weights, dOut, true, false, false);
      SDVariable dWeights = sd.mmul(dOut, part.v(), false, true, false);
      SDVariable dScores = Softmax.gradient(definition, weights, dWeights);
      SDVariable dq = sd.mmul(dScores, part.k()).mul(1 / Math.sqrt(headWidth));
      SDVariable dk = sd.mmul(dScores, part.q(), true, false, false);
      SDVariable stacked = sd.stack(0, dq, dk, dv);
      gradients.add(sd.permute(stacked, 1, 3, 0, 2, 4).reshape(-1, tokens, 3 * width()));
    }
    SDVariable dQkv =
        PackedViews.join(definition, gradients, groups, 3 * width()).reshape(-1, 3 * width());
    definition.group(
        new Operation.AttentionGradient(views.sizes(), heads), List.of(qkv, dy), List.of(dQkv));
    return dQkv;
  }

  /** {@code [B*V, H, N, D] -> [B*V, N, C]}. */
  private SDVariable mergeHeads(SDVariable x) {
    return sd.permute(x, 0, 2, 1, 3);
  }

  private SDVariable flat(SDVariable packed) {
    return packed.reshape(-1, width());
  }

  private long width() {
    return heads * headWidth;
  }
}
