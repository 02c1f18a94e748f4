package org.flsl.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.distribution.LogUniformDistribution;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.flsl.arbiter.SweepCandidates.Search;
import org.flsl.evaluation.Measured;
import org.flsl.examples.pretrain.Settings;
import org.junit.jupiter.api.Test;

class SweepCandidatesTest {
  private static PretrainSpace mixed() {
    return PretrainSpace.builder()
        .fixed(Settings.CENTROIDS, 64)
        .searched(
            Settings.SCHEMA.named("upsilon", ""),
            new ContinuousParameterSpace(new LogUniformDistribution(0.003, 0.3)))
        .searched(Settings.SCHEMA.named("gamma", ""), new ContinuousParameterSpace(1, 10))
        .searched(Settings.DEPTH, new IntegerParameterSpace(2, 4))
        .searched(Settings.LOCAL_VIEWS, new LogIntegerParameterSpace(1, 3))
        .searched(Settings.CENTRING, new DiscreteParameterSpace<>("yes", "no"))
        .build();
  }

  private static SweepCandidates random(long seed) {
    return new SweepCandidates(mixed(), Search.RANDOM, 30, seed, List.of());
  }

  private static PretrainSpace grid() {
    return PretrainSpace.builder()
        .searched(Settings.SCHEMA.named("gamma", ""), new DiscreteParameterSpace<>("1", "5", "10"))
        .fixed(Settings.CENTROIDS, 64)
        .searched(Settings.CENTRING, new DiscreteParameterSpace<>("yes", "no"))
        .build();
  }

  @Test
  void randomOnesStayInsideTheirRanges() {
    for (CandidateSettings candidate : random(5).preview()) {
      double upsilon = Double.parseDouble(candidate.get("upsilon"));
      double gamma = Double.parseDouble(candidate.get("gamma"));
      assertTrue(upsilon >= 0.003 && upsilon <= 0.3, candidate.toString());
      assertTrue(gamma >= 1 && gamma <= 10, candidate.toString());
      assertTrue(List.of("2", "3", "4").contains(candidate.get("depth")), candidate.toString());
      assertTrue(List.of("yes", "no").contains(candidate.get("centring")), candidate.toString());
      assertEquals("64", candidate.get("centroids"));
    }
  }

  @Test
  void theSeedDecides() {
    assertEquals(random(5).preview(), random(5).preview());
    assertNotEquals(random(5).preview(), random(6).preview());
  }

  @Test
  void aPreviewShowsWhatWillCome() {
    SweepCandidates candidates = random(5);
    List<CandidateSettings> preview = candidates.preview();
    for (CandidateSettings expected : preview) {
      assertEquals(expected, candidates.getCandidate().getValue());
    }
    assertFalse(candidates.hasMoreCandidates());
  }

  @Test
  void aGridHasEveryCombinationOnceAndInTheSameOrder() {
    SweepCandidates all = new SweepCandidates(grid(), Search.GRID, 1000, 1, List.of());
    assertEquals(6, all.size());
    assertEquals(6, new HashSet<>(all.preview()).size());
    // Arbiter's own seed would not reach a random order.
    SweepCandidates other = new SweepCandidates(grid(), Search.GRID, 1000, 2, List.of());
    assertEquals(all.preview(), other.preview());
    assertEquals(4, new SweepCandidates(grid(), Search.GRID, 4, 1, List.of()).size());
  }

  @Test
  void thoseThatWereNamedComeFirst() {
    List<Map<String, String>> named = List.of(Map.of(), Map.of("gamma", "0"));
    SweepCandidates candidates = new SweepCandidates(mixed(), Search.RANDOM, 1, 5, named);
    List<CandidateSettings> all = candidates.preview();
    assertEquals(3, all.size());
    assertEquals("as configured", all.get(0).toString());
    assertEquals("gamma 0", all.get(1).toString());
    assertEquals(random(5).preview().get(0), all.get(2));
  }

  @Test
  void arbitersJsonKeepsTheCandidates() {
    OptimizationConfiguration configuration =
        new OptimizationConfiguration.Builder()
            .candidateGenerator(
                new SweepCandidates(mixed(), Search.RANDOM, 8, 5, List.of(Map.of("gamma", "0"))))
            .dataSource(PhotoFolder.class, new Properties())
            .modelSaver(new RunFolders("candidates"))
            .scoreFunction(
                new BackboneScore("label-free", candidate -> Measured.one("none", candidate, 0)))
            .terminationConditions(new AllTried())
            .build();
    OptimizationConfiguration again = OptimizationConfiguration.fromJson(configuration.toJson());
    assertEquals(configuration.toJson(), again.toJson());
    assertEquals(
        ((SweepCandidates) configuration.getCandidateGenerator()).preview(),
        ((SweepCandidates) again.getCandidateGenerator()).preview());
    OptimizationConfiguration yaml = OptimizationConfiguration.fromYaml(configuration.toYaml());
    assertEquals(configuration.toJson(), yaml.toJson());
  }
}
