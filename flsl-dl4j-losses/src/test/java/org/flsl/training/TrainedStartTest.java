package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** A training that begins with a network that is trained already, and leaves parts as they are. */
class TrainedStartTest {
  private static final VitConfig VIT = TinyFlsl.vit().depth(3).dropPath(0).build();

  private static FlslConfig.Builder config(DataType type) {
    return TinyFlsl.config(type).warmupFraction(0).frozenPrototypeEpochs(0);
  }

  private static FlslGraph flsl(FlslConfig config, VitConfig vit) {
    return TinyFlsl.flsl(config).backbone(VitBackbone.of(vit)).build();
  }

  private static ComputationGraph trained(VitConfig vit) {
    return VitBackbone.of(vit).network(new NeuralNetConfiguration.Builder().seed(99), 8, 8);
  }

  private static MultiDataSet batch(DataType type, int step) {
    return TinyFlsl.batch(type, step, 2, false);
  }

  /** As numbers, since arrays are equal to ND4J when they are about so. */
  private static List<Double> params(ComputationGraph graph, String vertex) {
    return numbers(graph.getVertex(vertex).params());
  }

  private static List<Double> numbers(INDArray array) {
    return Arrays.stream(array.toDoubleVector()).boxed().toList();
  }

  private static double length(List<Double> from, List<Double> to) {
    double squares = 0;
    for (int i = 0; i < from.size(); i++) {
      squares += Math.pow(to.get(i) - from.get(i), 2);
    }
    return Math.sqrt(squares);
  }

  @ParameterizedTest
  @EnumSource(Positions.class)
  void studentAndTeacherBeginWithItAndTheHeadAnew(Positions positions) {
    VitConfig vit = VIT.toBuilder().positions(positions).leadingTokens(1).build();
    ComputationGraph trained = trained(vit);
    FlslGraph flsl = flsl(config(DataType.FLOAT).build(), vit);
    ComputationGraph graph = flsl.init(trained);
    for (String vertex : new String[] {"patchEmbedding", "block_0", "block_2", "norm"}) {
      assertEquals(params(trained, vertex), params(graph, "student/" + vertex), vertex);
      assertEquals(params(trained, vertex), params(graph, "teacher/" + vertex), vertex);
    }
    assertEquals(params(flsl.init(), "student/head"), params(graph, "student/head"));
    assertEquals(numbers(trained.params()), numbers(flsl.exportTeacher(graph).params()));
    graph.fit(batch(DataType.FLOAT, 0));
    assertNotEquals(params(trained, "block_0"), params(graph, "student/block_0"));
  }

  @Test
  void aNormThatItLacksBeginsAnew() {
    VitConfig bare = VIT.toBuilder().finalNorm(false).build();
    ComputationGraph graph = flsl(config(DataType.FLOAT).build(), VIT).init(trained(bare));
    assertEquals(params(trained(bare), "block_2"), params(graph, "teacher/block_2"));
    assertEquals(8, params(graph, "student/norm").stream().mapToDouble(x -> x).sum());
  }

  @Test
  void networksThatDoNotFitAreRefused() {
    FlslGraph flsl = flsl(config(DataType.FLOAT).build(), VIT);
    VitConfig wide = VIT.toBuilder().width(16).build();
    Exception shapes = assertThrows(IllegalArgumentException.class, () -> flsl.init(trained(wide)));
    assertTrue(shapes.getMessage().contains("do not fit"), shapes.getMessage());
    ComputationGraph head = flsl.init();
    Exception names = assertThrows(IllegalArgumentException.class, () -> flsl.init(head));
    assertTrue(names.getMessage().contains("no layer of the backbone"), names.getMessage());
  }

  /** With steps in one pass (float32 with kernels) and DL4J's (double). */
  @ParameterizedTest
  @ValueSource(strings = {"FLOAT", "DOUBLE"})
  void frozenBlocksStayToTheBitInStudentAndTeacher(String number) {
    DataType type = DataType.valueOf(number);
    FlslGraph flsl = flsl(config(type).frozenBlocks(2).build(), VIT);
    ComputationGraph graph = flsl.init();
    ComputationGraph before = graph.clone();
    for (int step = 0; step < 3; step++) {
      graph.fit(batch(type, step));
    }
    boolean onePass = type == DataType.FLOAT && KernelLibrary.ofThisProcess().isPresent();
    assertEquals(onePass, OnePassUpdater.of(graph).isPresent());
    for (String section : new String[] {"student/", "teacher/"}) {
      for (String vertex : new String[] {"patchEmbedding", "block_0", "block_1"}) {
        assertEquals(params(before, section + vertex), params(graph, section + vertex), vertex);
      }
      for (String vertex : new String[] {"block_2", "norm", "head"}) {
        assertNotEquals(params(before, section + vertex), params(graph, section + vertex), vertex);
      }
    }
    assertEquals(params(before, "student/block_0"), params(flsl.exportStudent(graph), "block_0"));
  }

  /** The trained part gets the gradient that it gets when nothing is frozen. */
  @Test
  void whatIsNotFrozenLearnsAsElse() {
    ComputationGraph all = flsl(config(DataType.DOUBLE).build(), VIT).init();
    ComputationGraph some = flsl(config(DataType.DOUBLE).frozenBlocks(2).build(), VIT).init();
    all.fit(batch(DataType.DOUBLE, 0));
    some.fit(batch(DataType.DOUBLE, 0));
    assertEquals(params(all, "student/block_2"), params(some, "student/block_2"));
    assertEquals(params(all, "student/head"), params(some, "student/head"));
  }

  @Test
  void aNetworkMayBeFrozenWhole() {
    ComputationGraph graph = flsl(config(DataType.FLOAT).frozenBlocks(3).build(), VIT).init();
    List<Double> block = params(graph, "student/block_2");
    List<Double> head = params(graph, "student/head");
    graph.fit(batch(DataType.FLOAT, 0));
    assertEquals(block, params(graph, "student/block_2"));
    assertNotEquals(head, params(graph, "student/head"));
  }

  @Test
  void moreFrozenBlocksThanThereAreAreRefused() {
    FlslGraph flsl = flsl(config(DataType.FLOAT).frozenBlocks(4).build(), VIT);
    Exception e = assertThrows(IllegalArgumentException.class, flsl::init);
    assertTrue(e.getMessage().contains("4 blocks") && e.getMessage().contains("has 3"));
  }

  /**
   * The first step of Adam is the rate itself, whatever the gradient's size; decay is in
   * proportion.
   */
  @ParameterizedTest
  @ValueSource(strings = {"FLOAT", "DOUBLE"})
  void eachBlockLearnsByItsPlace(String number) {
    DataType type = DataType.valueOf(number);
    ComputationGraph whole = flsl(config(type).build(), VIT).init();
    ComputationGraph decayed = flsl(config(type).layerDecay(0.5).build(), VIT).init();
    ComputationGraph before = whole.clone();
    assertEquals(numbers(before.params()), numbers(decayed.params()));
    whole.fit(batch(type, 0));
    decayed.fit(batch(type, 0));
    String[] vertices = {"patchEmbedding", "block_0", "block_1", "block_2", "norm", "head"};
    double[] factors = {1. / 16, 1. / 8, 1. / 4, 1. / 2, 1, 1};
    for (int i = 0; i < vertices.length; i++) {
      String vertex = "student/" + vertices[i];
      List<Double> start = params(before, vertex);
      double full = length(start, params(whole, vertex));
      double slow = length(start, params(decayed, vertex));
      assertEquals(factors[i], slow / full, 1e-4, vertex);
    }
  }

  @Test
  void aTrainingThatIsReadBackGoesOnToTheBit() throws IOException {
    FlslGraph flsl = flsl(config(DataType.FLOAT).frozenBlocks(1).layerDecay(0.7).build(), VIT);
    ComputationGraph whole = flsl.init(trained(VIT));
    whole.fit(batch(DataType.FLOAT, 0));
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    ModelSerializer.writeModel(whole, saved, true);
    ComputationGraph resumed =
        flsl.attach(
            ModelSerializer.restoreComputationGraph(
                new ByteArrayInputStream(saved.toByteArray()), true));
    ComputationGraph continued = flsl.continued(whole);
    for (ComputationGraph graph : new ComputationGraph[] {whole, resumed, continued}) {
      graph.fit(batch(DataType.FLOAT, 1));
      assertEquals(numbers(whole.params()), numbers(graph.params()));
    }
  }

  /** Gradients of a batch in parts are gathered for what is not frozen. */
  @Test
  void partsOfABatchMakeTheSameStep() {
    FlslConfig config = config(DataType.DOUBLE).frozenBlocks(1).layerDecay(0.7).build();
    ComputationGraph whole = flsl(config, VIT).init();
    ComputationGraph parts = flsl(config, VIT).init();
    whole.fit(batch(DataType.DOUBLE, 0));
    new GradientAccumulation(parts).fit(GradientAccumulation.split(batch(DataType.DOUBLE, 0), 2));
    assertTrue(whole.params().equalsWithEps(parts.params(), 1e-9));
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    for (double decay : new double[] {0, -1, 1.1, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> config(DataType.FLOAT).layerDecay(decay).build());
    }
    assertThrows(
        IllegalArgumentException.class, () -> config(DataType.FLOAT).frozenBlocks(-1).build());
  }
}
