package org.flsl.training;

import static java.awt.image.DataBuffer.TYPE_BYTE;
import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.graph.GraphBackbone;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.schedules.Scheduled;
import org.flsl.views.DeepImages;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** A convolutional network with a residual path, pretrained without knowing of FLSL. */
class ForeignBackboneTest {
  private static final int SIZE = 24;

  private static ComputationGraphConfiguration network() {
    return network(3);
  }

  private static ComputationGraphConfiguration network(int channels) {
    return new NeuralNetConfiguration.Builder()
        .seed(4)
        .updater(new Sgd(123))
        .graphBuilder()
        .addInputs("photo")
        .addLayer("stem", conv(8, 4, 4), "photo")
        .addLayer("norm", new BatchNormalization(), "stem")
        .addLayer("deep", conv(8, 1, 1), "norm")
        .addVertex("features", new ElementWiseVertex(ElementWiseVertex.Op.Add), "norm", "deep")
        .addLayer("pool", new GlobalPoolingLayer(), "features")
        .addLayer("classes", new OutputLayer.Builder().nOut(3).build(), "pool")
        .setOutputs("classes")
        .setInputTypes(InputType.convolutional(SIZE, SIZE, channels))
        .build();
  }

  private static ConvolutionLayer conv(int channels, int kernel, int stride) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .nOut(channels)
        .activation(Activation.RELU)
        .build();
  }

  private static FlslGraph flsl(int locals, int localSize) {
    return FlslGraph.builder()
        .backbone(GraphBackbone.of(network(), "features"))
        .views(ViewLayout.of(SIZE, 3, locals, localSize, 2))
        .config(
            FlslConfig.builder()
                .epochs(2)
                .iterationsPerEpoch(2)
                .batchSize(256)
                .frozenPrototypeEpochs(0)
                .centroids(16)
                .headHidden(16)
                .headBottleneck(8)
                .build())
        .build();
  }

  private static MultiDataSet batch(int locals) {
    return batch(locals, SIZE);
  }

  private static MultiDataSet batch(int locals, int size) {
    Nd4j.getRandom().setSeed(7);
    INDArray[] features = new INDArray[3 + locals];
    for (int i = 0; i < 2 + locals; i++) {
      features[i] = Nd4j.randn(2, 3, size, size);
    }
    int perView = (size / 4) * (size / 4);
    INDArray selector = Nd4j.zeros(2, 4 + 9L * locals, perView * (1L + locals));
    for (int b = 0; b < 2; b++) {
      for (int q = 0; q < selector.size(1); q++) {
        int view = q < 4 ? 0 : 1 + (q - 4) / 9;
        selector.putScalar(new int[] {b, q, view * perView + q}, 1);
      }
    }
    features[2 + locals] = selector;
    return new MultiDataSet(features, new INDArray[] {Nd4j.zeros(2, 1)});
  }

  /** The network itself would take them. */
  @Test
  void batchesOfAnotherViewSizeThanTheLayoutsAreRefused() {
    ComputationGraph graph = flsl(1, SIZE).init();
    assertRefused(
        () -> graph.fit(batch(1, 32)),
        "modes is made for views of [36, 36] tokens, 72 together, but its input has 128 tokens");
  }

  @Test
  void trainsAndHandsItsLayersBack() {
    FlslGraph flsl = flsl(2, SIZE);
    ComputationGraph graph = flsl.init();
    INDArray before = graph.getLayer("student/stem").params().dup();
    for (int i = 0; i < 3; i++) {
      graph.fit(batch(2));
      assertTrue(Double.isFinite(graph.score()), "score " + graph.score());
    }
    assertNotEquals(before, graph.getLayer("student/stem").params());

    ComputationGraph exported = flsl.exportTeacher(graph);
    for (String layer : new String[] {"stem", "norm", "deep"}) {
      assertEquals(
          graph.getVertex("teacher/" + layer).params(), exported.getLayer(layer).params(), layer);
    }
    assertEquals(3, exported.outputSingle(Nd4j.randn(1, 3, SIZE, SIZE)).size(1));
  }

  private static FlslGraph flsl(GraphBackbone backbone, double momentum) {
    return FlslGraph.builder()
        .backbone(backbone)
        .views(ViewLayout.of(SIZE, 3, 1, SIZE, 2))
        .config(
            SMALL.build().toBuilder().batchSize(256).momentum(Scheduled.constant(momentum)).build())
        .build();
  }

  private static float[] numbers(INDArray array) {
    return array.toFloatVector();
  }

  @Test
  void aTrainedGraphIsTheStartAndItsOtherLayersComeBack() {
    ComputationGraph trained = new ComputationGraph(network());
    trained.init();
    trained.params().addi(0.125);
    float[] before = numbers(trained.params());
    FlslGraph flsl = flsl(GraphBackbone.of(trained, "features"), 1);
    ComputationGraph graph = flsl.init();
    for (String layer : List.of("stem", "norm", "deep")) {
      float[] own = numbers(trained.getVertex(layer).params());
      assertArrayEquals(own, numbers(graph.getVertex("student/" + layer).params()), layer);
      assertArrayEquals(own, numbers(graph.getVertex("teacher/" + layer).params()), layer);
    }
    graph.fit(batch(1));
    ComputationGraph exported = flsl.exportStudent(graph);
    assertFalse(
        Arrays.equals(
            numbers(trained.getVertex("stem").params()),
            numbers(exported.getVertex("stem").params())));
    assertArrayEquals(
        numbers(trained.getVertex("classes").params()),
        numbers(exported.getVertex("classes").params()));
    assertArrayEquals(before, numbers(trained.params()), "the given network stays");
    assertEquals(
        List.of("tokenNorm"),
        FlslGraph.builder()
            .backbone(GraphBackbone.of(trained, "features").alone())
            .views(ViewLayout.of(SIZE, 3, 1, SIZE, 2))
            .config(SMALL.build())
            .build()
            .exportTeacher(graph)
            .getConfiguration()
            .getNetworkOutputs());
  }

  /** Three views stand in one batch of 2, and the planned step is that of all of them. */
  @Test
  void theMemoryOfStackedViewsIsKnown() {
    FlslGraph flsl = flsl(2, SIZE);
    ComputationGraph graph = flsl.init();
    long two = flsl.memory(graph, 2).step();
    assertEquals(2, flsl.memory(graph, 4).step() / (double) two, 0.05);
    FlslGraph fewer = flsl(0, SIZE);
    assertTrue(two > 1.5 * fewer.memory(fewer.init(), 2).step());
  }

  /** Made for rows of numbers, by its layers' names and by their places. */
  @ParameterizedTest
  @ValueSource(strings = {"maps", "1"})
  void aTrainedMultiLayerNetworkIsTheStart(String layer) {
    MultiLayerNetwork trained =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(8)
                .list()
                .layer(conv(5, 4, 4))
                .layer(new ConvolutionLayer.Builder(1, 1).name("maps").nOut(8).build())
                .layer(new OutputLayer.Builder().nOut(2).build())
                .setInputType(InputType.convolutionalFlat(SIZE, SIZE, 3))
                .build());
    trained.init();
    FlslGraph flsl = flsl(GraphBackbone.of(trained, layer).alone(), 0.5);
    ComputationGraph graph = flsl.init();
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(
          numbers(trained.getLayer(i).params()), numbers(graph.getVertex("student/" + i).params()));
    }
    graph.fit(batch(1));
    assertTrue(Double.isFinite(graph.score()));
    Exception e =
        assertThrows(IllegalArgumentException.class, () -> GraphBackbone.of(trained, "no"));
    assertTrue(e.getMessage().contains("no vertex \"no\""), e.getMessage());
  }

  /** Student: statistics of the batch, and running ones; teacher: the student's, by momentum. */
  @Test
  void runningStatisticsOfTheTeacherFollowTheStudents() {
    ComputationGraph graph = flsl(GraphBackbone.of(network(), "features"), 0.75).init();
    Map<String, INDArray> student = graph.getLayer("student/norm").paramTable();
    Map<String, INDArray> teacher = graph.getLayer("teacher/norm").paramTable();
    Map<String, float[]> before = new HashMap<>();
    teacher.forEach((name, array) -> before.put(name, numbers(array)));
    MultiDataSet batch = batch(1);
    INDArray maps =
        graph.feedForward(batch.getFeatures(), false).get("teacher/stem").castTo(DataType.FLOAT);
    INDArray normed =
        graph.feedForward(batch.getFeatures(), true).get("teacher/norm").castTo(DataType.FLOAT);
    // By mean 0 and variance 1, as they begin, and not by those of the batch.
    assertTrue(maps.equalsWithEps(normed, 1e-3), "the teacher looks at its batch");
    graph.fit(batch);
    for (String name : before.keySet()) {
      float[] now = numbers(teacher.get(name));
      float[] students = numbers(student.get(name));
      for (int i = 0; i < now.length; i++) {
        assertEquals(0.75 * before.get(name)[i] + 0.25 * students[i], now[i], 1e-6, name);
      }
    }
    assertFalse(Arrays.equals(before.get("mean"), numbers(student.get("mean"))), "statistics run");
  }

  /** The norm behind the features is trained with them, and goes with them. */
  @Test
  void theExportedNetworkHasTheNormThatWasTrained() {
    FlslGraph flsl = flsl(1, SIZE);
    ComputationGraph graph = flsl.init();
    for (int i = 0; i < 2; i++) {
      graph.fit(batch(1));
    }
    INDArray norm = graph.getVertex("student/tokenNorm").params();
    assertNotEquals(Nd4j.concat(1, Nd4j.ones(1, 8), Nd4j.zeros(1, 8)), norm);
    ComputationGraph exported = flsl.exportStudent(graph);
    assertEquals(norm, exported.getVertex("tokenNorm").params());
    assertEquals(List.of("tokenNorm"), exported.getConfiguration().getVertexInputs().get("pool"));

    MultiDataSet batch = batch(1);
    INDArray expected =
        graph.feedForward(batch.getFeatures(), false).get("teacher/tokens").castTo(DataType.FLOAT);
    INDArray tokens =
        GraphFeatures.of(flsl.exportTeacher(graph), "tokenNorm").tokens(batch.getFeatures(0));
    assertTrue(expected.equalsWithEps(tokens, 1e-5), "exported tokens are not the training's");
  }

  /** Also of a Vision Transformer that was built without its own. */
  @Test
  void aVisionTransformerIsExportedWithTheNormThatWasTrained() {
    FlslGraph flsl =
        TinyFlsl.flsl(TinyFlsl.config(DataType.FLOAT).build())
            .backbone(VitBackbone.of(TinyFlsl.vit().finalNorm(false).build()))
            .build();
    ComputationGraph graph = flsl.init();
    ComputationGraph exported = flsl.exportTeacher(graph);
    assertEquals(List.of("norm"), exported.getConfiguration().getNetworkOutputs());
    assertTrue(VitBackbone.in(exported.getConfiguration()).isNormalised());
    assertEquals(graph.getVertex("teacher/norm").params(), exported.getVertex("norm").params());
  }

  @Test
  void withoutAFinalNormThereIsNone() {
    FlslGraph flsl =
        FlslGraph.builder()
            .backbone(GraphBackbone.of(network(), "features"))
            .views(ViewLayout.of(SIZE, 3, 0, SIZE, 2))
            .config(SMALL.build().toBuilder().finalNorm(FinalNorm.NONE).build())
            .build();
    ComputationGraph graph = flsl.init();
    assertNull(graph.getVertex("student/tokenNorm"));
    assertNull(flsl.exportTeacher(graph).getVertex("tokenNorm"));
  }

  /** DL4J would give it to its own layers twice, and so decay them twice as fast as ours. */
  @Test
  void weightDecayIsTakenOnce() {
    ComputationGraph graph = flsl(0, SIZE).init();
    BaseLayer stem = (BaseLayer) graph.getLayer("student/stem").conf().getLayer();
    assertEquals(1, stem.getRegularization().size());
  }

  @Test
  void sectionsOfATrainingTellWhatTheyAre() {
    ComputationGraphConfiguration training = flsl(1, SIZE).configuration();
    assertEquals(List.of("teacherView"), FlslGraph.teacher(training).inputs());
    assertEquals(2, FlslGraph.student(training).inputs().size());
    for (BackboneGraph backbone :
        List.of(FlslGraph.student(training), FlslGraph.teacher(training))) {
      assertEquals(3, backbone.channels());
      assertEquals(4, backbone.stride());
      assertEquals(new TokenGrid(6, 3), backbone.grid(24, 12));
      assertEquals(8, backbone.width(SIZE, SIZE));
    }
    ComputationGraphConfiguration vit = TinyFlsl.flsl(DataType.FLOAT).configuration();
    assertEquals("student/norm", FlslGraph.student(vit).features());
    assertEquals("teacher/norm", FlslGraph.teacher(vit).features());
    assertEquals(2, FlslGraph.student(vit).blocks().size());
    Exception e = assertThrows(IllegalArgumentException.class, () -> FlslGraph.teacher(network()));
    assertTrue(e.getMessage().contains("teacher/modes"), e.getMessage());
  }

  private static final FlslConfig.Builder SMALL =
      FlslConfig.builder()
          .epochs(1)
          .iterationsPerEpoch(1)
          .batchSize(2)
          .centroids(16)
          .headHidden(16)
          .headBottleneck(8);

  /** From files of as many channels to views, training, and the network handed back. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 5})
  void networksOfAnyNumberOfChannelsTrain(int channels, @TempDir Path folder) throws IOException {
    for (int i = 0; i < 2; i++) {
      Files.write(
          folder.resolve(i + ".tif"), DeepImages.tiff(TYPE_BYTE, 32, 30, channels, 1 + i, 1));
    }
    ViewConfig views =
        ViewConfig.builder()
            .globalSize(SIZE)
            .localSize(SIZE)
            .patch(4)
            .localViews(1)
            .channels(channels)
            .build();
    GraphBackbone backbone = GraphBackbone.of(network(channels), "features");
    assertEquals(channels, backbone.channels());
    FlslGraph flsl =
        FlslGraph.builder()
            .backbone(backbone)
            .views(ViewLayout.of(views))
            .config(SMALL.build())
            .build();
    ComputationGraph graph = flsl.init();
    try (MultiViewIterator batches =
        MultiViewIterator.builder()
            .images(ImageFolder.scan(folder))
            .views(views)
            .batchSize(2)
            .build()) {
      graph.fit(batches.next());
      assertEquals(0, batches.unreadableImages());
    }
    assertTrue(Double.isFinite(graph.score()), "score " + graph.score());
    ComputationGraph exported = flsl.exportTeacher(graph);
    for (String layer : new String[] {"stem", "norm", "deep"}) {
      assertEquals(
          graph.getVertex("teacher/" + layer).params(), exported.getLayer(layer).params(), layer);
    }
    GraphFeatures features = GraphFeatures.of(exported, "features");
    assertEquals(channels, features.channels());
    assertEquals(36, features.tokens(Nd4j.rand(1, channels, SIZE, SIZE)).size(1));
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "3, 1", "5, 3"})
  void viewsOfOtherChannelsAreRefusedWithTheRemedy(int network, int views) {
    FlslGraph.Builder builder =
        FlslGraph.builder()
            .backbone(GraphBackbone.of(network(network), "features"))
            .views(ViewLayout.of(ViewConfig.builder().channels(views).build()))
            .config(SMALL.build());
    Exception e = assertThrows(IllegalArgumentException.class, builder::build);
    assertEquals(
        ("FLSL graph: the network takes images of %1$d channel(s), the view teacherView has %2$d;"
                + " make views with ViewConfig.builder().channels(%1$d)")
            .formatted(network, views),
        e.getMessage());
  }

  /** DL4J's own copy would write past the end. */
  @Test
  void parametersOfOtherShapesAreNotCopied() {
    ComputationGraph grey = new ComputationGraph(network(1));
    ComputationGraph colours = new ComputationGraph(network(3));
    grey.init();
    colours.init();
    INDArray before = grey.params().dup();
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> ParameterCopy.copy(colours.getVertex("stem"), grey.getVertex("stem")));
    assertTrue(e.getMessage().contains("do not fit"), e.getMessage());
    assertEquals(before, grey.params());
    ParameterCopy.copy(colours.getVertex("deep"), grey.getVertex("deep"));
    assertEquals(colours.getVertex("deep").params(), grey.getVertex("deep").params());
  }

  @Test
  void theUpdaterIsThePretrainings() {
    ComputationGraph graph = flsl(0, SIZE).init();
    assertTrue(
        graph.getLayer("student/stem").conf().getLayer().getUpdaterByParam("W") instanceof AdamW);
  }

  /** Global views of 24 pixels beside two of 12: 36 tokens and 9 each, 4 queries and 1 each. */
  private static MultiDataSet batchOfTwoSizes(int seed) {
    Nd4j.getRandom().setSeed(seed);
    INDArray selector = Nd4j.zeros(2, 4 + 1 + 1, 36 + 9 + 9);
    int[] tokens = {7, 10, 25, 28, 36 + 4, 45 + 4};
    for (int b = 0; b < 2; b++) {
      for (int q = 0; q < tokens.length; q++) {
        selector.putScalar(new int[] {b, q, tokens[q]}, 1);
      }
    }
    INDArray[] features = {
      Nd4j.randn(2, 3, SIZE, SIZE),
      Nd4j.randn(2, 3, SIZE, SIZE),
      Nd4j.randn(2, 3, 12, 12),
      Nd4j.randn(2, 3, 12, 12),
      selector
    };
    return new MultiDataSet(features, new INDArray[] {Nd4j.zeros(2, 1)});
  }

  /** What is saved between two steps goes on to the bit. */
  @Test
  void localViewsMayBeSmaller() throws IOException {
    FlslGraph flsl = flsl(2, 12);
    ComputationGraph graph = flsl.init();
    graph.fit(batchOfTwoSizes(1));
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, saved, true);
    ComputationGraph resumed =
        flsl.attach(
            ModelSerializer.restoreComputationGraph(
                new ByteArrayInputStream(saved.toByteArray()), true));
    ComputationGraph continued = flsl.continued(graph);
    float[] before = numbers(graph.params());
    for (ComputationGraph one : List.of(graph, resumed, continued)) {
      one.fit(batchOfTwoSizes(2));
      assertTrue(Double.isFinite(one.score()), "score " + one.score());
      assertArrayEquals(numbers(graph.params()), numbers(one.params()));
    }
    assertFalse(Arrays.equals(before, numbers(graph.params())));
    assertEquals(1, FlslGraph.student(flsl.configuration()).blocks().size());
    assertEquals(4, FlslGraph.student(flsl.configuration()).stride());
    ComputationGraph exported = flsl.exportTeacher(graph);
    assertArrayEquals(
        numbers(graph.getVertex("teacher/stem").params()),
        numbers(exported.getVertex("stem").params()));
  }

  /** Small views take part: with others of them, the layers learn another thing. */
  @Test
  void smallViewsTeachTheLayers() {
    MultiDataSet batch = batchOfTwoSizes(1);
    ComputationGraph one = flsl(2, 12).init();
    ComputationGraph other = one.clone();
    flsl(2, 12).attach(other);
    one.fit(batch);
    batch.getFeatures(3).addi(1);
    other.fit(batch);
    assertFalse(
        Arrays.equals(
            numbers(one.getVertex("student/stem").params()),
            numbers(other.getVertex("student/stem").params())));
  }

  @Test
  void smallerViewsTakeLessMemory() {
    FlslGraph small = flsl(2, 12);
    FlslGraph large = flsl(2, SIZE);
    FlslGraph none = flsl(0, SIZE);
    long step = small.memory(small.init(), 2).step();
    assertTrue(step < large.memory(large.init(), 2).step());
    assertTrue(step > none.memory(none.init(), 2).step());
  }

  /** Frozen and slowed down as any other, whatever the sizes. */
  @Test
  void layersAreFrozenForAllSizes() {
    FlslConfig config = flsl(2, 12).config().toBuilder().frozenBlocks(1).build();
    FlslGraph flsl =
        FlslGraph.builder()
            .backbone(GraphBackbone.of(network(), "features"))
            .views(ViewLayout.of(SIZE, 3, 2, 12, 2))
            .config(config)
            .build();
    ComputationGraph graph = flsl.init();
    float[] before = numbers(graph.getVertex("student/stem").params());
    float[] head = numbers(graph.getVertex("student/head").params());
    graph.fit(batchOfTwoSizes(1));
    assertArrayEquals(before, numbers(graph.getVertex("student/stem").params()));
    assertFalse(Arrays.equals(head, numbers(graph.getVertex("student/head").params())));
  }

  @Test
  void partsOfABatchOfSeveralSizesAddUp() {
    FlslConfig config =
        flsl(2, 12).config().toBuilder().dataType(DataType.DOUBLE).frozenBlocks(0).build();
    FlslGraph flsl =
        FlslGraph.builder()
            .backbone(GraphBackbone.of(withoutBatchNorm(), "deep"))
            .views(ViewLayout.of(SIZE, 3, 2, 12, 2))
            .config(config)
            .build();
    ComputationGraph whole = flsl.init();
    ComputationGraph parts = flsl.init();
    MultiDataSet batch = batchOfTwoSizes(1);
    for (int i = 0; i < 5; i++) {
      batch.setFeatures(i, batch.getFeatures(i).castTo(DataType.DOUBLE));
    }
    batch.setLabels(0, batch.getLabels(0).castTo(DataType.DOUBLE));
    whole.fit(batch);
    new GradientAccumulation(parts).fit(GradientAccumulation.split(batch, 2));
    assertArrayEquals(
        whole.params().toDoubleVector(), parts.params().toDoubleVector(), 1e-9, "parts");
  }

  private static ComputationGraphConfiguration withoutBatchNorm() {
    return new NeuralNetConfiguration.Builder()
        .graphBuilder()
        .addInputs("photo")
        .addLayer("stem", conv(8, 4, 4), "photo")
        .addLayer("deep", conv(8, 1, 1), "stem")
        .setOutputs("deep")
        .setInputTypes(InputType.convolutional(SIZE, SIZE, 3))
        .build();
  }

  @Test
  void anUnknownVertexIsNamedWithTheKnownOnes() {
    Exception e =
        assertThrows(IllegalArgumentException.class, () -> GraphBackbone.of(network(), "nowhere"));
    assertTrue(
        e.getMessage().contains("nowhere") && e.getMessage().contains("features"), e.getMessage());
  }

  /** Up to "features", and a classifier behind them. */
  private static ComputationGraphConfiguration called(String features, String classifier) {
    return new NeuralNetConfiguration.Builder()
        .seed(4)
        .updater(new Sgd(0.1))
        .graphBuilder()
        .addInputs("photo")
        .addLayer(features, conv(8, 4, 4), "photo")
        .addLayer("pool", new GlobalPoolingLayer(), features)
        .addLayer(classifier, new OutputLayer.Builder().nOut(3).build(), "pool")
        .setOutputs(classifier)
        .setInputTypes(InputType.convolutional(SIZE, SIZE, 3))
        .build();
  }

  /** The training has layers of these names itself. */
  @ParameterizedTest
  @ValueSource(strings = {"head", "prototypes", "tokens"})
  void theRestOfANetworkMayBeCalledAnything(String classifier) {
    ComputationGraph trained = new ComputationGraph(called("features", classifier));
    trained.init();
    FlslGraph flsl = flsl(GraphBackbone.of(trained, "features"), 0.9);
    ComputationGraph exported = flsl.exportTeacher(flsl.init());
    assertArrayEquals(
        numbers(trained.getLayer(classifier).params()),
        numbers(exported.getLayer(classifier).params()));

    FlslGraph fresh = flsl(GraphBackbone.of(called("features", classifier), "features"), 0.9);
    assertEquals(3, fresh.exportTeacher(fresh.init()).getLayer(classifier).numParams() / 9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"head", "prototypes", "tokens"})
  void whatIsPretrainedMustBeCalledOtherwise(String features) {
    FlslGraph flsl = flsl(GraphBackbone.of(called(features, "classes"), features), 0.9);
    String message = assertThrows(IllegalArgumentException.class, flsl::init).getMessage();
    assertTrue(
        message.contains("\"student/" + features + "\"") && message.contains("otherwise"), message);
  }

  @Test
  void trainingsOfAnotherNetworkAreRefused() {
    FlslGraph flsl = flsl(GraphBackbone.of(network(), "features"), 0.9);
    FlslGraph other = flsl(GraphBackbone.of(called("features", "classes"), "features"), 0.9);
    ComputationGraph training = other.init();
    String message =
        assertThrows(IllegalArgumentException.class, () -> flsl.exportTeacher(training))
            .getMessage();
    assertTrue(message.contains("it lacks [student/deep, student/norm, student/stem]"), message);
    assertThrows(IllegalArgumentException.class, () -> flsl.attach(training));
    assertThrows(IllegalArgumentException.class, () -> flsl.continued(training));

    ComputationGraph backbone = other.exportTeacher(training);
    for (Executable use :
        List.<Executable>of(
            () -> other.exportStudent(backbone),
            () -> other.attach(backbone),
            () -> other.continued(backbone))) {
      message = assertThrows(IllegalArgumentException.class, use).getMessage();
      assertTrue(message.contains("expected a training graph of FLSL, not a backbone"), message);
    }
  }
}
