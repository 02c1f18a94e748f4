package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

class HealthTest {

  @Test
  void agreesWithSingularValuesOfNumpy() {
    JsonNode golden = Golden.of("health");
    FeatureHealth health = FeatureHealth.of(Golden.array(golden.get("features")));
    assertEquals(golden.get("effective_rank").asDouble(), health.effectiveRank(), 1e-4);
    assertEquals(golden.get("spread").asDouble(), health.spread(), 1e-5);
  }

  @Test
  void equalDirectionsHaveNoSpread() {
    assertEquals(
        0,
        FeatureHealth.of(Nd4j.createFromArray(new float[][] {{1, 2}, {2, 4}, {3, 6}})).spread(),
        1e-3);
  }

  @Test
  void independentNumbersHaveFullRank() {
    Nd4j.getRandom().setSeed(1);
    assertEquals(6, FeatureHealth.of(Nd4j.randn(DataType.FLOAT, 20_000, 6)).effectiveRank(), 0.01);
  }
}
