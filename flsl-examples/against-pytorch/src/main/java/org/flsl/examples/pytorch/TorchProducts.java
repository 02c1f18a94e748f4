package org.flsl.examples.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.flsl.layers.kernels.Precision;

/**
 * The products of a network in PyTorch, with its weights.
 *
 * <p>In bf16 they do what PyTorch's autocast does, which DJL cannot switch on: both factors of
 * linear layers, convolutions, matrix products and attention become bf16, and so is what comes out.
 * Everything else takes what it gets; a sum with float32 is float32.
 */
final class TorchProducts {
  private static final Shape EACH = new Shape(1, 1);

  private final TorchWeights weights;
  private final TorchScriptOps ops;
  private final Precision precision;

  TorchProducts(TorchWeights weights, TorchScriptOps ops, Precision precision) {
    this.weights = weights;
    this.ops = ops;
    this.precision = precision;
  }

  TorchWeights weights() {
    return weights;
  }

  /** {@code x W^T + b}, with the weights of that name. */
  NDArray linear(NDArray x, String name) {
    return linear(x, weight(x, name + "W"), weight(x, name + "B"));
  }

  /** {@code x W^T} with rows that the caller made. */
  NDArray similarity(NDArray x, NDArray rows) {
    return linear(x, factor(rows), null);
  }

  private NDArray linear(NDArray x, NDArray weight, NDArray bias) {
    return x.getNDArrayInternal().linear(factor(x), weight, bias).singletonOrThrow();
  }

  /** With the kernels of that name. */
  NDArray convolution(NDArray map, String name, Shape stride, Shape padding) {
    return map.getNDArrayInternal()
        .convolution(
            factor(map), weight(map, name + "W"), weight(map, name + "B"), stride, padding, EACH, 1)
        .singletonOrThrow();
  }

  NDArray matMul(NDArray a, NDArray b) {
    return factor(a).matMul(factor(b));
  }

  /** Of {@code [B, H, N, D]} each. */
  NDArray attention(NDArray q, NDArray k, NDArray v) {
    return ops.attention(factor(q), factor(k), factor(v));
  }

  /** For what wants more digits than products have: a loss. */
  NDArray full(NDArray x) {
    return precision == Precision.BF16 ? ops.inFloat(x) : x;
  }

  private NDArray factor(NDArray x) {
    return precision == Precision.BF16 ? ops.inBf16(x) : x;
  }

  private NDArray weight(NDArray user, String name) {
    return precision == Precision.BF16
        ? weights.reduced(name, ops, user.getManager())
        : weights.get(name);
  }
}
