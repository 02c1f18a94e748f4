package org.flsl.training;

import org.deeplearning4j.optimize.api.StepFunction;
import org.deeplearning4j.optimize.solvers.accumulation.GradientsAccumulator;
import org.deeplearning4j.optimize.solvers.accumulation.IndexedTail;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Keeps DL4J from subtracting updates that {@link OnePassUpdater} has subtracted already.
 *
 * <p>DL4J asks the gradients accumulator of a graph, if it has one, to apply the updates: the only
 * place where a step can be replaced. It is made for updates from other processes; there are none.
 */
final class UpdatesTaken implements GradientsAccumulator {
  private static final long serialVersionUID = 1;

  private final transient OnePassUpdater updater;

  UpdatesTaken(OnePassUpdater updater) {
    this.updater = updater;
  }

  @Override
  public void applyUpdate(
      StepFunction function, INDArray params, INDArray updates, boolean isFinalStep) {
    if (!updater.tookStep()) {
      function.step(params, updates);
    }
  }

  @Override
  public void applyUpdate(StepFunction function, INDArray params, INDArray updates, double alpha) {
    throw new UnsupportedOperationException("updates come from one process");
  }

  @Override
  public void receiveUpdate(INDArray array) {
    throw new UnsupportedOperationException("updates come from one process");
  }

  @Override
  public void setExternalSource(IndexedTail source) {
    throw new UnsupportedOperationException("updates come from one process");
  }

  @Override
  public IndexedTail getExternalSource() {
    return null;
  }

  @Override
  public boolean hasAnything() {
    return false;
  }

  @Override
  public void storeUpdate(INDArray array, int iterationNumber, int epochNumber) {}

  @Override
  public void markExternalUpdates(boolean updatesAvailable) {}

  @Override
  public void reset() {}

  @Override
  public void touch() {}
}
