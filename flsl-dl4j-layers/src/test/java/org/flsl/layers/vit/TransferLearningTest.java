package org.flsl.layers.vit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.TinyGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.Regularization;

/** A Vision Transformer goes on in DL4J's transfer learning, as the documentation says. */
class TransferLearningTest {
  private static final Adam ADAM = new Adam(1e-3);
  private static final INDArray IMAGES = TinyGraph.random(DataType.FLOAT, 1, 2, 3, 6, 6);

  private final ComputationGraph backbone =
      VitBackbone.of(
              VitConfig.builder()
                  .width(8)
                  .heads(2)
                  .depth(2)
                  .patch(2)
                  .imageSize(6)
                  .positions(Positions.LEARNED)
                  .leadingTokens(1)
                  .build())
          .network(new NeuralNetConfiguration.Builder().seed(1), 6, 6);

  @BeforeEach
  void train() {
    backbone.params().addi(TinyGraph.random(DataType.FLOAT, 2, backbone.params().shape()));
  }

  private static TransferLearning.GraphBuilder editing(ComputationGraph network) {
    return new TransferLearning.GraphBuilder(network)
        .fineTuneConfiguration(
            new FineTuneConfiguration.Builder().updater(ADAM).weightDecay(0.1).seed(3).build());
  }

  private static ComputationGraph classifier(TransferLearning.GraphBuilder edited, int classes) {
    return edited
        .addLayer("pool", mean(), "norm")
        .addLayer(
            "classes",
            new OutputLayer.Builder().nIn(8).nOut(classes).activation(Activation.SOFTMAX).build(),
            "pool")
        .setOutputs("classes")
        .build();
  }

  private static GlobalPoolingLayer mean() {
    return new GlobalPoolingLayer.Builder(PoolingType.AVG).poolingDimensions(1).build();
  }

  private static DataSet labelled(int classes) {
    return new DataSet(IMAGES, Nd4j.eye(classes).getRows(0, 1));
  }

  private void assertKept(ComputationGraph edited) {
    for (GraphVertex vertex : backbone.getVertices()) {
      if (vertex.numParams() > 0) {
        String name = vertex.getVertexName();
        assertEquals(vertex.params(), edited.getVertex(name).params(), name);
      }
    }
    assertEquals(backbone.outputSingle(IMAGES), edited.feedForward(IMAGES, false).get("norm"));
  }

  @Test
  void aFrozenNetworkStaysAsItIsUnderANewHead() {
    ComputationGraph edited = classifier(editing(backbone).setFeatureExtractor("norm"), 3);
    assertKept(edited);
    INDArray head = edited.getLayer("classes").params().dup();
    edited.fit(labelled(3));
    assertKept(edited);
    assertNotEquals(head, edited.getLayer("classes").params());
  }

  @Test
  void allOfItGoesOnLearning() {
    ComputationGraph edited = classifier(editing(backbone), 3);
    assertKept(edited);
    edited.fit(labelled(3));
    for (String name : new String[] {"patchEmbedding", "block_0", "block_1", "norm"}) {
      assertNotEquals(backbone.getVertex(name).params(), edited.getVertex(name).params(), name);
    }
  }

  @Test
  void anotherNumberOfClassesLeavesTheRestAsItIs() throws IOException {
    ComputationGraph three = classifier(editing(backbone), 3);
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    ModelSerializer.writeModel(three, zip, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(zip.toByteArray()), true);
    ComputationGraph four = editing(restored).nOutReplace("classes", 4, WeightInit.XAVIER).build();
    assertKept(four);
    assertEquals(4, four.outputSingle(IMAGES).size(1));
    four.fit(labelled(4));
  }

  /** What transfer learning says of updater and decay, DL4J's own layers hear alone. */
  @Test
  void theNetworkKeepsUpdaterAndDecayThatItWasBuiltWith() {
    ComputationGraph edited = classifier(editing(backbone), 3);
    assertEquals(new Sgd(1e-3), updater(edited, "block_0", "qkvW"));
    assertEquals(new Sgd(1e-3), updater(edited, "patchEmbedding", "patchW"));
    assertEquals(ADAM, updater(edited, "classes", "W"));
    assertEquals(List.of(), decay(edited, "block_0", "qkvW"));
    assertNotEquals(List.of(), decay(edited, "classes", "W"));

    NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder().updater(ADAM).weightDecay(0.1);
    ComputationGraph rebuilt = VitBackbone.in(backbone.getConfiguration()).network(settings, 6, 6);
    ParameterCopy.named(backbone, rebuilt, "");
    edited = classifier(editing(rebuilt), 3);
    assertKept(edited);
    assertEquals(ADAM, updater(edited, "block_0", "qkvW"));
    assertEquals(ADAM, updater(edited, "patchEmbedding", "patchW"));
    assertEquals(1, decay(edited, "block_0", "qkvW").size());
  }

  private static List<Regularization> decay(
      ComputationGraph graph, String layer, String parameter) {
    return graph.getLayer(layer).conf().getLayer().getRegularizationByParam(parameter);
  }

  private static Object updater(ComputationGraph graph, String layer, String parameter) {
    return graph.getLayer(layer).conf().getLayer().getUpdaterByParam(parameter);
  }

  @Test
  void tokensAreAveragedAlongAxisOne() {
    INDArray tokens = backbone.outputSingle(IMAGES);
    ComputationGraph edited = classifier(editing(backbone), 3);
    assertEquals(tokens.mean(1), edited.feedForward(IMAGES, false).get("pool"));

    ComputationGraph other =
        editing(backbone)
            .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "norm")
            .setOutputs("pool")
            .build();
    assertArrayEquals(new long[] {2, 9}, other.outputSingle(IMAGES).shape(), "of channels");
  }
}
