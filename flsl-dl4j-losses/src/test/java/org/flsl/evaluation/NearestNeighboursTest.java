package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

class NearestNeighboursTest {

  @Test
  void votesAsScikitLearnDoes() {
    JsonNode golden = Golden.of("knn");
    LabelledTokens known =
        new LabelledTokens(
            Golden.array(golden.get("keys")),
            Golden.ints(golden.get("labels")),
            golden.get("classes").asInt());
    NearestNeighbours knn =
        new NearestNeighbours(known, golden.get("k").asInt(), golden.get("temperature").asDouble());
    double[][] expected = Golden.matrix(golden.get("scores"));
    float[] scores = knn.scores(Golden.array(golden.get("queries")));
    for (int i = 0; i < expected.length; i++) {
      for (int label = 0; label < knn.classes(); label++) {
        assertEquals(expected[i][label], scores[i * knn.classes() + label], 1e-5);
      }
    }
  }

  /** More of both than fit into one block of products. */
  @Test
  void findsTheSameAcrossBlocks() {
    Nd4j.getRandom().setSeed(5);
    INDArray keys = Nd4j.randn(DataType.FLOAT, 20_000, 8);
    int[] labels = IntStream.range(0, 20_000).toArray();
    INDArray queries = Nd4j.randn(DataType.FLOAT, 1100, 8);
    INDArray units = UnitLength.rows(queries);
    INDArray unitKeys = UnitLength.rows(keys);
    float[] scores =
        new NearestNeighbours(new LabelledTokens(keys, labels, 20_000), 1, 0.1).scores(queries);
    for (int query : new int[] {0, 1023, 1024, 1099}) {
      int nearest = unitKeys.mmul(units.getRow(query).reshape(-1, 1)).argMax(0).getInt(0);
      assertEquals(1, scores[query * 20_000 + nearest]);
    }
  }

  @Test
  void fewerKeysThanNeighboursAllVote() {
    INDArray keys = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}});
    LabelledTokens known = new LabelledTokens(keys, new int[] {0, 1}, 2);
    float[] scores =
        new NearestNeighbours(known, 20, 0.5).scores(Nd4j.createFromArray(new float[][] {{3, 3}}));
    assertArrayEquals(new float[] {0.5f, 0.5f}, scores, 1e-6f);
  }

  /** Over more keys than fit into one block of products. */
  @Test
  void eachSampleVotesAsIfItWereAlone() {
    Nd4j.getRandom().setSeed(6);
    INDArray keys = Nd4j.randn(DataType.FLOAT, 9000, 8);
    int[] labels = IntStream.range(0, 9000).map(i -> i * 7 % 5).toArray();
    INDArray queries = Nd4j.randn(DataType.FLOAT, 40, 8);
    List<int[]> samples =
        List.of(
            IntStream.range(0, 9000).filter(i -> i % 3 != 0).toArray(),
            IntStream.range(0, 9000).filter(i -> i % 7 < 2).toArray(),
            new int[] {4095, 4096, 8999});
    List<float[]> together =
        new NearestNeighbours(new LabelledTokens(keys, labels, 5), samples, 20, 0.1)
            .scoresOfEachSample(queries);
    for (int sample = 0; sample < samples.size(); sample++) {
      int[] rows = samples.get(sample);
      LabelledTokens alone =
          new LabelledTokens(
              Nd4j.pullRows(keys, 1, rows), IntStream.of(rows).map(i -> labels[i]).toArray(), 5);
      assertArrayEquals(
          new NearestNeighbours(alone, 20, 0.1).scores(queries), together.get(sample), 1e-5f);
    }
  }

  @Test
  void refusesQueriesOfAnotherWidth() {
    LabelledTokens known = new LabelledTokens(Nd4j.ones(3, 4), new int[3], 1);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new NearestNeighbours(known).scores(Nd4j.ones(2, 5)))
            .getMessage();
    assertTrue(message.contains("[2, 5]") && message.contains("width 4"), message);
  }

  @Test
  void atLeastOneNeighbourIsKept() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new Nearest(0)).getMessage();
    assertTrue(message.endsWith("at least one key is kept, got 0"), message);
  }
}
