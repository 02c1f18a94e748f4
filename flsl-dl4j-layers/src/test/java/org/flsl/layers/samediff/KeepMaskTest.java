package org.flsl.layers.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.vit.TokenNorm;
import org.flsl.layers.vit.TransformerBlock;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The random masks of drop path and dropout. */
class KeepMaskTest {
  private static final int WIDTH = 6;
  private static final int BATCH = 8;
  private static final int[][] VIEWS = {{0, 3}, {3, 5}, {5, 7}};

  private static INDArray mask(KeepMaskFeed feed, int iteration, long seed) {
    return feed.value(new Feed.Step(iteration, 0, seed, BatchPart.WHOLE), 40, DataType.DOUBLE);
  }

  @Test
  void everyImageAndViewHasOneDrawForAllItsTokens() {
    INDArray mask = mask(new KeepMaskFeed("m", 0.5, new long[] {3, 2}, 1), 0, 1);
    assertEquals(40 * 5, mask.size(0));
    Set<String> patterns = new HashSet<>();
    for (int image = 0; image < 40; image++) {
      double first = mask.getDouble(image * 5, 0);
      double second = mask.getDouble(image * 5 + 3, 0);
      for (int row = 0; row < 5; row++) {
        assertEquals(row < 3 ? first : second, mask.getDouble(image * 5 + row, 0));
      }
      patterns.add(first + " " + second);
    }
    assertEquals(Set.of("0.0 0.0", "0.0 2.0", "2.0 0.0", "2.0 2.0"), patterns);
  }

  @Test
  void columnsAreDrawnApart() {
    INDArray mask = mask(new KeepMaskFeed("m", 0.5, new long[] {1, 1}, 3), 0, 1);
    assertNotEquals(mask.getColumn(0), mask.getColumn(1));
    assertNotEquals(mask.getColumn(1), mask.getColumn(2));
  }

  @Test
  void theMeanIsOne() {
    for (double keep : new double[] {0.3, 0.9}) {
      INDArray mask = mask(new KeepMaskFeed("m", keep, new long[] {1}, 500), 0, 1);
      assertEquals(1, mask.meanNumber().doubleValue(), 0.04);
    }
    assertEquals(
        1, mask(new KeepMaskFeed("m", 1, new long[] {1}, 5), 0, 1).minNumber().doubleValue());
  }

  @Test
  void theDrawDependsOnSeedIterationAndNameAlone() {
    KeepMaskFeed feed = new KeepMaskFeed("m", 0.5, new long[] {1}, 4);
    assertEquals(mask(feed, 3, 1), mask(feed, 3, 1));
    assertNotEquals(mask(feed, 3, 1), mask(feed, 4, 1));
    assertNotEquals(mask(feed, 3, 1), mask(feed, 3, 2));
    assertNotEquals(mask(feed, 3, 1), mask(new KeepMaskFeed("n", 0.5, new long[] {1}, 4), 3, 1));
  }

  @Test
  void partsOfABatchHaveTheMasksOfTheWhole() {
    KeepMaskFeed feed = new KeepMaskFeed("m", 0.5, new long[] {3, 2}, 2);
    INDArray whole = mask(feed, 7, 1);
    for (int first = 0; first < 40; first += 8) {
      Feed.Step part = new Feed.Step(7, 0, 1, new BatchPart(first, Map.of()));
      assertEquals(
          whole.get(NDArrayIndex.interval(5 * first, 5 * (first + 8)), NDArrayIndex.all()),
          feed.value(part, 8, DataType.DOUBLE));
    }
  }

  private static ComputationGraph graph(double dropPath) {
    TransformerBlock block =
        TransformerBlock.builder(WIDTH, 2)
            .dropPath(dropPath)
            .views(PackedViews.of(3, 2, 2))
            .build();
    TransformerBlock second =
        TransformerBlock.builder(WIDTH, 2)
            .dropPath(dropPath)
            .views(PackedViews.of(3, 2, 2))
            .build();
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("x")
                .addLayer("norm", TokenNorm.builder(WIDTH).build(), "x")
                .addLayer("block", block, "norm")
                .addLayer("second", second, "block")
                .addLayer("out", new GradientCheck.MixedSquares(), "second")
                .setOutputs("out")
                .setInputTypes(TokenTypes.sequence(WIDTH, 7)));
  }

  /** What a training step computes, at a given iteration. */
  private static Map<String, INDArray> step(ComputationGraph graph, int iteration, INDArray x) {
    Map<String, INDArray> seen = new HashMap<>();
    graph.setListeners(
        new BaseTrainingListener() {
          @Override
          public void onForwardPass(Model model, Map<String, INDArray> activations) {
            activations.forEach((name, array) -> seen.put(name, array.detach().dup()));
          }
        });
    graph.getConfiguration().setIterationCount(iteration);
    MultiDataSet batch = TinyGraph.batch(x);
    graph.setInputs(batch.getFeatures());
    graph.setLabels(batch.getLabels());
    graph.computeGradientAndScore();
    return seen;
  }

  /** For every image and view: did both branches of {@code block} drop out? */
  private static String dropped(Map<String, INDArray> seen, String from, String block) {
    INDArray change = seen.get(block).sub(seen.get(from));
    StringBuilder pattern = new StringBuilder();
    for (int image = 0; image < BATCH; image++) {
      for (int[] view : VIEWS) {
        INDArray part =
            change.slice(image).get(NDArrayIndex.interval(view[0], view[1]), NDArrayIndex.all());
        double largest = part.amaxNumber().doubleValue();
        double smallest = part.aminNumber().doubleValue();
        assertTrue(largest == 0 || smallest > 0, "a view was dropped in part");
        pattern.append(largest == 0 ? 'd' : '.');
      }
      pattern.append(' ');
    }
    return pattern.toString();
  }

  @Test
  void pathsOfABlockDropByImageAndByView() {
    INDArray x = TinyGraph.random(1, BATCH, 7, WIDTH);
    String pattern = dropped(step(graph(0.7), 0, x), "norm", "block");
    Set<String> images = new HashSet<>(List.of(pattern.trim().split(" ")));
    assertTrue(pattern.contains("d") && pattern.contains("."), pattern);
    assertTrue(images.stream().anyMatch(p -> p.contains("d") && p.contains(".")), pattern);
    assertTrue(images.size() > 2, pattern);
  }

  @Test
  void pathsDifferBetweenIterationsAndBlocksAndRepeatForTheSameIteration() {
    INDArray x = TinyGraph.random(1, BATCH, 7, WIDTH);
    ComputationGraph graph = graph(0.7);
    Map<String, INDArray> first = step(graph, 5, x);
    Map<String, INDArray> next = step(graph, 6, x);
    Map<String, INDArray> again = step(graph, 5, x);
    Map<String, INDArray> elsewhere = step(graph(0.7), 5, x);
    assertNotEquals(dropped(first, "norm", "block"), dropped(next, "norm", "block"));
    assertNotEquals(dropped(first, "norm", "block"), dropped(first, "block", "second"));
    assertEquals(first.get("second"), again.get("second"));
    assertEquals(first.get("second"), elsewhere.get("second"));
  }

  @Test
  void masksAreOffAtInference() {
    INDArray x = TinyGraph.random(1, BATCH, 7, WIDTH);
    ComputationGraph with = graph(0.7);
    ComputationGraph without = graph(0);
    INDArray[] inputs = {x};
    assertEquals(
        without.feedForward(inputs, false).get("second"),
        with.feedForward(inputs, false).get("second"));
    assertNotEquals(
        without.feedForward(inputs, true).get("second"),
        with.feedForward(inputs, true).get("second"));
  }
}
