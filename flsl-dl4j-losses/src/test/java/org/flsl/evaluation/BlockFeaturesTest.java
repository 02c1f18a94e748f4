package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
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

/** Features of chosen blocks, checked against what the network yields on its way. */
class BlockFeaturesTest {
  private static final int WIDTH = 8;

  private static ComputationGraph vit(int leading) {
    VitConfig vit =
        VitConfig.builder()
            .width(WIDTH)
            .heads(2)
            .depth(3)
            .patch(4)
            .imageSize(16)
            .leadingTokens(leading)
            .build();
    return VitBackbone.of(vit).network(new NeuralNetConfiguration.Builder().seed(2), 16, 16);
  }

  /** Maps of a half and of a sixth of the image. */
  private static ComputationGraph convolutional() {
    ComputationGraphConfiguration network =
        new NeuralNetConfiguration.Builder()
            .seed(2)
            .graphBuilder()
            .addInputs("photo")
            .addLayer("fine", conv(2, 3), "photo")
            .addLayer("coarse", conv(3, 5), "fine")
            .setOutputs("coarse")
            .setInputTypes(InputType.convolutional(24, 24, 3))
            .build();
    ComputationGraph graph = new ComputationGraph(network);
    graph.init();
    return graph;
  }

  private static ConvolutionLayer conv(int side, int channels) {
    return new ConvolutionLayer.Builder(side, side).stride(side, side).nOut(channels).build();
  }

  private static INDArray images(int height, int width) {
    Nd4j.getRandom().setSeed(6);
    return Nd4j.randn(DataType.FLOAT, 2, 3, height, width);
  }

  private static INDArray patches(INDArray tokens, int leading) {
    return tokens.get(
        NDArrayIndex.all(), NDArrayIndex.interval(leading, tokens.size(1)), NDArrayIndex.all());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void ofSeveralBlocksTheTokensOfPatchesAreJoined(int leading) {
    ComputationGraph graph = vit(leading);
    INDArray images = images(20, 12);
    Map<String, INDArray> all = graph.feedForward(images, false);
    GraphFeatures features = GraphFeatures.of(graph).read(Reading.ofBlocks(3, 1));
    assertEquals(new TokenGrid(5, 3), features.grid(new ImageSize(20, 12)));
    INDArray expected =
        Nd4j.concat(2, patches(all.get("block_2"), leading), patches(all.get("block_0"), leading));
    assertEquals(expected, features.tokens(images));
    assertEquals(
        patches(all.get("block_1"), leading),
        GraphFeatures.of(graph).read(Reading.ofBlocks(2)).tokens(images));
  }

  @Test
  void theVertexOfABlockYieldsTheSame() {
    ComputationGraph graph = vit(2);
    INDArray images = images(16, 16);
    assertEquals(
        GraphFeatures.of(graph).read(Reading.ofBlocks(2)).tokens(images),
        GraphFeatures.of(graph, "block_1").tokens(images));
    assertEquals(
        new TokenGrid(4, 4), GraphFeatures.of(graph, "block_1").grid(new ImageSize(16, 16)));
  }

  @Test
  void coarserMapsAreEnlargedToTheFinest() {
    ComputationGraph graph = convolutional();
    INDArray images = images(24, 12);
    Map<String, INDArray> all = graph.feedForward(images, false);
    GraphFeatures features = GraphFeatures.of(graph).read(Reading.ofBlocks(1, 2));
    assertEquals(new TokenGrid(12, 6), features.grid(new ImageSize(24, 12)));
    INDArray tokens = features.tokens(images);
    assertEquals("[2, 72, 8]", Arrays.toString(tokens.shape()));
    for (int row = 0; row < 12; row++) {
      for (int column = 0; column < 6; column++) {
        int token = row * 6 + column;
        assertEquals(all.get("fine").getFloat(1, 2, row, column), tokens.getFloat(1, token, 2));
        assertEquals(
            all.get("coarse").getFloat(1, 4, row / 3, column / 3), tokens.getFloat(1, token, 7));
      }
    }
  }

  @Test
  void aTwinIsReadAtTheSameBlocks() {
    GraphFeatures features = GraphFeatures.of(vit(1)).read(Reading.ofBlocks(1, 2));
    INDArray images = images(16, 16);
    INDArray tokens = RandomTwin.of(features, 3).tokens(images);
    assertEquals("[2, 16, 16]", Arrays.toString(tokens.shape()));
    assertEquals(
        GraphFeatures.of(RandomTwin.of(vit(1), 3)).read(Reading.ofBlocks(1, 2)).tokens(images),
        tokens);
    assertNotEquals(features.tokens(images), tokens);
  }

  @Test
  void blocksThatAreNotThereAreNamedWithThoseThatAre() {
    GraphFeatures features = GraphFeatures.of(vit(0));
    for (int number : new int[] {-1, 0, 4}) {
      Exception e =
          assertThrows(
              IllegalArgumentException.class, () -> features.read(Reading.ofBlocks(1, number)));
      assertTrue(e.getMessage().contains("1 to 3, not " + number), e.getMessage());
    }
  }
}
