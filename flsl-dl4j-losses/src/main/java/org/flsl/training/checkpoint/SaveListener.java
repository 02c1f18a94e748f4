package org.flsl.training.checkpoint;

import java.io.IOException;
import java.util.Objects;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.views.decode.FileProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves a training every so many steps, within epochs too, while {@code graph.fit(iterator)} runs.
 *
 * <p>Use it where a training has to survive its process: {@link Checkpoints#restore} finds what it
 * saved.
 *
 * <pre>{@code
 * Checkpoints checkpoints = new Checkpoints(folder, 2);
 * ComputationGraph training = checkpoints.restore().map(flsl::attach).orElseGet(flsl::init);
 * batches.startAtStep(training.getIterationCount());
 * training.addListeners(new SaveListener(checkpoints, batches.batchesPerEpoch(), 100));
 * while (training.getEpochCount() < epochs) {
 *   training.fit(batches);
 * }
 * }</pre>
 *
 * <p>Add it last: listeners before it, such as the one that moves the teacher, belong to the step.
 * DL4J counts a step after its listeners have seen it, and an epoch after its last step; what is
 * saved has them counted already, which DL4J's own CheckpointListener does not do.
 *
 * <p>A state that cannot be written is warned about (SLF4J), and training goes on.
 */
public final class SaveListener extends BaseTrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(SaveListener.class);

  private final Checkpoints checkpoints;
  private final int stepsPerEpoch;
  private final int every;

  /**
   * Saves a training.
   *
   * @param checkpoints take the states
   * @param stepsPerEpoch batches that the iterator has in an epoch
   * @param every so many steps; {@code stepsPerEpoch} for every epoch
   */
  public SaveListener(Checkpoints checkpoints, int stepsPerEpoch, int every) {
    if (stepsPerEpoch < 1 || every < 1) {
      throw new IllegalArgumentException(
          "Save listener: an epoch has at least 1 step and so has what is saved, got %d and %d"
              .formatted(stepsPerEpoch, every));
    }
    this.checkpoints = Objects.requireNonNull(checkpoints, "checkpoints");
    this.stepsPerEpoch = stepsPerEpoch;
    this.every = every;
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    int step = iteration + 1;
    if (step % every != 0) {
      return;
    }
    ComputationGraph graph = (ComputationGraph) model;
    ComputationGraphConfiguration counts = graph.getConfiguration();
    try {
      counts.setIterationCount(step);
      counts.setEpochCount(step / stepsPerEpoch);
      checkpoints.save(step, graph);
    } catch (IOException e) {
      LOG.warn(
          "Cannot save the training after step {}: {}; training goes on",
          step,
          FileProblem.explain(e));
    } finally {
      counts.setIterationCount(iteration);
      counts.setEpochCount(epoch);
    }
  }
}
