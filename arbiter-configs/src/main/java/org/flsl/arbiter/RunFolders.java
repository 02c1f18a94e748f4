package org.flsl.arbiter;

import java.io.IOException;
import java.util.List;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultReference;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultSaver;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Where the candidates' networks are, for Arbiter's configuration and web page.
 *
 * <p>{@link PretrainTaskCreator} saves them itself, before Arbiter could lose them.
 */
public final class RunFolders implements ResultSaver {
  @JsonProperty private final String folder;

  /** The folder that holds a run folder for each candidate. */
  @JsonCreator
  public RunFolders(@JsonProperty("folder") String folder) {
    this.folder = folder;
  }

  @Override
  public ResultReference saveModel(OptimizationResult result, Object model) throws IOException {
    throw new UnsupportedOperationException("PretrainTaskCreator saves its candidates itself");
  }

  @Override
  public List<Class<?>> getSupportedCandidateTypes() {
    return List.of(CandidateSettings.class);
  }

  @Override
  public List<Class<?>> getSupportedModelTypes() {
    return List.of(ComputationGraph.class);
  }

  @Override
  public String toString() {
    return "run folders in " + folder;
  }
}
