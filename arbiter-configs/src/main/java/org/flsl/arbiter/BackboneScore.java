package org.flsl.arbiter;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Reading;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What a benchmark says of a backbone, as Arbiter asks for it: the first of its values. More is
 * better.
 *
 * <p>Never the training loss: the weights that a sweep searches change its scale. JSON keeps its
 * name only: one that was read back cannot score.
 */
public final class BackboneScore implements ScoreFunction {
  private static final long serialVersionUID = 1L;

  @JsonProperty private final String name;
  private final transient Benchmark benchmark;
  private final transient Reading reading;

  /**
   * A score to use, of the features that backbones hand out.
   *
   * @param name of the score in configurations
   */
  public BackboneScore(String name, Benchmark benchmark) {
    this(name, benchmark, Reading.USUAL);
  }

  /**
   * A score to use.
   *
   * @param name of the score in configurations
   * @param reading which features of a backbone are scored
   */
  public BackboneScore(String name, Benchmark benchmark, Reading reading) {
    this.name = name;
    this.benchmark = benchmark;
    this.reading = reading;
  }

  @JsonCreator
  private BackboneScore(@JsonProperty("name") String name) {
    this(name, null, null);
  }

  /**
   * The score of a backbone.
   *
   * @param backbone takes images {@code [B, channels, H, W]} and gives tokens {@code [B, T, C]}
   */
  public double of(ComputationGraph backbone) {
    if (benchmark == null) {
      throw new IllegalStateException(
          "the score '" + name + "' was read from JSON, which does not keep its images");
    }
    Candidate candidate = Candidate.of(GraphFeatures.of(backbone).read(reading));
    return benchmark.measure(candidate).get(0).mean();
  }

  @Override
  @SuppressWarnings("deprecation") // Arbiter's interface has it
  public double score(Object model, DataProvider data, Map<String, Object> parameters) {
    return of((ComputationGraph) model);
  }

  @Override
  public double score(Object model, Class<? extends DataSource> data, Properties properties) {
    return of((ComputationGraph) model);
  }

  /** Never: more is better. */
  @Override
  public boolean minimize() {
    return false;
  }

  @Override
  public List<Class<?>> getSupportedModelTypes() {
    return List.of(ComputationGraph.class);
  }

  @Override
  public List<Class<?>> getSupportedDataTypes() {
    return List.of();
  }

  @Override
  public String toString() {
    return name;
  }
}
