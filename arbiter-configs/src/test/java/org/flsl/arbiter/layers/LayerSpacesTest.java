package org.flsl.arbiter.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Properties;
import org.deeplearning4j.arbiter.ComputationGraphSpace;
import org.deeplearning4j.arbiter.layers.GlobalPoolingLayerSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.deeplearning4j.arbiter.saver.local.FileModelSaver;
import org.deeplearning4j.arbiter.scoring.impl.EvaluationScoreFunction;
import org.deeplearning4j.arbiter.task.ComputationGraphTaskCreator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.flsl.layers.cluster.ProjectionHead;
import org.flsl.layers.cluster.Prototypes;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.TransformerBlock;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Our layers in an ordinary space of DL4J users, with labels. */
class LayerSpacesTest {
  private static final int WIDTH = 16;

  @TempDir private Path folder;

  /** Bright images and dark ones. */
  public static final class Brightness implements DataSource {
    private static final long serialVersionUID = 1L;

    @Override
    public void configure(Properties properties) {}

    @Override
    public Object trainData() {
      INDArray labels = Nd4j.tile(Nd4j.eye(2).castTo(DataType.FLOAT), 16, 1);
      INDArray images = Nd4j.rand(DataType.FLOAT, 32, 3, 16, 16);
      images.addi(labels.getColumn(0, true).dup().reshape(32, 1, 1, 1).mul(2));
      return new ListDataSetIterator<>(new DataSet(images, labels).asList(), 8);
    }

    @Override
    public Object testData() {
      return trainData();
    }

    @Override
    public Class<?> getDataType() {
      return ListDataSetIterator.class;
    }
  }

  private static ComputationGraphSpace space() {
    VitConfig vit =
        VitConfig.builder().imageSize(16).patch(8).width(WIDTH).heads(2).depth(1).build();
    return new ComputationGraphSpace.Builder()
        .seed(1)
        .updater(new Adam(5e-3))
        .addInputs("image")
        .setInputTypes(InputType.convolutional(16, 16, 3))
        .addVertex("patches", new PatchEmbedding(vit, 1), "image")
        .addLayer(
            "block",
            TransformerBlockSpace.builder(WIDTH, new DiscreteParameterSpace<>(1, 2, 4))
                .hidden(new IntegerParameterSpace(8, 32))
                .dropPath(new ContinuousParameterSpace(0, 0.3))
                .build(),
            "patches")
        .addLayer("norm", TokenNormSpace.builder(WIDTH).build(), "block")
        .addLayer(
            "pooled", new GlobalPoolingLayerSpace.Builder().poolingDimensions(1).build(), "norm")
        .addLayer(
            "classes",
            new OutputLayerSpace.Builder()
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .lossFunction(LossFunction.MCXENT)
                .build(),
            "pooled")
        .setOutputs("classes")
        .numEpochs(20)
        .build();
  }

  @Test
  @SuppressWarnings("deprecation") // Arbiter's score knows the old evaluation
  void aSmallSweepLearnsToTellBrightFromDark() {
    OptimizationConfiguration configuration =
        new OptimizationConfiguration.Builder()
            .candidateGenerator(new RandomSearchGenerator(space()))
            .rngSeed(3)
            .dataSource(Brightness.class, new Properties())
            .modelSaver(new FileModelSaver(folder.toString()))
            .scoreFunction(
                new EvaluationScoreFunction(org.deeplearning4j.eval.Evaluation.Metric.ACCURACY))
            .terminationConditions(new MaxCandidatesCondition(2))
            .build();
    LocalOptimizationRunner runner =
        new LocalOptimizationRunner(configuration, new ComputationGraphTaskCreator());
    runner.execute();
    assertEquals(2, runner.numCandidatesCompleted(), () -> runner.getCandidateStatus().toString());
    assertEquals(1, runner.bestScore(), 1e-9);
  }

  @Test
  void jsonKeepsTheSpace() {
    ComputationGraphSpace again = ComputationGraphSpace.fromJson(space().toJson());
    assertEquals(space().toJson(), again.toJson());
    // Three searched settings of the block.
    assertEquals(3, again.numParameters());
  }

  @Test
  void valuesReachTheLayers() {
    TransformerBlockSpace blocks =
        TransformerBlockSpace.builder(WIDTH, new FixedValue<>(4))
            .hidden(new FixedValue<>(8))
            .dropPath(new FixedValue<>(0.25))
            .blockDropout(new FixedValue<>(0.125))
            .build();
    assertEquals(
        TransformerBlock.builder(WIDTH, 4).hidden(8).dropPath(0.25).dropout(0.125).build(),
        blocks.getValue(new double[0]));

    ProjectionHeadSpace heads =
        ProjectionHeadSpace.builder(WIDTH)
            .hidden(new FixedValue<>(8))
            .bottleneck(new FixedValue<>(4))
            .build();
    assertEquals(
        ProjectionHead.builder(WIDTH).hidden(8).bottleneck(4).build(),
        heads.getValue(new double[0]));
    assertEquals(
        Prototypes.builder(4, 7).build(),
        PrototypesSpace.builder(4, new FixedValue<>(7)).build().getValue(new double[0]));
  }
}
