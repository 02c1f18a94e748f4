package org.flsl.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.cluster.MeanShift;
import org.flsl.layers.cluster.PreviousStageAttention;
import org.flsl.layers.cluster.ProjectionHead;
import org.flsl.layers.cluster.Prototypes;
import org.flsl.layers.dense.DetectionTowers;
import org.flsl.layers.dense.PixelMaps;
import org.flsl.layers.dense.PlaceScores;
import org.flsl.layers.dense.PyramidLevel;
import org.flsl.layers.dense.TokenMap;
import org.flsl.layers.graph.FeatureMapTokens;
import org.flsl.layers.samediff.PackedViews;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.PatchEmbeddingLayer;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.TokenNorm;
import org.flsl.layers.vit.TransformerBlock;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.common.util.SerializationUtils;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.FixedSchedule;

/** What is saved comes back as it was: configurations, parameters, and the training itself. */
class RoundTripTest {
  private static final FixedSchedule TAU = new FixedSchedule(0.5);

  private static ComputationGraphConfiguration configuration() {
    var builder = TinyGraph.settings(DataType.FLOAT).graphBuilder();
    EveryLayer.graph().accept(builder);
    return builder.build();
  }

  @Test
  void theGraphOfTheseTestsHoldsEveryLayerAndVertex() {
    Set<String> used = new TreeSet<>();
    for (GraphVertex vertex : configuration().getVertices().values()) {
      if (vertex instanceof LayerVertex layer) {
        var conf = layer.getLayerConf().getLayer();
        used.add((conf instanceof FrozenLayer f ? f.getLayer() : conf).getClass().getName());
        used.add(layer.getClass().getName());
      } else {
        var inner = vertex instanceof FrozenVertex f ? f.getUnderlying() : vertex;
        used.add(inner.getClass().getName());
      }
    }
    Set<String> there = new TreeSet<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.flsl.layers")) {
      boolean concrete = !type.getModifiers().contains(JavaModifier.ABSTRACT);
      if (concrete
          && (type.isAssignableTo(Layer.class) || type.isAssignableTo(GraphVertex.class))) {
        there.add(type.getName());
      }
    }
    used.remove(GradientCheck.MixedSquares.class.getName());
    used.removeIf(name -> name.startsWith("org.deeplearning4j."));
    assertEquals(there, used);
  }

  @Test
  void jsonKeepsEverySetting() {
    ComputationGraphConfiguration conf = configuration();
    String json = conf.toJson();
    ComputationGraphConfiguration back = ComputationGraphConfiguration.fromJson(json);
    assertEquals(json, back.toJson());
    assertEquals(conf, back);
  }

  @Test
  void yamlKeepsEverySetting() {
    ComputationGraphConfiguration conf = configuration();
    ComputationGraphConfiguration back = ComputationGraphConfiguration.fromYaml(conf.toYaml());
    assertEquals(conf.toJson(), back.toJson());
    assertEquals(conf, back);
  }

  /** Arbiter and Spark send configurations this way. */
  @Test
  void javaSerialisationKeepsEverySetting() {
    ComputationGraphConfiguration conf = configuration();
    byte[] bytes = SerializationUtils.toByteArray(conf);
    assertEquals(conf, SerializationUtils.fromByteArray(bytes));
  }

  @Test
  void aCloneOfTheConfigurationIsEqual() {
    ComputationGraphConfiguration conf = configuration();
    ComputationGraphConfiguration copy = conf.clone();
    assertEquals(conf.toJson(), copy.toJson());
    for (String name : conf.getVertices().keySet()) {
      assertNotSame(conf.getVertices().get(name), copy.getVertices().get(name));
      assertEquals(conf.getVertices().get(name), copy.getVertices().get(name));
      assertEquals(
          conf.getVertices().get(name).hashCode(), copy.getVertices().get(name).hashCode());
    }
  }

  @Test
  void layersThatDifferInOneSettingAreNotEqual() {
    TransformerBlock.Builder block = block();
    List<Object> different =
        List.of(
            block.build(),
            TransformerBlock.builder(8, 4).hidden(6).build(),
            block().normEps(1e-5).build(),
            block().dropPath(0.1).build(),
            block().dropout(0.1).build(),
            block().views(PackedViews.of(3, 2)).build(),
            block().output(TransformerBlock.Output.ATTENTION).build(),
            block().output(TransformerBlock.Output.KEYS).build(),
            TokenNorm.builder(8).build(),
            TokenNorm.builder(8).eps(1e-5).build(),
            ProjectionHead.builder(8).hidden(7).bottleneck(4).build(),
            ProjectionHead.builder(8).hidden(7).bottleneck(5).build(),
            Prototypes.builder(4, 5).build(),
            Prototypes.builder(4, 6).build(),
            MeanShift.cross(TAU),
            MeanShift.cross(new FixedSchedule(0.6)),
            MeanShift.guided(TAU, TAU),
            MeanShift.self(TAU, PackedViews.of(1), PackedViews.of(2)),
            MeanShift.self(TAU, PackedViews.of(1), PackedViews.of(3)),
            new FeatureMapTokens(1),
            new FeatureMapTokens(2),
            PyramidLevel.of(8, 4, 1),
            PyramidLevel.of(8, 4, 0),
            PyramidLevel.of(8, 5, 1),
            PyramidLevel.of(4, 4, 1),
            PlaceScores.of(8, 4),
            PlaceScores.of(8, 5),
            new DetectionTowers(1, 4, 1, 3),
            new DetectionTowers(2, 4, 1, 3),
            new DetectionTowers(1, 5, 1, 3),
            new DetectionTowers(1, 4, 2, 3),
            new DetectionTowers(1, 4, 1, 4),
            new DetectionTowers(1, 4, 1, 3, 2),
            new DetectionTowers(1, 4, 1, 3, 3),
            new TokenMap(1),
            new TokenMap(2),
            new PixelMaps(),
            new PreviousStageAttention(0.2, 50),
            new PreviousStageAttention(0.2, 51),
            new PatchEmbedding(VitConfig.small(16), 1),
            new PatchEmbedding(VitConfig.small(16), 2),
            new PatchEmbedding(VitConfig.small(8), 1),
            PatchEmbeddingLayer.of(VitConfig.small(16)),
            PatchEmbeddingLayer.of(VitConfig.small(8)),
            new PatchEmbedding(
                VitConfig.small(16).toBuilder().positions(Positions.LEARNED).build(), 1));
    for (int i = 0; i < different.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertNotEquals(different.get(i), different.get(j), "numbers " + i + " and " + j);
      }
    }
    assertEquals(block().build(), block().build());
  }

  private static TransformerBlock.Builder block() {
    return TransformerBlock.builder(8, 2).hidden(6);
  }

  static ComputationGraph saveAndRestore(ComputationGraph graph) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    return ModelSerializer.restoreComputationGraph(
        new ByteArrayInputStream(file.toByteArray()), true);
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void aRestoredGraphGoesOnExactlyAsTheSavedOne(DataType type) throws IOException {
    ComputationGraph graph = TinyGraph.of(type, EveryLayer.graph());
    for (int step = 0; step < 3; step++) {
      graph.fit(TinyGraph.batch(EveryLayer.inputs(type, step, 3)));
    }
    ComputationGraph restored = saveAndRestore(graph);
    assertEquals(graph.params(), restored.params());
    assertEquals(graph.getUpdater().getStateViewArray(), restored.getUpdater().getStateViewArray());
    INDArray[] inputs = EveryLayer.inputs(type, 50, 2);
    assertEquals(graph.outputSingle(inputs), restored.outputSingle(inputs));

    INDArray before = graph.params().dup();
    for (int step = 3; step < 6; step++) {
      graph.fit(TinyGraph.batch(EveryLayer.inputs(type, step, 3)));
      restored.fit(TinyGraph.batch(EveryLayer.inputs(type, step, 3)));
      assertEquals(graph.score(), restored.score());
    }
    assertNotEquals(before, graph.params());
    assertArrayEquals(
        graph.params().data().asDouble(), restored.params().data().asDouble(), "parameters");
  }

  @Test
  void aClonedGraphComputesTheSame() {
    ComputationGraph graph = TinyGraph.of(DataType.FLOAT, EveryLayer.graph());
    ComputationGraph copy = graph.clone();
    INDArray[] inputs = EveryLayer.inputs(DataType.FLOAT, 1, 2);
    assertEquals(graph.outputSingle(inputs), copy.outputSingle(inputs));
    copy.params().muli(1.1);
    assertNotEquals(graph.outputSingle(inputs), copy.outputSingle(inputs));
  }

  @Test
  void theSummaryNamesEveryVertex() {
    ComputationGraph graph = TinyGraph.of(DataType.FLOAT, EveryLayer.graph());
    String summary = graph.summary();
    for (String name : graph.getConfiguration().getVertices().keySet()) {
      assertTrue(summary.contains(name), () -> name + " is not in\n" + summary);
    }
  }

  @Test
  void theSeedDecidesTheFirstParameters() {
    ComputationGraph one = TinyGraph.plain(DataType.FLOAT, EveryLayer.graph());
    ComputationGraph same = TinyGraph.plain(DataType.FLOAT, EveryLayer.graph());
    assertEquals(one.params(), same.params());
    var other = TinyGraph.settings(DataType.FLOAT).seed(99).graphBuilder();
    EveryLayer.graph().accept(other);
    ComputationGraph different = new ComputationGraph(other.build());
    different.init();
    assertNotEquals(one.params(), different.params());
  }

  @Test
  void setParamAssigns() {
    ComputationGraph graph = TinyGraph.of(DataType.FLOAT, EveryLayer.graph());
    INDArray gain = graph.getLayer("norm").getParam("gain");
    INDArray value = gain.dup().addi(1);
    graph.getLayer("norm").setParam("gain", value);
    assertEquals(value, graph.getLayer("norm").getParam("gain"));
  }
}
