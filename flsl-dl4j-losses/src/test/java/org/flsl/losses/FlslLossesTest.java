package org.flsl.losses;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.Published;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.vit.TokenNorm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class FlslLossesTest {
  private static final int WIDTH = 4;
  private static final int K = 5;
  private static final int QUERIES = 3;
  private static final double STUDENT = 0.3;
  private static final double TEACHER = 0.2;
  private static final List<LossTerm> TERMS =
      List.of(new IntraView(), new InterView(), new Volume());
  private static final double[] PRIOR = {0.1, 0.3, 0.2, 0.25, 0.15};

  private static INDArray random(DataType type, long seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(type, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  private static FlslLosses losses(int centroids, boolean centring, double[] prior) {
    return new FlslLosses(
        TERMS, centroids, new FixedSchedule(STUDENT), new FixedSchedule(TEACHER), centring, prior);
  }

  /**
   * A graph in which each input of the losses passes a trained norm, the teacher's a frozen one.
   */
  private static ComputationGraph graph(
      DataType type, FlslLosses losses, ISchedule[] weights, boolean frozenTeacher) {
    TokenNorm teacher = TokenNorm.builder(losses.centroids()).build();
    int k = losses.centroids();
    var builder =
        new NeuralNetConfiguration.Builder()
            .dataType(type)
            .seed(1)
            .miniBatch(false)
            .graphBuilder()
            .addInputs("q", "m", "l", "t")
            .addLayer("queries", TokenNorm.builder(WIDTH).build(), "q")
            .addLayer("modes", TokenNorm.builder(WIDTH).build(), "m")
            .addLayer("logits", TokenNorm.builder(k).build(), "l")
            .addLayer("teacher", frozenTeacher ? new FrozenLayer(teacher) : teacher, "t")
            .addVertex("losses", losses, "queries", "modes", "logits", "teacher")
            .addLayer("out", objective(weights), "losses")
            .setOutputs("out")
            .setInputTypes(
                TokenTypes.sequence(WIDTH, QUERIES),
                TokenTypes.sequence(WIDTH, QUERIES),
                TokenTypes.sequence(k, QUERIES),
                TokenTypes.sequence(k, QUERIES));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    graph.params().addi(random(type, 7, graph.params().shape()).muli(0.3));
    return graph;
  }

  private static FlslLossLayer objective(ISchedule... weights) {
    Map<String, ISchedule> named = new LinkedHashMap<>();
    for (LossTerm term : TERMS) {
      named.put(term.weight(), weights[named.size()]);
    }
    return new FlslLossLayer(named);
  }

  private static ISchedule[] weights() {
    return new ISchedule[] {new FixedSchedule(0.7), new FixedSchedule(1.3), new FixedSchedule(2.1)};
  }

  private static MultiDataSet batch(DataType type, int batch, int k) {
    return new MultiDataSet(
        new INDArray[] {
          random(type, 1, batch, QUERIES, WIDTH),
          random(type, 2, batch, QUERIES, WIDTH),
          random(type, 3, batch, QUERIES, k),
          random(type, 4, batch, QUERIES, k)
        },
        new INDArray[] {Nd4j.zeros(type, batch, 1)});
  }

  @Test
  void gradientWithAUniformPriorIsRight() {
    ComputationGraph graph = graph(DataType.DOUBLE, losses(K, false, null), weights(), true);
    Set<String> trained = GraphGradients.check(graph, batch(DataType.DOUBLE, 2, K), Set.of());
    assertEquals(
        Set.of(
            "queries_gain",
            "queries_bias",
            "modes_gain",
            "modes_bias",
            "logits_gain",
            "logits_bias"),
        trained);
  }

  @Test
  void gradientWithAGivenPriorIsRight() {
    ComputationGraph graph = graph(DataType.DOUBLE, losses(K, false, PRIOR), weights(), true);
    GraphGradients.check(graph, batch(DataType.DOUBLE, 2, K), Set.of());
  }

  @Test
  void gradientWithCentringIsRightAndNoneReachesTheCentre() {
    ComputationGraph graph = graph(DataType.DOUBLE, losses(K, true, null), weights(), true);
    GraphGradients.check(graph, batch(DataType.DOUBLE, 2, K), Set.of("losses_centre"));
  }

  @Test
  void noGradientReachesTheTeacherEvenWhereItIsNotFrozen() {
    ComputationGraph graph = graph(DataType.DOUBLE, losses(K, false, null), weights(), false);
    GraphGradients.check(
        graph, batch(DataType.DOUBLE, 2, K), Set.of("teacher_gain", "teacher_bias"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void termsAreTheFormulas(boolean centringAndPrior) {
    double[] prior = centringAndPrior ? PRIOR : null;
    ComputationGraph graph =
        graph(DataType.DOUBLE, losses(K, centringAndPrior, prior), weights(), true);
    MultiDataSet batch = batch(DataType.DOUBLE, 2, K);
    var all = graph.feedForward(batch.getFeatures(), false);
    double[] centre = new double[K];
    if (centringAndPrior) {
      centre = GraphGradients.param(graph, "losses_centre").toDoubleVector();
    }
    double cosines = 0;
    double inter = 0;
    double[] mean = new double[K];
    int rows = 2 * QUERIES;
    for (int row = 0; row < rows; row++) {
      double[] q = row(all.get("queries"), row);
      double[] m = row(all.get("modes"), row);
      cosines += dot(q, m) / Math.sqrt(dot(q, q) * dot(m, m)) / rows;
      double[] ps = softmax(row(all.get("logits"), row), new double[K], STUDENT);
      double[] pt = softmax(row(all.get("teacher"), row), centre, TEACHER);
      for (int k = 0; k < K; k++) {
        inter -= pt[k] * Math.log(ps[k]) / rows;
        mean[k] += ps[k] / rows;
      }
    }
    double volume = 0;
    for (int k = 0; k < K; k++) {
      volume += mean[k] * (Math.log(mean[k]) - (prior == null ? -Math.log(K) : Math.log(prior[k])));
    }
    INDArray terms = all.get("losses");
    assertEquals(2 - 2 * cosines, terms.getDouble(0), 1e-12);
    assertEquals(inter, terms.getDouble(1), 1e-12);
    assertEquals(volume, terms.getDouble(2), 1e-12);
    double score = 0.7 * (2 - 2 * cosines) + 1.3 * inter + 2.1 * volume;
    assertEquals(score, graph.score(batch, false), 1e-12);
  }

  private static double[] row(INDArray sequence, int row) {
    return sequence.reshape(-1, sequence.size(2)).getRow(row).toDoubleVector();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[] softmax(double[] logits, double[] centre, double temperature) {
    double[] p = new double[logits.length];
    for (int k = 0; k < p.length; k++) {
      p[k] = Math.exp((logits[k] - centre[k]) / temperature);
    }
    double sum = DoubleStream.of(p).sum();
    return DoubleStream.of(p).map(x -> x / sum).toArray();
  }

  /** The volume term of given probabilities: their logarithms are the logits, at temperature 1. */
  private static double volume(double[] prior) {
    INDArray p = Published.array("volume_input");
    int rows = (int) p.size(0);
    int k = (int) p.size(1);
    INDArray logits = Transforms.log(p, true).reshape(1, rows, k);
    FlslLosses losses =
        new FlslLosses(TERMS, k, new FixedSchedule(1), new FixedSchedule(1), false, prior);
    var builder =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.DOUBLE)
            .graphBuilder()
            .addInputs("q", "l")
            .addVertex("losses", losses, "q", "q", "l", "l")
            .addLayer("out", objective(weights()), "losses")
            .setOutputs("out");
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    INDArray q = random(DataType.DOUBLE, 1, 1, rows, WIDTH);
    return graph.outputSingle(q, logits).getDouble(2);
  }

  @Test
  void volumeIsThePublishedOne() {
    assertEquals(Published.array("volume_value").getDouble(0), volume(null), 2e-6);
  }

  @Test
  void volumeWithAPriorIsThePublishedOne() {
    double[] prior = Published.array("volume_prior").toDoubleVector();
    double sum = DoubleStream.of(prior).sum();
    double[] normal = DoubleStream.of(prior).map(p -> p / sum).toArray();
    assertEquals(Published.array("volume_value_prior").getDouble(0), volume(normal), 2e-6);
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void aOneHotMeanAndUnderflowingProbabilitiesGiveFiniteNumbers(DataType type) {
    ComputationGraph graph = graph(type, losses(K, false, null), weights(), true);
    // Every query prefers centroid 2 by far, the teacher centroid 4.
    INDArray bias = GraphGradients.param(graph, "logits_bias");
    bias.assign(0).putScalar(2, 1e5);
    MultiDataSet batch = batch(type, 2, K);
    batch.getFeatures()[3].assign(0);
    batch
        .getFeatures()[3]
        .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(4))
        .assign(100);
    graph.setInputs(batch.getFeatures());
    graph.setLabels(batch.getLabels());
    graph.computeGradientAndScore();
    INDArray terms = graph.feedForward(batch.getFeatures(), false).get("losses");
    assertEquals(Math.log(K), terms.getDouble(2), 1e-5, "a one-hot mean is as far as can be");
    assertTrue(terms.getDouble(1) > 1e4, "inter " + terms.getDouble(1));
    assertTrue(Double.isFinite(graph.score()), "score " + graph.score() + ", terms " + terms);
    double norm = graph.gradient().gradient().norm2Number().doubleValue();
    assertTrue(Double.isFinite(norm) && norm > 0, "norm of the gradient " + norm);
  }

  @Test
  void weightsFollowTheirSchedules() {
    ISchedule[] weights = weights();
    weights[1] = new MapSchedule.Builder(ScheduleType.ITERATION).add(0, 1).add(4, 0).build();
    ComputationGraph graph = graph(DataType.DOUBLE, losses(K, false, null), weights, true);
    MultiDataSet batch = batch(DataType.DOUBLE, 2, K);
    INDArray terms = graph.feedForward(batch.getFeatures(), false).get("losses");
    double rest = 0.7 * terms.getDouble(0) + 2.1 * terms.getDouble(2);
    assertEquals(rest + terms.getDouble(1), scoreAt(graph, batch, 3), 1e-12);
    assertEquals(rest, scoreAt(graph, batch, 4), 1e-12);
  }

  private static double scoreAt(ComputationGraph graph, MultiDataSet batch, int iteration) {
    graph.getConfiguration().setIterationCount(iteration);
    graph.setInputs(batch.getFeatures());
    graph.setLabels(batch.getLabels());
    graph.computeGradientAndScore();
    return graph.score();
  }

  @Test
  void configurationsSurviveJsonAndClone() {
    for (FlslLosses losses :
        new FlslLosses[] {losses(K, false, null), losses(K, true, null), losses(K, false, PRIOR)}) {
      ComputationGraph graph = graph(DataType.FLOAT, losses, weights(), true);
      var conf = graph.getConfiguration();
      var back = ComputationGraphConfiguration.fromJson(conf.toJson());
      assertEquals(losses, back.getVertices().get("losses"));
      assertEquals(losses, losses.clone());
      assertEquals(losses.hashCode(), losses.clone().hashCode());
      assertEquals(conf.toJson(), back.toJson());
    }
    assertNotEquals(losses(K, false, null), losses(K, true, null));
    assertNotEquals(losses(K, false, null), losses(K, false, PRIOR));
    ISchedule[] w = weights();
    FlslLossLayer layer = objective(w);
    assertEquals(layer, layer.clone());
    assertNotEquals(layer, objective(w[0], w[2], w[1]));
  }

  @Test
  void errorsSayWhatWasFoundAndWhatWasExpected() {
    assertRefused(() -> losses(4, false, PRIOR), "needs 4 positive numbers", "has 5 numbers");
    assertRefused(() -> losses(2, false, new double[] {0.5, 0.6}), "sum to 1", "1.1");
    assertRefused(() -> losses(2, false, new double[] {1, 0}), "not positive");
    assertRefused(() -> losses(1, false, null), "centroids must be at least 2", "1");
    assertRefused(
        () -> new FlslLosses(List.of(), K, new FixedSchedule(1), new FixedSchedule(1), false, null),
        "at least one term");
    assertRefused(() -> new FlslLossLayer(Map.of()), "a weight is needed for each term");
    FlslLosses losses = losses(K, false, null);
    assertRefused(
        () -> losses.getOutputType(0, TokenTypes.sequence(WIDTH, 3)),
        "expects 4 input(s)",
        "got 1");
    assertRefused(
        () ->
            losses.getOutputType(
                0,
                TokenTypes.sequence(WIDTH, 3),
                TokenTypes.sequence(WIDTH, 3),
                TokenTypes.sequence(6, 3),
                TokenTypes.sequence(K, 3)),
        "width 5",
        "width 6");
    assertRefused(
        () ->
            graph(DataType.FLOAT, losses, weights(), true)
                .output(
                    random(DataType.FLOAT, 1, 2, 3, WIDTH),
                    random(DataType.FLOAT, 1, 2, 2, WIDTH),
                    random(DataType.FLOAT, 1, 2, 3, K),
                    random(DataType.FLOAT, 1, 2, 3, K)),
        "losses",
        "equally many queries",
        "[2, 2, 4]");
    INDArray queries = random(DataType.FLOAT, 1, 2, 3, WIDTH);
    INDArray logits = random(DataType.FLOAT, 1, 2, 3, K);
    INDArray wide = random(DataType.FLOAT, 1, 2, 3, 2 * K);
    for (INDArray[] inputs :
        new INDArray[][] {
          {queries, queries, wide, logits}, {queries, queries, logits, wide},
          {queries, wide, logits, logits}, {wide, queries, logits, logits}
        }) {
      assertRefused(
          () -> losses.validateInput(inputs), "losses", "logits of width 5", "[2, 3, 10]");
    }
    assertRefused(
        () ->
            losses.validateInput(
                new INDArray[] {queries, queries, logits, random(DataType.FLOAT, 1, 1, 3, K)}),
        "[1, 3, 5]");
    losses.validateInput(new INDArray[] {queries, queries, logits, logits});
    ComputationGraph other =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("terms")
                .addLayer("out", objective(weights()), "terms")
                .setOutputs("out")
                .build());
    other.init();
    MultiDataSet four =
        new MultiDataSet(Nd4j.ones(DataType.FLOAT, 1, 4), Nd4j.zeros(DataType.FLOAT, 1, 1));
    assertRefused(() -> other.score(four, false), "out has weights for 3 terms", "has 4");
    ISchedule[] w = weights();
    assertRefused(() -> objective(w).getOutputType(0, InputType.feedForward(4)), "3 terms", "4");
  }
}
