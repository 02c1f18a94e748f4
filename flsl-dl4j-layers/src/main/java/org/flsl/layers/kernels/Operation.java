package org.flsl.layers.kernels;

import java.util.List;

/**
 * What a {@link KernelLibrary} can be asked for: mathematics without a word on how it is done.
 *
 * <p>Every array is of float32 and in C order.
 */
public sealed interface Operation {

  /** The shapes of the outputs. */
  List<long[]> outputShapes(List<long[]> inputs);

  /** True if computing it again costs about what reading its output costs. */
  default boolean isCheap() {
    return false;
  }

  /** {@code y = x W + b}: inputs {@code [rows, in]}, {@code [in, out]} and {@code [out]}. */
  record Linear() implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(new long[] {inputs.get(0)[0], inputs.get(1)[1]});
    }
  }

  /**
   * The product of the last two axes, for each combination of the others.
   *
   * @param transposeLeft whether the first factor is transposed before
   * @param transposeRight whether the second factor is transposed before
   */
  record Product(boolean transposeLeft, boolean transposeRight) implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      long[] left = inputs.get(0);
      long[] right = inputs.get(1);
      long[] shape = left.clone();
      int last = left.length - 1;
      shape[last - 1] = left[transposeLeft ? last : last - 1];
      shape[last] = right[transposeRight ? last - 1 : last];
      return List.of(shape);
    }
  }

  /**
   * A copy with its axes in another order.
   *
   * @param axes the input's axis that becomes the first, the second and so on
   */
  record Permutation(List<Integer> axes) implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      long[] shape = inputs.get(0);
      return List.of(axes.stream().mapToLong(axis -> shape[axis]).toArray());
    }
  }

  /** GELU in its exact form. */
  record Gelu() implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0));
    }

    @Override
    public boolean isCheap() {
      return true;
    }
  }

  /** Inputs: GELU's input, and the gradient of its output. */
  record GeluGradient() implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0));
    }
  }

  /**
   * Inputs: x {@code [rows, width]}, gain, bias. Outputs: y, and each row's mean and variance,
   * {@code [rows, 1]}.
   *
   * @param eps added to the variance
   */
  record LayerNorm(double eps) implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      long[] column = {inputs.get(0)[0], 1};
      return List.of(inputs.get(0), column, column);
    }

    @Override
    public boolean isCheap() {
      return true;
    }
  }

  /**
   * Inputs: the gradient of y, then x, mean, variance and gain as in {@link LayerNorm}. Outputs:
   * the gradients of x, gain and bias.
   *
   * @param eps added to the variance
   */
  record LayerNormGradient(double eps) implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(1), inputs.get(4), inputs.get(4));
    }
  }

  /** Softmax along the last axis. */
  record Softmax() implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0));
    }
  }

  /** Inputs: the softmax's output, and its gradient. */
  record SoftmaxGradient() implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0));
    }
  }

  /**
   * {@code softmax(q k^T / sqrt(D)) v} for each head of each view. Input: queries, keys and values
   * of all tokens, {@code [B*T, 3*H*D]}; output {@code [B*T, H*D]}.
   *
   * @param views tokens of each view, T together
   * @param heads H
   */
  record Attention(List<Long> views, long heads) implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      long[] qkv = inputs.get(0);
      return List.of(new long[] {qkv[0], qkv[1] / 3});
    }
  }

  /**
   * The gradient of {@link Attention}. Inputs: its input, and the gradient of its output.
   *
   * @param views tokens of each view
   * @param heads H
   */
  record AttentionGradient(List<Long> views, long heads) implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      return List.of(inputs.get(0));
    }
  }

  /**
   * A convolution of 3 x 3 places, with zeros around the maps. Inputs: maps of an image packed one
   * behind the other, {@code [B, places, in]}, weights {@code [9 in, out]}, the places of a
   * neighbourhood row by row, bias {@code [out]}; output {@code [B * places, out]}.
   *
   * @param grids how the places of each map lie
   */
  record Convolution(List<Grid> grids) implements Operation {

    /** Rows and columns of a map. */
    public record Grid(long height, long width) {
      long places() {
        return height * width;
      }
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      long[] x = inputs.get(0);
      return List.of(new long[] {x[0] * x[1], inputs.get(1)[1]});
    }
  }

  /**
   * Inputs: the gradient of {@link Convolution}'s output, then its maps and weights. Outputs: the
   * gradients of the maps, {@code [B * places, in]}, and of the weights.
   *
   * @param grids how the places of each map lie
   */
  record ConvolutionGradient(List<Convolution.Grid> grids) implements Operation {
    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
      long[] x = inputs.get(1);
      return List.of(new long[] {x[0] * x[1], x[2]}, inputs.get(2));
    }
  }
}
