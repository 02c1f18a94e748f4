package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Keys of a network's blocks, checked against its weights and what comes into the blocks. */
class KeyFeaturesTest {
  private static final int WIDTH = 8;

  /** Out of a file, and with other weights than it begins with. */
  private static ComputationGraph vit(int leading) throws IOException {
    VitConfig vit =
        VitConfig.builder()
            .width(WIDTH)
            .heads(2)
            .depth(3)
            .patch(4)
            .imageSize(16)
            .leadingTokens(leading)
            .build();
    ComputationGraph graph =
        VitBackbone.of(vit).network(new NeuralNetConfiguration.Builder().seed(2), 16, 16);
    Nd4j.getRandom().setSeed(4);
    graph.params().assign(Nd4j.rand(DataType.FLOAT, graph.params().shape()).sub(0.5));
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, zip, false);
    return ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(zip.toByteArray()));
  }

  private static INDArray images(int height, int width) {
    Nd4j.getRandom().setSeed(6);
    return Nd4j.randn(DataType.FLOAT, 2, 3, height, width);
  }

  /** {@code norm(x) W + b} of patches alone, W and b the middle third of the projection. */
  private static INDArray expected(ComputationGraph graph, INDArray entering, int block) {
    Map<String, INDArray> weights = graph.getLayer("block_" + block).paramTable();
    INDArray x = entering.castTo(DataType.DOUBLE);
    INDArray centred = x.sub(x.mean(true, 2));
    INDArray normed = centred.div(Nd4j.math.sqrt(centred.mul(centred).mean(true, 2).add(1e-6)));
    INDArray rows =
        normed
            .reshape('c', -1, WIDTH)
            .mulRowVector(weights.get("norm1Gain").castTo(DataType.DOUBLE))
            .addRowVector(weights.get("norm1Bias").castTo(DataType.DOUBLE));
    INDArray qkv =
        rows.mmul(weights.get("qkvW").castTo(DataType.DOUBLE))
            .addRowVector(weights.get("qkvB").castTo(DataType.DOUBLE));
    return qkv.get(NDArrayIndex.all(), NDArrayIndex.interval(WIDTH, 2 * WIDTH))
        .dup('c')
        .reshape('c', entering.shape());
  }

  private static void assertClose(INDArray expected, INDArray found) {
    assertEquals(Arrays.toString(expected.shape()), Arrays.toString(found.shape()));
    assertEquals(0, expected.sub(found.castTo(DataType.DOUBLE)).amaxNumber().doubleValue(), 1e-5);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void keysAreProjectedFromWhatComesIntoTheBlock(int leading) throws IOException {
    ComputationGraph graph = vit(leading);
    INDArray images = images(20, 12);
    Map<String, INDArray> all = graph.feedForward(images, false);
    GraphFeatures features = GraphFeatures.of(graph).read(Reading.ofKeys(3, 1));
    assertEquals(new TokenGrid(5, 3), features.grid(new ImageSize(20, 12)));
    INDArray keys =
        Nd4j.concat(
            2,
            expected(graph, all.get("block_1"), 2),
            expected(graph, all.get("patchEmbedding"), 0));
    assertClose(
        keys.get(
            NDArrayIndex.all(), NDArrayIndex.interval(leading, keys.size(1)), NDArrayIndex.all()),
        features.tokens(images));
  }

  @Test
  void withoutANumberTheyAreThoseOfTheLastBlock() throws IOException {
    GraphFeatures features = GraphFeatures.of(vit(1));
    INDArray images = images(16, 16);
    assertEquals(
        features.read(Reading.ofKeys(3)).tokens(images),
        features.read(Reading.ofKeys()).tokens(images));
    GraphFeatures shorter = GraphFeatures.of(vit(1), "block_1");
    assertEquals(
        features.read(Reading.ofKeys(2)).tokens(images),
        shorter.read(Reading.ofKeys()).tokens(images));
  }

  @Test
  void aTwinIsReadAlike() throws IOException {
    GraphFeatures features = GraphFeatures.of(vit(1)).read(Reading.ofKeys(2));
    INDArray images = images(16, 16);
    INDArray tokens = RandomTwin.of(features, 3).tokens(images);
    assertEquals(
        GraphFeatures.of(RandomTwin.of(vit(1), 3)).read(Reading.ofKeys(2)).tokens(images), tokens);
    assertNotEquals(features.tokens(images), tokens);
  }

  @Test
  void aConvolutionalNetworkHasNone() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("photo")
                .addLayer(
                    "maps",
                    new ConvolutionLayer.Builder(2, 2).stride(2, 2).nOut(3).build(),
                    "photo")
                .setOutputs("maps")
                .setInputTypes(InputType.convolutional(24, 24, 3))
                .build());
    graph.init();
    GraphFeatures features = GraphFeatures.of(graph);
    for (Reading keys : new Reading[] {Reading.ofKeys(), Reading.ofKeys(1)}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> features.read(keys)).getMessage();
      assertTrue(message.contains("Block 1 of the network (\"maps\") has no attention"), message);
    }
    assertThrows(IllegalArgumentException.class, () -> features.read(Reading.ofKeys(2)));
  }
}
