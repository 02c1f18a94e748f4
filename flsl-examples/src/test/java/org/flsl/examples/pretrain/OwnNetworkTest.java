package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.examples.run.NetworkFile;
import org.flsl.layers.dense.TokenMap;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** {@code flsl pretrain --network}, as a user types it. */
class OwnNetworkTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("FLSL_RELAUNCHED", "1");
  private static final int SIZE = 32;

  @TempDir Path folder;
  private Screen screen;

  private int pretrain(String... arguments) {
    screen = new Screen(false);
    List<String> all =
        new ArrayList<>(
            List.of(
                "pretrain",
                "--out=" + folder.resolve("run"),
                "--epochs=1",
                "--steps-per-epoch=2",
                "--batch=2",
                "--local-views=2",
                "--head-hidden=16",
                "--global-size=" + SIZE,
                "--global-window=2",
                "--threads=1",
                "--loaders=1"));
    for (String argument : arguments) {
      all.removeIf(usual -> usual.startsWith(argument.replaceFirst("=.*", "=")));
      all.add(argument);
    }
    return Main.run(screen.terminal(), ENVIRONMENT, all.toArray(String[]::new));
  }

  private void assertRefused(int exitCode, String... parts) {
    assertEquals(1, exitCode, screen.out());
    assertEquals(1, screen.err().lines().count(), screen.err());
    for (String part : parts) {
      assertTrue(screen.err().contains(part), () -> "no \"" + part + "\" in " + screen.err());
    }
  }

  private static ConvolutionLayer conv(int channels, int kernel, int stride) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .padding(kernel / 2, kernel / 2)
        .nOut(channels)
        .activation(Activation.RELU)
        .build();
  }

  /** Layers with names and without, a head for images of one size, trained on labels. */
  private static MultiLayerNetwork trainedOnLabels() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Adam(0.01))
                .list()
                .layer(new ConvolutionLayer.Builder(2, 2).stride(2, 2).nOut(6).build())
                .layer(new BatchNormalization())
                .layer(
                    new ConvolutionLayer.Builder(2, 2)
                        .name("deep")
                        .stride(2, 2)
                        .nOut(8)
                        .activation(Activation.RELU)
                        .build())
                .layer(new DenseLayer.Builder().nOut(7).build())
                .layer(new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutionalFlat(SIZE, SIZE, 3))
                .build());
    network.init();
    INDArray photos = Nd4j.rand(8, 3 * SIZE * SIZE);
    INDArray labels = Nd4j.zeros(8, 2);
    for (int i = 0; i < 8; i++) {
      labels.putScalar(i, i % 2, 1);
    }
    for (int i = 0; i < 3; i++) {
      network.fit(new DataSet(photos, labels));
    }
    return network;
  }

  /** The pattern of ResNet-50: a stem, and a bottleneck with a shortcut of its own. */
  private static ComputationGraph bottleneck() {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(6)
                .graphBuilder()
                .addInputs("photo")
                .addLayer(
                    "stem",
                    new ConvolutionLayer.Builder(4, 4).stride(4, 4).nOut(6).build(),
                    "photo")
                .addLayer("stem_bn", new BatchNormalization(), "stem")
                .addLayer("stem_relu", new ActivationLayer(Activation.RELU), "stem_bn")
                .addLayer("reduce", conv(4, 1, 1), "stem_relu")
                .addLayer("reduce_bn", new BatchNormalization(), "reduce")
                .addLayer("middle", conv(4, 3, 1), "reduce_bn")
                .addLayer("middle_bn", new BatchNormalization(), "middle")
                .addLayer("expand", conv(12, 1, 1), "middle_bn")
                .addLayer("shortcut", conv(12, 1, 1), "stem_relu")
                .addVertex(
                    "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "expand", "shortcut")
                .addLayer("pool", new GlobalPoolingLayer(), "sum")
                .addLayer(
                    "classes",
                    new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build(),
                    "pool")
                .setOutputs("classes")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 3))
                .build());
    network.init();
    return network;
  }

  private static List<Double> numbers(INDArray array) {
    return Arrays.stream(array.toDoubleVector()).boxed().toList();
  }

  @Test
  void layersBehindTheFeaturesComeBackAsTheyWere() throws IOException {
    Path model = folder.resolve("labelled.zip");
    MultiLayerNetwork before = trainedOnLabels();
    ModelSerializer.writeModel(before, model.toFile(), true);
    assertRefused(pretrain("--network=" + model), "--features deep, where the trunk");
    assertTrue(screen.out().contains("  layer1  6 x 16 x 16"), screen.out());
    assertEquals(
        0,
        pretrain("--network=" + model, "--features=deep", "--lr=1", "--warmup=0", "--momentum=0.5"),
        () -> screen.err());
    assertTrue(screen.out().contains("network.zip  the network of before"), screen.out());
    MultiLayerNetwork after =
        ModelSerializer.restoreMultiLayerNetwork(folder.resolve("run/network.zip").toFile());
    for (int layer = 0; layer < 5; layer++) {
      List<Double> old = numbers(before.getLayer(layer).params());
      List<Double> now = numbers(after.getLayer(layer).params());
      if (layer < 3) {
        assertNotEquals(old, now, "layer " + layer);
      } else {
        assertEquals(old, now, "layer " + layer);
      }
    }
    assertEquals(
        before.getLayerWiseConfigurations().toJson(), after.getLayerWiseConfigurations().toJson());
    INDArray classes = after.output(Nd4j.rand(2, 3 * SIZE * SIZE));
    assertEquals(2, classes.sumNumber().doubleValue(), 1e-5);
    String run = folder.resolve("run").toString();
    screen = new Screen(false);
    assertEquals(
        0,
        Main.run(screen.terminal(), ENVIRONMENT, "pretrain", "--resume", run, "--epochs=2"),
        () -> screen.err());
  }

  @Test
  void aTrainingBeginsWithTheWeightsOfTheGraph() throws IOException {
    Path model = folder.resolve("resnet.zip");
    ComputationGraph before = bottleneck();
    ModelSerializer.writeModel(before, model.toFile(), false);
    String network = "--network=" + model;
    // The teacher stands still, so that what comes out is what went in.
    assertEquals(0, pretrain(network, "--features=sum", "--momentum=1"), () -> screen.err());
    ComputationGraph after =
        ModelSerializer.restoreComputationGraph(folder.resolve("run/network.zip").toFile());
    assertEquals(numbers(before.params()), numbers(after.params()));
    assertTrue(screen.out().contains("8 x 8 tokens of 12 channels"), screen.out());
    assertTrue(Files.exists(folder.resolve("run/report.html")), screen.err());
  }

  /** Trained on small views only in the second run: the same network otherwise. */
  @Test
  void localViewsMayBeSmaller() throws IOException {
    Path model = folder.resolve("resnet.zip");
    ComputationGraph before = bottleneck();
    ModelSerializer.writeModel(before, model.toFile(), false);
    String[] small = {
      "--network=" + model,
      "--features=sum",
      "--local-size=16",
      "--local-window=2",
      "--momentum=0.5",
      "--warmup=0"
    };
    assertEquals(0, pretrain(small), () -> screen.err());
    assertTrue(screen.out().contains("local views have 16 pixels"), screen.out());
    ComputationGraph after =
        ModelSerializer.restoreComputationGraph(folder.resolve("run/network.zip").toFile());
    assertNotEquals(
        numbers(before.getVertex("stem").params()), numbers(after.getVertex("stem").params()));
    assertEquals(
        numbers(before.getVertex("classes").params()),
        numbers(after.getVertex("classes").params()));
    assertEquals(before.getConfiguration().toJson(), after.getConfiguration().toJson());
  }

  private int resume(String... arguments) {
    screen = new Screen(false);
    List<String> all =
        new ArrayList<>(List.of("pretrain", "--resume", folder.resolve("run").toString()));
    all.addAll(List.of(arguments));
    return Main.run(screen.terminal(), ENVIRONMENT, all.toArray(String[]::new));
  }

  /** The file is there, then gone; its copy in the run is there, then gone as well. */
  @Test
  void goingOnNeedsNoFileOutsideOfTheRun() throws IOException {
    Path model = folder.resolve("resnet.zip");
    ComputationGraph before = bottleneck();
    ModelSerializer.writeModel(before, model.toFile(), false);
    assertEquals(0, pretrain("--network=" + model, "--features=sum"), () -> screen.err());
    assertEquals(0, resume("--epochs=2"), () -> screen.err());
    Files.delete(model);
    assertEquals(0, resume("--epochs=3"), () -> screen.err());
    Path copy = folder.resolve("run/network.zip");
    assertEquals(
        numbers(before.getVertex("classes").params()),
        numbers(
            ModelSerializer.restoreComputationGraph(copy.toFile()).getVertex("classes").params()));
    Files.delete(copy);
    assertRefused(resume("--epochs=4"), "resnet.zip does not exist");
  }

  /** Keras' own layer names and order of channels go in; the network comes out as DL4J's. */
  /** A trunk with DL4J's own dropout, whose draws are nobody's state. */
  private Path withDropout() throws IOException {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(7)
                .graphBuilder()
                .addInputs("photo")
                .addLayer(
                    "stem",
                    new ConvolutionLayer.Builder(4, 4).stride(4, 4).nOut(6).build(),
                    "photo")
                .addLayer(
                    "deep", new ConvolutionLayer.Builder(1, 1).nOut(8).dropOut(0.5).build(), "stem")
                .addLayer("pool", new GlobalPoolingLayer(), "deep")
                .addLayer(
                    "classes",
                    new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build(),
                    "pool")
                .setOutputs("classes")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 3))
                .build());
    network.init();
    Path model = folder.resolve("dropout.zip");
    ModelSerializer.writeModel(network, model.toFile(), true);
    return model;
  }

  private static String steps(Path run) throws IOException {
    return Files.readString(run.resolve("metrics.csv")).replaceAll(",[0-9.E-]+\n", "\n");
  }

  @Test
  void dropoutOfTheNetworkIsDrawnByTheStepAndItsFileIsReadOnce() throws IOException {
    Path model = withDropout();
    String[] network = {"--network=" + model, "--features=deep", "--lr=0.1"};
    Path whole = folder.resolve("run");
    assertEquals(0, pretrain(concat(network, "--epochs=2")), screen.err());
    Path kept = Files.move(whole, folder.resolve("whole"));
    assertEquals(0, pretrain(concat(network, "--epochs=2", "--measure=health")), screen.err());
    assertEquals(steps(kept), steps(whole), "measuring changes nothing");

    // As a kill after the first epoch leaves it; meanwhile the user trained something else.
    Files.delete(whole.resolve("checkpoints/step-00000004.zip"));
    Files.delete(whole.resolve("backbone.zip"));
    ModelSerializer.writeModel(bottleneck(), model.toFile(), true);
    screen = new Screen(false);
    String[] resume = {"pretrain", "--resume", whole.toString()};
    assertEquals(0, Main.run(screen.terminal(), ENVIRONMENT, resume), screen.err());
    assertEquals(steps(kept), steps(whole), "gone on as if nothing had happened");
    assertEquals("", screen.err());
  }

  private static String[] concat(String[] some, String... more) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void aKerasNetworkIsPretrained() throws IOException {
    Path model = Path.of("src/test/resources/keras/sequential.h5");
    assertRefused(pretrain("--network=" + model), "--features deep");
    assertTrue(screen.out().contains("  bn  5 x 16 x 16"), screen.out());
    assertEquals(
        0, pretrain("--network=" + model, "--features=deep", "--momentum=0.5"), () -> screen.err());
    MultiLayerNetwork before = (MultiLayerNetwork) NetworkFile.model(model);
    MultiLayerNetwork after =
        ModelSerializer.restoreMultiLayerNetwork(folder.resolve("run/network.zip").toFile());
    assertNotEquals(numbers(before.getLayer(0).params()), numbers(after.getLayer(0).params()));
    assertEquals(numbers(before.getLayer(3).params()), numbers(after.getLayer(3).params()));
  }

  @Test
  void weightsForImagesOfOneSizeAreNamed() throws IOException {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("photo")
                .addLayer("stem", conv(2, 1, 4), "photo")
                .addLayer("dense", new DenseLayer.Builder().nOut(64).build(), "stem")
                .addVertex("maps", new ReshapeVertex(-1, 4, 4, 4), "dense")
                .addLayer("last", conv(8, 1, 1), "maps")
                .setOutputs("last")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 3))
                .build());
    network.init();
    Path model = folder.resolve("dense.zip");
    ModelSerializer.writeModel(network, model.toFile(), false);
    assertRefused(
        pretrain("--network=" + model, "--features=last", "--local-size=16"),
        "dense.zip",
        "takes no images",
        "\"dense\" has 8256 weights");
    assertFalse(Files.exists(folder.resolve("run")));
  }

  /** Views of several sizes share layers only. */
  @Test
  void aNetworkWhoseViewsHaveToBeOfOneSizeIsRefusedInALine() throws IOException {
    VitConfig vit =
        VitConfig.builder().width(16).heads(2).depth(1).patch(8).imageSize(SIZE).build();
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .graphBuilder()
                .addInputs("image")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 3))
                .addVertex("patches", new PatchEmbedding(vit, 1), "image")
                .addVertex("map", new TokenMap(8), "patches", "image")
                .setOutputs("map")
                .build());
    network.init();
    Path model = folder.resolve("patches.zip");
    ModelSerializer.writeModel(network, model.toFile(), false);
    assertRefused(
        pretrain("--network=" + model, "--features=map", "--local-size=16"),
        "error: Graph backbone: \"patches\" is a vertex with weights",
        "make local views as large");
  }

  @Test
  void withoutFeaturesTheVerticesAreListed() throws IOException {
    Path model = folder.resolve("resnet.zip");
    ModelSerializer.writeModel(bottleneck(), model.toFile(), false);
    assertRefused(pretrain("--network=" + model), "--features sum, where the trunk");
    for (String line : List.of("  stem  6 x 8 x 8", "  middle  4 x 8 x 8", "  sum  12 x 8 x 8")) {
      assertTrue(screen.out().contains(line), () -> line + " is not in " + screen.out());
    }
    assertFalse(screen.out().contains("pool"), screen.out());
    assertRefused(
        pretrain("--network=" + model, "--features=nowhere"), "no vertex \"nowhere\"", "middle");
    assertRefused(
        pretrain("--network=" + model, "--features=pool"), "\"pool\" yields no feature maps");
    assertRefused(
        pretrain("--network=" + model, "--features=sum", "--width=8"), "--width is for Vision");
    assertRefused(
        pretrain("--network=" + model, "--features=sum", "--init=" + model), "--init is for");
    assertRefused(
        pretrain("--network=" + model, "--features=sum", "--local-size=18"),
        "--local-size 18 does not fit",
        "one for every 4");
    assertRefused(
        pretrain("--network=" + model, "--features=sum", "--channels=1"),
        "--channels 1 contradicts");
    assertRefused(
        pretrain("--network=" + model, "--features=sum", "--freeze-blocks=9"), "9 blocks");
    assertRefused(pretrain("--features=sum"), "--network");
    Path keras =
        Files.write(folder.resolve("model.h5"), new byte[] {(byte) 0x89, 'H', 'D', 'F', 1});
    assertRefused(pretrain("--network=" + keras, "--features=x"), "HDF5", "Keras");
    assertRefused(pretrain("--network=" + folder.resolve("none.zip")), "does not exist");
    assertFalse(Files.exists(folder.resolve("run")));
  }

  @Test
  void aNetworkWithoutFeatureMapsIsRefused() throws IOException {
    MultiLayerNetwork rows =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder().nIn(4).nOut(2).build())
                .build());
    rows.init();
    Path model = folder.resolve("rows.zip");
    ModelSerializer.writeModel(rows, model.toFile(), false);
    assertRefused(pretrain("--network=" + model), "no vertex of --network");
  }
}
