package org.flsl.layers.samediff;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.EveryLayer;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.dense.DetectionTowers;
import org.flsl.layers.dense.PixelMaps;
import org.flsl.layers.dense.PlaceScores;
import org.flsl.layers.dense.PyramidLevel;
import org.flsl.layers.vit.TokenNorm;
import org.flsl.layers.vit.TransformerBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** How compiled layers behave inside DL4J's networks, whatever they compute. */
class CompiledRuntimeTest {

  private static ComputationGraph graph(DataType type) {
    return TinyGraph.of(type, EveryLayer.graph());
  }

  private static void fit(ComputationGraph graph, int step, int batch) {
    DataType type = graph.params().dataType();
    graph.fit(TinyGraph.batch(EveryLayer.inputs(type, step, batch)));
  }

  @Test
  void everyBatchSizeGivesTheSameNumbers() {
    ComputationGraph graph = graph(DataType.DOUBLE);
    INDArray[] all = EveryLayer.inputs(DataType.DOUBLE, 1, 6);
    INDArray expected = graph.outputSingle(all).dup();
    // More sizes than a computation keeps plans for, and back to sizes seen before.
    for (int batch : new int[] {1, 3, 2, 5, 4, 6, 1, 3}) {
      INDArray[] part = new INDArray[all.length];
      for (int i = 0; i < all.length; i++) {
        part[i] = all[i].get(NDArrayIndex.interval(0, batch)).dup('c');
      }
      INDArray output = graph.outputSingle(part);
      INDArray difference = output.sub(expected.get(NDArrayIndex.interval(0, batch)));
      assertEquals(0, difference.amaxNumber().doubleValue(), 1e-12, "batch of " + batch);
    }
  }

  @Test
  void trainingWithChangingBatchSizesIsReproducible() {
    ComputationGraph one = graph(DataType.FLOAT);
    ComputationGraph other = graph(DataType.FLOAT);
    int[] batches = {2, 5, 1, 3, 4, 6, 2, 5};
    for (int step = 0; step < batches.length; step++) {
      fit(one, step, batches[step]);
    }
    // The same steps, each in a graph whose computations were never run before.
    for (int step = 0; step < batches.length; step++) {
      ComputationGraph fresh = graph(DataType.FLOAT);
      fresh.params().assign(other.params());
      if (step > 0) {
        fresh.getUpdater().getStateViewArray().assign(other.getUpdater().getStateViewArray());
      }
      fresh.getConfiguration().setIterationCount(step);
      fit(fresh, step, batches[step]);
      other = fresh;
    }
    assertEquals(one.params(), other.params());
  }

  @Test
  void sequencesOfAnotherLengthAreNotMistakenForOtherBatches() {
    TransformerBlock block = TransformerBlock.builder(6, 2).build();
    ComputationGraph graph =
        TinyGraph.of(
            DataType.DOUBLE,
            b ->
                b.addInputs("x")
                    .addLayer("block", block, "x")
                    .addLayer("out", new GradientCheck.MixedSquares(), "block")
                    .setOutputs("out")
                    .setInputTypes(TokenTypes.sequence(6, -1)));
    // Two sequences of four tokens hold as many numbers as one of eight.
    INDArray pair = TinyGraph.random(1, 2, 4, 6);
    INDArray expected = graph.outputSingle(pair).dup();
    assertArrayEquals(
        new long[] {1, 8, 6}, graph.outputSingle(TinyGraph.random(2, 1, 8, 6)).shape());
    INDArray again = graph.outputSingle(pair);
    assertArrayEquals(new long[] {2, 4, 6}, again.shape());
    assertEquals(expected, again);

    ComputationGraph fresh = graph.clone();
    graph.fit(TinyGraph.batch(TinyGraph.random(2, 1, 8, 6)));
    fresh.fit(TinyGraph.batch(TinyGraph.random(2, 1, 8, 6)));
    graph.fit(TinyGraph.batch(pair));
    // Trained from here on with what the other one never saw.
    ComputationGraph unseen = fresh.clone();
    unseen.getConfiguration().setIterationCount(1);
    unseen.getUpdater().getStateViewArray().assign(fresh.getUpdater().getStateViewArray());
    unseen.fit(TinyGraph.batch(pair));
    assertEquals(unseen.params(), graph.params());
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void inferenceBetweenTrainingStepsDoesNotDisturbThem(DataType type) {
    ComputationGraph undisturbed = graph(type);
    ComputationGraph disturbed = graph(type);
    for (int step = 0; step < 4; step++) {
      fit(undisturbed, step, 3);
      disturbed.output(EveryLayer.inputs(type, 70 + step, 3));
      disturbed.feedForward(EveryLayer.inputs(type, 80 + step, 5), true);
      disturbed.score(TinyGraph.batch(EveryLayer.inputs(type, 90 + step, 3)), false);
      fit(disturbed, step, 3);
    }
    assertEquals(undisturbed.params(), disturbed.params());
    assertEquals(undisturbed.score(), disturbed.score());
  }

  @Test
  void aLaterCallDoesNotOverwriteAnOutput() {
    ComputationGraph graph = graph(DataType.FLOAT);
    INDArray[] outputs = graph.output(EveryLayer.inputs(DataType.FLOAT, 1, 3));
    Map<String, INDArray> activations =
        graph.feedForward(EveryLayer.inputs(DataType.FLOAT, 1, 3), false);
    INDArray output = outputs[0].dup();
    Map<String, INDArray> copies = new HashMap<>();
    activations.forEach((name, array) -> copies.put(name, array.dup()));
    graph.output(EveryLayer.inputs(DataType.FLOAT, 2, 3));
    graph.feedForward(EveryLayer.inputs(DataType.FLOAT, 3, 3), true);
    fit(graph, 4, 3);
    assertEquals(output, outputs[0]);
    copies.forEach((name, copy) -> assertEquals(copy, activations.get(name), name));
  }

  @Test
  void workspacesChangeNoNumber() {
    ComputationGraph with = graph(DataType.FLOAT);
    ComputationGraph without = graph(DataType.FLOAT);
    without.getConfiguration().setTrainingWorkspaceMode(WorkspaceMode.NONE);
    without.getConfiguration().setInferenceWorkspaceMode(WorkspaceMode.NONE);
    INDArray[] inputs = EveryLayer.inputs(DataType.FLOAT, 9, 2);
    for (int step = 0; step < 3; step++) {
      fit(with, step, 3);
      fit(without, step, 3);
      assertEquals(with.score(), without.score());
      assertEquals(with.outputSingle(inputs), without.outputSingle(inputs));
    }
    assertEquals(with.params(), without.params());
  }

  @Test
  void floatAndDoubleAgree() {
    ComputationGraph single = graph(DataType.FLOAT);
    ComputationGraph twice = graph(DataType.DOUBLE);
    twice.params().assign(single.params().castTo(DataType.DOUBLE));
    for (int step = 0; step < 3; step++) {
      fit(single, step, 3);
      fit(twice, step, 3);
    }
    INDArray difference = single.params().castTo(DataType.DOUBLE).sub(twice.params());
    double relative =
        difference.norm2Number().doubleValue() / twice.params().norm2Number().doubleValue();
    assertTrue(relative < 1e-4 && relative > 0, "relative difference " + relative);
    assertEquals(
        DataType.FLOAT, single.outputSingle(EveryLayer.inputs(DataType.FLOAT, 1, 2)).dataType());
  }

  @Test
  void inputsOfAnotherTypeAreConvertedAsDl4jDoes() {
    ComputationGraph graph = graph(DataType.FLOAT);
    INDArray expected = graph.outputSingle(EveryLayer.inputs(DataType.FLOAT, 1, 2));
    assertEquals(expected, graph.outputSingle(EveryLayer.inputs(DataType.DOUBLE, 1, 2)));
  }

  @Test
  void frozenLayersGetNoGradientAndDoNotChange() {
    ComputationGraph graph = graph(DataType.DOUBLE);
    INDArray embedding = graph.getVertex("frozen/embedding").params();
    INDArray block = graph.getLayer("frozen/block").params();
    INDArray before = Nd4j.concat(0, embedding.ravel(), block.ravel());
    INDArray trained = graph.getVertex("embedding").params().dup();
    for (int step = 0; step < 3; step++) {
      fit(graph, step, 2);
    }
    assertEquals(before, Nd4j.concat(0, embedding.ravel(), block.ravel()));
    assertNotEquals(trained, graph.getVertex("embedding").params());
    assertTrue(
        graph.gradient().gradientForVariable().keySet().stream()
            .noneMatch(name -> name.startsWith("frozen/")),
        () -> graph.gradient().gradientForVariable().keySet().toString());
    long frozen = embedding.length() + block.length();
    assertEquals(
        2 * (graph.params().length() - frozen),
        graph.getUpdater().getStateViewArray().length(),
        "updater state of frozen layers");
  }

  @Test
  void gradientsThroughDl4jLayersAreRight() {
    // DL4J's recurrent layers hand over arrays in column order, forward and backward.
    ComputationGraph graph =
        TinyGraph.of(
            DataType.DOUBLE,
            b ->
                b.addInputs("x")
                    .addLayer("before", recurrent(), "x")
                    .addLayer("norm", TokenNorm.builder(4).build(), "before")
                    .addLayer("after", recurrent(), "norm")
                    .addLayer("out", new GradientCheck.MixedSquares(), "after")
                    .setOutputs("out")
                    .setInputTypes(TokenTypes.sequence(4, 3)));
    GradientCheck.check(graph, TinyGraph.random(1, 2, 3, 4));
  }

  private static SimpleRnn recurrent() {
    return new SimpleRnn.Builder().nIn(4).nOut(4).dataFormat(RNNFormat.NWC).build();
  }

  @Test
  void aMultiLayerNetworkRunsThemToo() {
    var conf =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .dataType(DataType.DOUBLE)
            .list()
            .layer(TransformerBlock.builder(6, 2).dropPath(0.3).build())
            .layer(new GradientCheck.MixedSquares())
            .setInputType(TokenTypes.sequence(6, 4))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    INDArray x = TinyGraph.random(1, 2, 4, 6);
    INDArray before = network.params().dup();
    network.fit(new DataSet(x, Nd4j.zeros(DataType.DOUBLE, 2, 1)));
    assertNotEquals(before, network.params());
    assertArrayEquals(new long[] {2, 4, 6}, network.output(x).shape());
  }

  @Test
  void nothingIsPrintedOnStandardOutput() {
    PrintStream old = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true));
    try {
      fit(graph(DataType.FLOAT), 0, 2);
    } finally {
      System.setOut(old);
    }
    assertEquals("", printed.toString());
  }

  @Test
  void memoryDoesNotGrowOverTwoHundredSteps() {
    ComputationGraph graph =
        TinyGraph.plain(
            DataType.FLOAT,
            b ->
                b.addInputs("x")
                    .addLayer("block", TransformerBlock.builder(64, 2).dropPath(0.1).build(), "x")
                    .addLayer("norm", TokenNorm.builder(64).build(), "block")
                    .addLayer("out", new GradientCheck.MixedSquares(), "norm")
                    .setOutputs("out")
                    .setInputTypes(TokenTypes.sequence(64, 64)));
    // One step keeps about 2 MB for its backward pass: a leak of it would be 400 MB.
    INDArray x = TinyGraph.random(DataType.FLOAT, 1, 4, 64, 64);
    INDArray half = x.get(NDArrayIndex.interval(0, 2)).dup('c');
    assertGrowsByLessThan(100, graph, x, half);
  }

  /** Ops of ND4J leak as well: its reverse of the kernels of 3 x 3 alone would be 500 MB. */
  @Test
  void memoryDoesNotGrowOverTwoHundredStepsOfDenseLayers() {
    ComputationGraph graph =
        TinyGraph.plain(
            DataType.FLOAT,
            b ->
                b.addInputs("x")
                    .addLayer("level", PyramidLevel.of(64, 64, 1), "x")
                    .addLayer("scores", PlaceScores.of(64, 64), "level")
                    .addVertex("pixels", new PixelMaps(), "scores", "x")
                    .addVertex("towers", new DetectionTowers(1, 64, 1, 3), "pixels")
                    .addLayer("out", new GradientCheck.MixedSquares(), "towers")
                    .setOutputs("out")
                    .setInputTypes(InputType.convolutional(4, 4, 64)));
    INDArray x = TinyGraph.random(DataType.FLOAT, 1, 4, 64, 4, 4);
    assertGrowsByLessThan(50, graph, x, x.get(NDArrayIndex.interval(0, 2)).dup('c'));
  }

  private static void assertGrowsByLessThan(
      int megabytes, ComputationGraph graph, INDArray x, INDArray half) {
    run(graph, x, half, 10);
    long before = settled();
    run(graph, x, half, 200);
    long grown = settled() - before >> 20;
    assertTrue(grown < megabytes, "grown by " + grown + " MB");
  }

  private static void run(ComputationGraph graph, INDArray x, INDArray half, int steps) {
    for (int step = 0; step < steps; step++) {
      graph.fit(TinyGraph.batch(step % 3 == 0 ? half : x));
      if (step % 10 == 0) {
        graph.output(half);
      }
    }
  }

  private static long settled() {
    System.gc();
    System.runFinalization();
    return Pointer.physicalBytes();
  }

  @Test
  void everyVertexSaysHowManyInputsItTakes() {
    for (GraphVertex vertex : graph(DataType.FLOAT).getConfiguration().getVertices().values()) {
      GraphVertex inner = vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex;
      if (inner instanceof CompiledVertex compiled) {
        assertRefused(() -> compiled.getOutputType(0), "expects", "got 0");
        InputType[] many = new InputType[compiled.maxVertexInputs() + 1];
        assertRefused(() -> compiled.getOutputType(0, many), "expects", "got " + many.length);
      }
    }
  }

  @Test
  void aBackwardPassNeedsAForwardPass() {
    Computation computation =
        new Computation(DataType.DOUBLE, Map.of(), d -> d.inputs().get("x").mul(2));
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces(new HashMap<>());
    INDArray x = TinyGraph.random(1, 2, 3);
    assertRefused(
        () -> computation.backward(x, Map.of(), Map.of("x", x).keySet(), none),
        "Backward pass without a forward pass",
        "training = true");
    computation.forward(
        Map.of("x", x), Map.of("x", x).keySet(), new Feed.Step(0, 0, 1, BatchPart.WHOLE), none);
    assertTrue(computation.isPending());
    computation.backward(x, Map.of(), Map.of("x", x).keySet(), none);
    assertFalse(computation.isPending());
  }

  /** A norm that learns in front of a block, and a loss behind it. */
  private static ComputationGraph behindANorm(Layer block) {
    return TinyGraph.of(
        DataType.DOUBLE,
        graph ->
            graph
                .addInputs("x")
                .addLayer("norm", TokenNorm.builder(8).build(), "x")
                .addLayer("block", block, "norm")
                .addLayer(
                    "loss",
                    new RnnOutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(8)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .dataFormat(RNNFormat.NWC)
                        .build(),
                    "block")
                .setOutputs("loss"));
  }

  /** DL4J asks for the gradient of a pass that it asked for as one of inference. */
  @Test
  void aFrozenLayerWithBackpropagationHandsGradientsDown() {
    DataSet batch = new DataSet(TinyGraph.random(1, 2, 3, 8), TinyGraph.random(2, 2, 3, 2));
    ComputationGraph plain = behindANorm(TransformerBlock.builder(8, 2).build());
    // Frozen, it computes as in inference, without dropping paths.
    ComputationGraph frozen =
        behindANorm(
            new FrozenLayerWithBackprop(TransformerBlock.builder(8, 2).dropPath(0.9).build()));
    frozen.params().assign(plain.params());
    plain.fit(batch);
    frozen.fit(batch);
    assertEquals(plain.score(), frozen.score(), 1e-12);
    assertEquals(plain.getLayer("norm").params(), frozen.getLayer("norm").params());
    assertNotEquals(plain.getLayer("block").params(), frozen.getLayer("block").params());
  }
}
