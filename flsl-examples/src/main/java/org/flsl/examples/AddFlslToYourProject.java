package org.flsl.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.graph.GraphBackbone;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.training.FlslConfig;
import org.flsl.training.FlslGraph;
import org.flsl.training.ViewLayout;
import org.flsl.training.checkpoint.Checkpoints;
import org.flsl.training.checkpoint.SaveListener;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.flsl.views.ViewConfig;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Pretrains a convolutional network that knows nothing of FLSL, and prepares it for fine-tuning.
 *
 * <p>The marked lines are the examples of {@code docs/add-flsl-to-your-project.md}; a test keeps
 * them equal. Run it with a folder of at least 8 photos as its argument.
 */
public final class AddFlslToYourProject {
  private static final int EPOCHS = 10;
  private static final int CLASSES = 6;

  private AddFlslToYourProject() {}

  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("usage: AddFlslToYourProject FOLDER_OF_PHOTOS");
      System.exit(2);
    }
    ComputationGraph pretrained = pretrain(yourNetwork(), Path.of(arguments[0]), EPOCHS);
    System.out.println(forFineTuning(pretrained, CLASSES).summary());
  }

  // example begins
  /** Pretrains a network, up to its vertex "features", on photos without labels. */
  static ComputationGraph pretrain(ComputationGraphConfiguration network, Path photos, int epochs) {
    ImageFolder images = ImageFolder.scan(photos);
    ViewConfig views = ViewConfig.builder().globalSize(64).localSize(64).patch(8).build();
    try (MultiViewIterator batches =
        MultiViewIterator.builder().images(images).views(views).batchSize(8).seed(1).build()) {
      GraphBackbone backbone = GraphBackbone.of(network, "features");
      FlslConfig.Builder config = FlslConfig.builder().batchSize(8).centroids(64).seed(1);
      config.epochs(epochs).iterationsPerEpoch(batches.batchesPerEpoch()).learningRate(0.02);
      ViewLayout layout = ViewLayout.of(views);
      FlslGraph flsl =
          FlslGraph.builder().backbone(backbone).views(layout).config(config.build()).build();
      ComputationGraph training = flsl.init();
      training.fit(batches, epochs);
      return flsl.exportTeacher(training);
    }
  }

  /** Gives the pretrained network a new classifier; all of it goes on learning, now with labels. */
  static ComputationGraph forFineTuning(ComputationGraph pretrained, int classes) {
    return new TransferLearning.GraphBuilder(pretrained)
        .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(new Adam(1e-4)).build())
        .nOutReplace("classes", classes, WeightInit.XAVIER)
        .build();
  }

  // example ends

  // resume begins
  /** Trains to the end: from the newest checkpoint in a folder, or from the beginning. */
  static ComputationGraph train(
      FlslGraph flsl, MultiViewIterator batches, int epochs, Path folder, int saveEvery)
      throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    ComputationGraph training = checkpoints.restore().map(flsl::attach).orElseGet(flsl::init);
    batches.startAtStep(training.getIterationCount());
    training.addListeners(new SaveListener(checkpoints, batches.batchesPerEpoch(), saveEvery));
    while (training.getEpochCount() < epochs) {
      training.fit(batches);
    }
    return training;
  }

  // resume ends

  // transformer begins
  /** Gives a pretrained Vision Transformer a classifier; all of it goes on learning. */
  static ComputationGraph forFineTuningOfTransformer(ComputationGraph pretrained, int classes) {
    NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder().updater(new Adam(1e-4)).weightDecay(0.05);
    VitBackbone vit = VitBackbone.in(pretrained.getConfiguration());
    VitConfig shape = vit.config();
    ComputationGraph network = vit.network(settings, shape.imageHeight(), shape.imageWidth());
    ParameterCopy.named(pretrained, network, "");
    GlobalPoolingLayer mean =
        new GlobalPoolingLayer.Builder(PoolingType.AVG).poolingDimensions(1).build();
    OutputLayer.Builder head = new OutputLayer.Builder().nIn(shape.width()).nOut(classes);
    return new TransferLearning.GraphBuilder(network)
        .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(new Adam(1e-4)).build())
        .addLayer("mean", mean, "norm")
        .addLayer("classes", head.activation(Activation.SOFTMAX).build(), "mean")
        .setOutputs("classes")
        .build();
  }

  // transformer ends

  /** A small classifier as any project may have one: it halves its 64 pixels three times. */
  static ComputationGraphConfiguration yourNetwork() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .updater(new Adam(1e-3))
        .weightInit(WeightInit.RELU)
        .activation(Activation.RELU)
        .graphBuilder()
        .addInputs("photo")
        .addLayer("conv1", halving(16), "photo")
        .addLayer("norm1", new BatchNormalization(), "conv1")
        .addLayer("conv2", halving(32), "norm1")
        .addLayer("norm2", new BatchNormalization(), "conv2")
        .addLayer("features", halving(64), "norm2")
        .addLayer("pool", new GlobalPoolingLayer(), "features")
        .addLayer("classes", classifier(), "pool")
        .setOutputs("classes")
        .setInputTypes(InputType.convolutional(64, 64, 3))
        .build();
  }

  private static ConvolutionLayer halving(int channels) {
    return new ConvolutionLayer.Builder(4, 4).stride(2, 2).padding(1, 1).nOut(channels).build();
  }

  private static OutputLayer classifier() {
    return new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build();
  }
}
