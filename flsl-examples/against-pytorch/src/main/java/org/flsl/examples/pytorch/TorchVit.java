package org.flsl.examples.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.function.UnaryOperator;
import org.flsl.layers.vit.VitConfig;

/**
 * A Vision Transformer as PyTorch's users write it: conv2d, layer_norm, linear,
 * scaled_dot_product_attention, gelu.
 */
final class TorchVit {
  private final VitConfig config;
  private final TorchProducts products;
  private final TorchWeights weights;

  TorchVit(VitConfig config, TorchProducts products) {
    this.config = config;
    this.products = products;
    this.weights = products.weights();
  }

  /**
   * Tokens of images of one size.
   *
   * @param images {@code [B, 3, h, w]}
   * @param positions {@code [1, N, C]}
   * @return {@code [B, N, C]}, attached to the images' manager
   */
  NDArray tokens(NDArray images, NDArray positions) {
    NDArray x = scoped(images, image -> embed(image, positions));
    for (int i = 0; i < config.depth(); i++) {
      String block = "block_" + i + "/";
      x = replace(x, input -> input.add(attention(input, block)));
      x = replace(x, input -> input.add(mlp(input, block)));
    }
    return replace(x, input -> norm(input, "norm/gain", "norm/bias"));
  }

  private NDArray embed(NDArray images, NDArray positions) {
    Shape stride = new Shape(config.patch(), config.patch());
    NDArray patches = products.convolution(images, "patchEmbedding/patch", stride, new Shape(0, 0));
    long batch = images.getShape().get(0);
    return patches.reshape(batch, config.width(), -1).transpose(0, 2, 1).add(positions);
  }

  private NDArray attention(NDArray x, String block) {
    long batch = x.getShape().get(0);
    long tokens = x.getShape().get(1);
    int heads = config.heads();
    NDArray normed = norm(x, block + "norm1Gain", block + "norm1Bias");
    NDList qkv =
        products
            .linear(normed, block + "qkv")
            .reshape(batch, tokens, 3, heads, config.width() / heads)
            .transpose(2, 0, 3, 1, 4)
            .split(3, 0);
    NDArray attended =
        products.attention(qkv.get(0).squeeze(0), qkv.get(1).squeeze(0), qkv.get(2).squeeze(0));
    NDArray merged = attended.transpose(0, 2, 1, 3).reshape(batch, tokens, config.width());
    return products.linear(merged, block + "proj");
  }

  private NDArray mlp(NDArray x, String block) {
    NDArray normed = norm(x, block + "norm2Gain", block + "norm2Bias");
    NDArray up = replace(normed, input -> products.linear(input, block + "fc1"));
    NDArray active = replace(up, input -> input.getNDArrayInternal().gelu());
    return products.linear(active, block + "fc2");
  }

  private NDArray norm(NDArray x, String gain, String bias) {
    return norm(x, weights.get(gain), weights.get(bias), (float) config.normEps());
  }

  static NDArray norm(NDArray x, NDArray gain, NDArray bias, float eps) {
    return x.getNDArrayInternal().layerNorm(x, gain.getShape(), gain, bias, eps).singletonOrThrow();
  }

  /** The function's value, in place of its argument. */
  private static NDArray replace(NDArray x, UnaryOperator<NDArray> function) {
    NDArray y = scoped(x, function);
    x.close();
    return y;
  }

  /** Lets go of everything that the function makes but its value, as a Python function does. */
  private static NDArray scoped(NDArray x, UnaryOperator<NDArray> function) {
    NDManager outer = x.getManager();
    try (NDManager scope = outer.newSubManager()) {
      x.attach(scope);
      NDArray y = function.apply(x);
      x.attach(outer);
      y.attach(outer);
      return y;
    }
  }
}
