package org.flsl.arbiter;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.arbiter.score.Score;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A {@link Score} as Arbiter asks for it.
 *
 * <p>JSON keeps its name only: one that was read back cannot score.
 */
public final class BackboneScore implements ScoreFunction {
  private static final long serialVersionUID = 1L;

  @JsonProperty private final String name;
  private final transient Score score;

  /**
   * A score to use.
   *
   * @param name of the score in configurations
   */
  public BackboneScore(String name, Score score) {
    this.name = name;
    this.score = score;
  }

  @JsonCreator
  private BackboneScore(@JsonProperty("name") String name) {
    this(name, null);
  }

  /** The score of a backbone, an exported network. */
  public double of(ComputationGraph backbone) {
    if (score == null) {
      throw new IllegalStateException(
          "the score '" + name + "' was read from JSON, which does not keep its images");
    }
    return score.of(backbone);
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
