package org.flsl.arbiter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.generator.GridSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The candidates of a sweep: first those that were named one by one, then the grid's or random
 * ones.
 *
 * <p>Unlike Arbiter's own generators it ends by itself after a known number, so that no termination
 * condition has to count: an exhausted grid would never end, and parallel tasks would be one too
 * many or too few. The same seed gives the same candidates in the same order.
 */
public final class SweepCandidates implements CandidateGenerator {
  /** How to go through the space. */
  public enum Search {
    /** Independent draws. */
    RANDOM,
    /** Every combination of discrete values, in their order. */
    GRID
  }

  /** Spaces of a grid are discrete; Arbiter asks for a number all the same. */
  private static final int UNUSED = 2;

  @JsonProperty private final PretrainSpace space;
  @JsonProperty private final Search search;
  @JsonProperty private final int most;
  @JsonProperty private final long seed;
  @JsonProperty private final List<Map<String, String>> named;

  @JsonIgnore private final CandidateGenerator others;
  @JsonIgnore private int next;

  /**
   * Candidates of a space.
   *
   * @param most random candidates, or points of the grid; a smaller grid ends earlier
   * @param named settings of candidates to begin with, beside the {@code most} others
   */
  @JsonCreator
  public SweepCandidates(
      @JsonProperty("space") PretrainSpace space,
      @JsonProperty("search") Search search,
      @JsonProperty("most") int most,
      @JsonProperty("seed") long seed,
      @JsonProperty("named") List<Map<String, String>> named) {
    this.space = space;
    this.search = search;
    this.most = most;
    this.seed = seed;
    this.named = named.stream().<Map<String, String>>map(LinkedHashMap::new).toList();
    this.others =
        switch (search) {
          case RANDOM -> new RandomSearchGenerator(space);
          // The seed does not reach the order of Arbiter's random one.
          case GRID ->
              new GridSearchCandidateGenerator(
                  space, UNUSED, GridSearchCandidateGenerator.Mode.Sequential, null);
        };
    others.setRngSeed(seed);
  }

  /** How many candidates there are. */
  public int size() {
    int searched =
        others instanceof GridSearchCandidateGenerator grid
            ? Math.min(most, grid.getTotalNumCandidates())
            : most;
    return named.size() + searched;
  }

  @Override
  public synchronized boolean hasMoreCandidates() {
    return next < size();
  }

  @Override
  public synchronized Candidate<CandidateSettings> getCandidate() {
    int index = next++;
    if (index < named.size()) {
      return new Candidate<>(new CandidateSettings(named.get(index)), index, null);
    }
    Candidate<?> candidate = others.getCandidate();
    return new Candidate<>(
        (CandidateSettings) candidate.getValue(), index, candidate.getFlatParameters());
  }

  /** All candidates' settings from the first on; this generator stays where it is. */
  public List<CandidateSettings> preview() {
    SweepCandidates copy = new SweepCandidates(space, search, most, seed, named);
    List<CandidateSettings> all = new ArrayList<>();
    while (copy.hasMoreCandidates()) {
      all.add(copy.getCandidate().getValue());
    }
    return all;
  }

  @Override
  public ParameterSpace<?> getParameterSpace() {
    return space;
  }

  /** Nothing is learned from results. */
  @Override
  public void reportResults(OptimizationResult result) {}

  /** The seed is this generator's own. */
  @Override
  public void setRngSeed(long rngSeed) {}

  @Override
  public Class<?> getCandidateType() {
    return CandidateSettings.class;
  }

  @Override
  public String toString() {
    return search + " search, " + size() + " candidates, seed " + seed;
  }
}
