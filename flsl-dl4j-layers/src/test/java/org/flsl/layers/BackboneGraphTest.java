package org.flsl.layers;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.BackboneGraph.Block;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

/** What graphs of several kinds tell of their backbones. */
class BackboneGraphTest {
  private static final int LEADING = 5;

  private static ComputationGraphConfiguration vit(int depth) {
    VitConfig config =
        VitConfig.builder()
            .width(12)
            .heads(3)
            .depth(depth)
            .patch(4)
            .channels(2)
            .imageSize(16, 24)
            .leadingTokens(LEADING)
            .build();
    return VitBackbone.of(config).standalone(new NeuralNetConfiguration.Builder(), 16, 24);
  }

  /** Halves its images three times; its classifier is for images of 32 pixels. */
  private static ComputationGraphConfiguration convolutional() {
    return new NeuralNetConfiguration.Builder()
        .activation(Activation.RELU)
        .graphBuilder()
        .addInputs("photo")
        .addLayer("grey", new ActivationLayer(Activation.IDENTITY), "photo")
        .addLayer("conv1", halving(8), "grey")
        .addLayer("norm1", new BatchNormalization(), "conv1")
        .addLayer(
            "pool", new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build(), "norm1")
        .addLayer("conv2", halving(6), "pool")
        .addLayer("conv3", new ConvolutionLayer.Builder(1, 1).nOut(6).build(), "conv2")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv2", "conv3")
        .addLayer("dense", new DenseLayer.Builder().nOut(7).build(), "sum")
        .addLayer(
            "classes",
            new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build(),
            "dense")
        .setOutputs("classes")
        .setInputTypes(InputType.convolutional(32, 32, 4))
        .build();
  }

  private static ConvolutionLayer halving(int channels) {
    return new ConvolutionLayer.Builder(2, 2).stride(2, 2).nOut(channels).build();
  }

  @Test
  void aVisionTransformerTellsAll() {
    BackboneGraph backbone = BackboneGraph.of(vit(3));
    assertEquals(List.of("image"), backbone.inputs());
    assertEquals("norm", backbone.features());
    assertEquals(2, backbone.channels());
    assertEquals(4, backbone.stride());
    assertEquals(new TokenGrid(4, 6), backbone.entrance().orElseThrow().baseGrid());
    assertEquals(LEADING, backbone.entrance().orElseThrow().leadingTokens());
    assertEquals(12, backbone.width(16, 24));
    assertEquals(
        List.of(
            new Block("block_0", 12, 4), new Block("block_1", 12, 4), new Block("block_2", 12, 4)),
        backbone.blocks());
    assertEquals(3, backbone.heads(2));
  }

  @Test
  void itsGridIsThatOfTheImageWithOrWithoutLeadingTokens() {
    BackboneGraph backbone = BackboneGraph.of(vit(2));
    assertEquals(new TokenGrid(5, 2), backbone.grid(20, 8));
    assertEquals(new TokenGrid(5, 2), backbone.grid("block_0", 20, 8));
    assertRefused(() -> backbone.grid(21, 8), "21 x 8", "multiple of 4");
    assertRefused(() -> backbone.grid("norm", 11, 20, 8), "norm", "11 tokens");
  }

  /** Names sort otherwise: block_10 comes before block_2. */
  @Test
  void blocksComeInTheirOrderAlsoOutOfAFile() {
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(vit(12).toJson());
    List<Block> blocks = BackboneGraph.of(read).blocks();
    assertEquals(12, blocks.size());
    for (int i = 0; i < 12; i++) {
      assertEquals("block_" + i, blocks.get(i).vertex());
    }
  }

  @Test
  void aConvolutionalNetworkTellsTheLastMapsOfEachSize() {
    BackboneGraph backbone = BackboneGraph.of(convolutional(), "sum");
    assertEquals(4, backbone.channels());
    assertEquals(8, backbone.stride());
    assertTrue(backbone.entrance().isEmpty());
    assertEquals(
        List.of(
            new Block("grey", 4, 1),
            new Block("norm1", 8, 2),
            new Block("pool", 8, 4),
            new Block("sum", 6, 8)),
        backbone.blocks());
    assertEquals(
        List.of("grey", "norm1"),
        BackboneGraph.of(convolutional(), "norm1").blocks().stream().map(Block::vertex).toList());
  }

  /** The classifier behind the features fits one size of images only. */
  @Test
  void whatLiesBehindTheFeaturesIsNotAsked() {
    assertEquals(new TokenGrid(8, 5), BackboneGraph.of(convolutional(), "sum").grid(64, 40));
    assertEquals(new TokenGrid(8, 5), BackboneGraph.of(convolutional(), "sum").grid(71, 47));
  }

  /** A training packs views and freezes the teacher's side. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSectionOfATrainingTellsTheSame(boolean frozen) {
    VitBackbone network = VitBackbone.in(vit(2));
    GraphBuilder builder = new NeuralNetConfiguration.Builder().graphBuilder();
    builder.addInputs("other", "global", "local");
    GraphSection section = new GraphSection(builder, "teacher/", frozen);
    String tokens =
        network
            .addTo(
                section,
                List.of(new ImageInput("global", 2, 16, 24), new ImageInput("local", 2, 8, 8)))
            .vertex();
    builder.addLayer("elsewhere", new DenseLayer.Builder().nIn(3).nOut(4).build(), "other");
    ComputationGraphConfiguration training =
        builder.setOutputs(tokens, "elsewhere").allowDisconnected(true).build();

    BackboneGraph backbone = BackboneGraph.of(training, tokens);
    assertEquals(List.of("global", "local"), backbone.inputs());
    assertEquals(2, backbone.channels());
    assertEquals(4, backbone.stride());
    assertEquals(LEADING, backbone.entrance().orElseThrow().leadingTokens());
    assertTrue(backbone.vertices().stream().allMatch(name -> name.startsWith("teacher/")));
    assertEquals(3, backbone.heads(1));
  }

  @Test
  void graphsThatAreNoneOfTheseAreToldSo() {
    assertRefused(() -> BackboneGraph.of(vit(1), "nowhere"), "nowhere", "patchEmbedding");
    assertRefused(() -> BackboneGraph.of(vit(1)).block(2), "1 to 1", "not 2", "block_0");
    assertRefused(() -> BackboneGraph.of(vit(1)).block(0), "1 to 1", "not 0");
    assertRefused(() -> BackboneGraph.of(vit(1)).attention(2), "1 to 1", "not 2");
    assertRefused(
        () -> BackboneGraph.of(convolutional(), "sum").attention(2), "\"norm1\"", "no attention");
    assertRefused(
        () -> BackboneGraph.of(convolutional(), "sum").keys(List.of(4)), "\"sum\"", "no attention");
    assertRefused(
        () -> BackboneGraph.of(convolutional(), "dense").grid(32, 32), "dense", "feature maps");
    BackboneGraph classes = BackboneGraph.of(convolutional());
    assertRefused(() -> classes.grid(32, 32), "classes", "feature maps");
    assertRefused(() -> classes.width(32, 32), "classes", "feature maps");
    assertRefused(classes::stride, "classes", "feature maps");
    ComputationGraphConfiguration strict =
        new NeuralNetConfiguration.Builder()
            .convolutionMode(ConvolutionMode.Strict)
            .graphBuilder()
            .addInputs("photo")
            .addLayer(
                "maps",
                new ConvolutionLayer.Builder(4, 4).stride(3, 3).nIn(1).nOut(2).build(),
                "photo")
            .setOutputs("maps")
            .build();
    assertEquals(new TokenGrid(2, 3), BackboneGraph.of(strict).grid(7, 10));
    assertRefused(() -> BackboneGraph.of(strict).grid(8, 10), "takes no images", "h=8");
    ComputationGraphConfiguration dense =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("numbers")
            .addLayer("dense", new DenseLayer.Builder().nIn(3).nOut(4).build(), "numbers")
            .setOutputs("dense")
            .build();
    assertRefused(() -> BackboneGraph.of(dense).blocks(), "no blocks", "dense");
  }
}
