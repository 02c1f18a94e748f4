package org.flsl.layers;

import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.cluster.MeanShift;
import org.flsl.layers.cluster.PreviousStageAttention;
import org.flsl.layers.cluster.ProjectionHead;
import org.flsl.layers.cluster.Prototypes;
import org.flsl.layers.cluster.TokenSelection;
import org.flsl.layers.dense.DetectionTowers;
import org.flsl.layers.dense.PixelMaps;
import org.flsl.layers.dense.PlaceScores;
import org.flsl.layers.dense.PyramidLevel;
import org.flsl.layers.dense.TokenMap;
import org.flsl.layers.graph.FeatureMapTokens;
import org.flsl.layers.graph.GraphBackbone;
import org.flsl.layers.samediff.PackedViews;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.PatchEmbeddingLayer;
import org.flsl.layers.vit.PatchTokens;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.TokenNorm;
import org.flsl.layers.vit.TransformerBlock;
import org.flsl.layers.vit.VitConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** One small graph with every layer and vertex of this module, some of them frozen. */
public final class EveryLayer {
  /** Width of the tokens. */
  public static final int WIDTH = 8;

  private static final int TOKENS = 9 + 4;

  private EveryLayer() {}

  /**
   * The graph: a student of two views beside a frozen one that its modes are drawn to, and feature
   * maps.
   */
  public static Consumer<GraphBuilder> graph() {
    VitConfig vit =
        VitConfig.builder()
            .width(WIDTH)
            .heads(2)
            .patch(2)
            .imageSize(6)
            .positions(Positions.LEARNED)
            .leadingTokens(1)
            .build();
    PackedViews all = PackedViews.of(1 + 9, 1 + 4);
    PackedViews tokens = PackedViews.of(9, 4);
    PackedViews queries = PackedViews.of(2, 1);
    MapSchedule tau =
        new MapSchedule.Builder(ScheduleType.ITERATION).add(0, 0.5).add(2, 0.8).build();
    TransformerBlock block =
        TransformerBlock.builder(WIDTH, 2)
            .hidden(6)
            .normEps(1e-5)
            .dropPath(0.4)
            .dropout(0.2)
            .views(all)
            .build();
    return b -> {
      b.addInputs("global", "local", "selector", "maps");
      cnn()
          .addTo(
              new GraphSection(b, "cnn/", false),
              List.of(new ImageInput("global", 3, 6, 6), new ImageInput("local", 3, 4, 4)));
      b.addVertex("embedding", new PatchEmbedding(vit, 2), "global", "local")
          .addLayer("block", block, "embedding")
          .addLayer("patches", PatchTokens.of(WIDTH, 1, all), "block")
          .addLayer("norm", TokenNorm.builder(WIDTH).eps(1e-5).build(), "patches")
          .addVertex("queries", new TokenSelection(), "norm", "selector")
          .addVertex("modes", MeanShift.self(tau, queries, tokens), "queries", "norm")
          .addLayer("frozen/embedding", new FrozenLayer(PatchEmbeddingLayer.of(vit)), "global")
          .addLayer(
              "frozen/block",
              new FrozenLayer(TransformerBlock.builder(WIDTH, 2).dropPath(0.9).build()),
              "frozen/embedding")
          .addVertex(
              "frozen/attention",
              new FrozenVertex(new PreviousStageAttention(0.3, 7)),
              "modes",
              "frozen/block")
          .addVertex(
              "guided",
              MeanShift.guided(tau, new FixedSchedule(0.4)),
              "modes",
              "frozen/block",
              "frozen/attention")
          .addLayer("mapNorm", TokenNorm.builder(WIDTH).eps(1e-5).build(), "maps")
          .addVertex("mapTokens", new FeatureMapTokens(1), "mapNorm")
          .addVertex("first", MeanShift.cross(new FixedSchedule(0.3)), "guided", "cnn/tokens_1")
          .addVertex("tokenMap", new TokenMap(1), "mapTokens", "maps")
          .addVertex("pixels", new PixelMaps(), "tokenMap", "global")
          .addLayer("fine", PyramidLevel.of(WIDTH, 6, 2), "tokenMap")
          .addLayer("half", PyramidLevel.of(WIDTH, 6, -1), "pixels")
          .addLayer("coarse", PlaceScores.of(6, 6), "half")
          .addVertex("towers", new DetectionTowers(2, 6, 1, WIDTH - 5), "fine", "coarse")
          .addVertex("cross", MeanShift.cross(new FixedSchedule(0.3)), "first", "towers")
          .addLayer("head", ProjectionHead.builder(WIDTH).hidden(7).bottleneck(4).build(), "cross")
          .addLayer("prototypes", Prototypes.builder(4, 5).build(), "head")
          .addLayer("out", new GradientCheck.MixedSquares(), "prototypes")
          .setOutputs("out")
          .setInputTypes(
              InputType.convolutional(6, 6, 3),
              InputType.convolutional(4, 4, 3),
              TokenTypes.sequence(TOKENS, 3),
              InputType.convolutional(2, 3, WIDTH));
    };
  }

  private static GraphBackbone cnn() {
    return GraphBackbone.of(
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("image")
            .addLayer(
                "maps",
                new ConvolutionLayer.Builder(2, 2).stride(2, 2).nOut(WIDTH).build(),
                "image")
            .setOutputs("maps")
            .setInputTypes(InputType.convolutional(6, 6, 3))
            .build(),
        "maps");
  }

  /** Inputs for the graph. */
  public static INDArray[] inputs(DataType type, long seed, int batch) {
    return new INDArray[] {
      TinyGraph.random(type, seed, batch, 3, 6, 6),
      TinyGraph.random(type, seed + 1000, batch, 3, 4, 4),
      TinyGraph.selector(type, batch, TOKENS, 1, 5, 10),
      TinyGraph.random(type, seed + 2000, batch, WIDTH, 2, 3)
    };
  }
}
