package org.flsl.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.flsl.training.FlslConfig;
import org.junit.jupiter.api.Test;

class ObjectiveWeightsSpaceTest {

  private static ObjectiveWeightsSpace space() {
    return new ObjectiveWeightsSpace(
        new ContinuousParameterSpace(0, 0.1),
        new FixedValue<>(1.0),
        new ContinuousParameterSpace(1, 10));
  }

  private static RandomSearchGenerator generator() {
    RandomSearchGenerator generator = new RandomSearchGenerator(space());
    generator.setRngSeed(5);
    return generator;
  }

  @Test
  void randomSearchStaysInsideAndRepeatsBySeed() {
    RandomSearchGenerator first = generator();
    RandomSearchGenerator again = generator();
    ObjectiveWeights previous = null;
    for (int i = 0; i < 20; i++) {
      ObjectiveWeights weights = (ObjectiveWeights) first.getCandidate().getValue();
      assertTrue(weights.upsilon() >= 0 && weights.upsilon() <= 0.1, weights.toString());
      assertTrue(weights.gamma() >= 1 && weights.gamma() <= 10, weights.toString());
      assertEquals(1, weights.eta());
      assertEquals(weights, again.getCandidate().getValue());
      assertNotEquals(previous, weights);
      previous = weights;
    }
  }

  @Test
  void aCandidateSetsTheObjective() {
    FlslConfig config =
        new ObjectiveWeights(0.01, 2, 3)
            .applyTo(FlslConfig.builder().iterationsPerEpoch(1).batchSize(1))
            .build();
    assertEquals(0.01, config.upsilon().end());
    assertEquals(2, config.eta().end());
    assertEquals(3, config.gamma().end());
  }
}
