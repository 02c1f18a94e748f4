package org.flsl.examples.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import org.flsl.layers.kernels.Precision;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PyTorch multiplies in bf16 as its autocast does. */
class TorchProductsTest {
  /** Of the eight bits of bf16, one more than it has: it becomes 1. */
  private static final float JUST_ABOVE_ONE = 1 + 1 / 512f;

  private final NDManager manager = Engine.getEngine("PyTorch").newBaseManager();
  private final TorchWeights weights = new TorchWeights();

  @BeforeEach
  void oneWeight() {
    weights.put("layerW", manager.create(new float[][] {{JUST_ABOVE_ONE, 2}}));
    weights.put("layerB", manager.create(new float[] {0}));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private TorchProducts products(Precision precision) throws IOException {
    return new TorchProducts(weights, new TorchScriptOps(manager), precision);
  }

  @Test
  void factorsAreRoundedInBf16Only() throws IOException {
    NDArray x = manager.create(new float[][] {{256, 0}});
    TorchProducts exact = products(Precision.FLOAT32);
    TorchProducts coarse = products(Precision.BF16);
    assertEquals(256.5f, exact.full(exact.linear(x, "layer")).getFloat(0, 0));
    assertEquals(256, coarse.full(coarse.linear(x, "layer")).getFloat(0, 0));
    NDArray y = manager.create(new float[][] {{JUST_ABOVE_ONE}, {0}});
    assertEquals(256.5f, exact.full(exact.matMul(x, y)).getFloat(0, 0));
    assertEquals(256, coarse.full(coarse.matMul(x, y)).getFloat(0, 0));
  }

  @Test
  void gradientsReachTheWeightsInFloat32() throws IOException {
    NDArray x = manager.create(new float[][] {{3, 5}});
    TorchProducts products = products(Precision.BF16);
    float[][] gradients = new float[1][];
    weights.step(
        manager,
        scope -> products.full(products.linear(x, "layer")).sum(),
        () -> gradients[0] = weights.get("layerW").getGradient().toFloatArray());
    assertArrayEquals(new float[] {3, 5}, gradients[0]);
  }

  @Test
  void aStepTakesWeightsAsTheyAreThen() throws IOException {
    NDArray x = manager.create(new float[][] {{1, 0}});
    TorchProducts products = products(Precision.BF16);
    double before = step(products, x);
    weights.get("layerW").addi(1);
    assertEquals(1, before);
    assertEquals(2, step(products, x));
  }

  private double step(TorchProducts products, NDArray x) {
    return weights.step(
        manager, scope -> products.full(products.linear(x, "layer")).sum(), () -> {});
  }
}
