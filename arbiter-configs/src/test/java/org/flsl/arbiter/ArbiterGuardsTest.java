package org.flsl.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxTimeCondition;
import org.deeplearning4j.arbiter.optimize.api.termination.TerminationCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.flsl.arbiter.Outcome.Status;
import org.flsl.arbiter.SweepCandidates.Search;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.Measured;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every fault of Arbiter's that a sweep would meet. The time-out is for those that never ended. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ArbiterGuardsTest {
  @TempDir private Path folder;
  private Path photos;
  private Outcomes outcomes;

  @BeforeEach
  void takeAFewPhotos() throws IOException {
    photos = TinySweep.photos(folder);
    outcomes = Outcomes.open(folder.resolve("results.csv"));
  }

  private static Config tiny() {
    String text = TinySweep.SETTINGS.replace("settings:\n", "").replaceAll("(?m)^  ", "");
    Config config = ConfigFile.parse(text, "tiny", Settings.SCHEMA.defaults());
    return RunSettings.withThreads(config, null);
  }

  private static SweepCandidates gammas(String... values) {
    PretrainSpace space =
        PretrainSpace.builder()
            .searched(Settings.SCHEMA.named("gamma", ""), new DiscreteParameterSpace<>(values))
            .build();
    return new SweepCandidates(space, Search.GRID, 1000, 1, List.of());
  }

  private LocalOptimizationRunner run(
      SweepCandidates candidates,
      ToDoubleFunction<Candidate> score,
      int parallel,
      TerminationCondition... more)
      throws IOException {
    OptimizationConfiguration configuration =
        new OptimizationConfiguration.Builder()
            .candidateGenerator(candidates)
            .dataSource(PhotoFolder.class, new Properties())
            .modelSaver(new RunFolders(folder.toString()))
            .scoreFunction(
                new BackboneScore(
                    "a test's",
                    candidate ->
                        Measured.one("a test's", candidate, score.applyAsDouble(candidate))))
            .terminationConditions(
                Stream.concat(Stream.of(new AllTried()), Stream.of(more)).toList())
            .build();
    PretrainTaskCreator tasks =
        new PretrainTaskCreator(
            tiny(),
            Set.of(),
            photos,
            Budget.steps(2),
            MedianRule.never(),
            Files.createDirectories(folder.resolve("candidates")),
            outcomes,
            Trials.here(),
            () -> false,
            new TinySweep().terminal());
    LocalOptimizationRunner runner = new LocalOptimizationRunner(parallel, configuration, tasks);
    runner.execute();
    return runner;
  }

  private static CandidateInfo info(LocalOptimizationRunner runner, int index) {
    return runner.getCandidateStatus().stream()
        .filter(info -> info.getIndex() == index)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anExhaustedGridEnds() throws IOException {
    LocalOptimizationRunner runner = run(gammas("1", "2"), backbone -> 0.5, 1);
    assertEquals(2, runner.numCandidatesCompleted());
  }

  @Test
  void aScoreThatIsNotANumberIsAFailureAndNeverTheBest() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    LocalOptimizationRunner runner =
        run(gammas("1", "2"), backbone -> calls.incrementAndGet() == 1 ? Double.NaN : 0.5, 1);
    assertEquals(1, runner.bestScoreCandidateIndex());
    assertEquals(0.5, runner.bestScore());
    assertEquals(CandidateStatus.Failed, info(runner, 0).getCandidateStatus());
    assertEquals("the score is not a number (NaN)", outcomes.of(0).orElseThrow().reason());
  }

  @Test
  void whatThrowsIsAFailureWithItsReason() throws IOException {
    LocalOptimizationRunner runner =
        run(
            gammas("1", "2"),
            backbone -> {
              throw new IllegalStateException("no images here");
            },
            1);
    assertEquals(2, runner.numCandidatesFailed());
    assertEquals(CandidateStatus.Failed, info(runner, 1).getCandidateStatus());
    assertTrue(outcomes.of(1).orElseThrow().reason().endsWith("no images here"));
    assertNotNull(info(runner, 1).getExceptionStackTrace());
  }

  @Test
  void candidatesThatCannotBeBuiltFailAndTheSweepGoesOnToItsEnd() throws IOException {
    PretrainSpace space =
        PretrainSpace.builder()
            .searched(Settings.HEADS, new DiscreteParameterSpace<>("5", "7", "3"))
            .build();
    LocalOptimizationRunner runner =
        run(new SweepCandidates(space, Search.GRID, 9, 1, List.of()), backbone -> 0.5, 1);
    assertEquals(2, runner.numCandidatesFailed());
    assertEquals(1, runner.numCandidatesCompleted());
    assertTrue(
        outcomes.of(0).orElseThrow().reason().contains("5 heads do not divide the width 24"),
        outcomes.all().toString());
  }

  @Test
  void whatWasBegunBeforeTheTimeWasUpIsNotLost() throws IOException {
    AtomicInteger scored = new AtomicInteger();
    run(
        gammas("1", "2", "3"),
        backbone -> {
          pause();
          return scored.incrementAndGet();
        },
        1,
        new MaxTimeCondition(2, TimeUnit.SECONDS));
    assertEquals(scored.get(), outcomes.all().size());
    assertTrue(
        outcomes.all().stream().allMatch(outcome -> outcome.status() == Status.DONE),
        outcomes.all().toString());
    assertTrue(scored.get() < 3, "the time was up before");
  }

  /** Longer than what is left of the time. */
  private static void pause() {
    try {
      Thread.sleep(2500);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void twoAtATimeAreNeitherTooManyNorTooFew() throws IOException {
    LocalOptimizationRunner runner = run(gammas("1", "2", "3", "4", "5"), backbone -> 0.5, 2);
    assertEquals(5, runner.numCandidatesCompleted());
    assertEquals(5, runner.numCandidatesTotal());
    Set<Integer> indices = new HashSet<>();
    outcomes.all().forEach(outcome -> indices.add(outcome.index()));
    assertEquals(Set.of(0, 1, 2, 3, 4), indices);
  }

  @Test
  void whatIsFinishedIsNotTrainedAgain() throws IOException {
    outcomes.put(
        new Outcome(
            0, new CandidateSettings(Map.of("gamma", "1")), Status.DONE, 0.9, 1, Map.of(), ""));
    LocalOptimizationRunner runner = run(gammas("1", "2"), backbone -> 0.5, 1);
    assertEquals(0.9, runner.bestScore());
    assertTrue(Files.notExists(folder.resolve("candidates/000")));
    assertTrue(Files.exists(folder.resolve("candidates/001/backbone.zip")));
  }

  @Test
  void theResultsAreReadAsTheyWereWritten() throws IOException {
    Outcome outcome =
        new Outcome(
            3,
            new CandidateSettings(Map.of("local-scale", "0.05..0.4")),
            Status.STOPPED,
            0.1 / 3,
            12.5,
            Map.of(33, 0.1 / 3, 67, 0.25),
            "worse, \"much\" worse");
    outcomes.put(outcome);
    assertEquals(List.of(outcome), Outcomes.open(folder.resolve("results.csv")).all());
  }
}
