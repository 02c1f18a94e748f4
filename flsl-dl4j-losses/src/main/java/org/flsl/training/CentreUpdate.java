package org.flsl.training;

import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.losses.FlslLosses;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moves the centre of the teacher's logits after every step: {@code c = m c + (1 - m) mean l_t}.
 *
 * <p>{@link FlslGraph} attaches it when centring is on. The loss of a step uses the centre before
 * its update.
 */
public final class CentreUpdate extends BaseTrainingListener {
  private final double momentum;
  private INDArray mean;

  /** A centre with momentum m. */
  public CentreUpdate(double momentum) {
    this.momentum = momentum;
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    INDArray logits = activations.get(FlslGraph.TEACHER + FlslGraph.PROTOTYPES);
    mean = logits.reshape('c', -1, logits.size(2)).mean(true, 0);
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    INDArray centre =
        ((ComputationGraph) model)
            .getVertex(FlslGraph.LOSSES)
            .paramTable(false)
            .get(FlslLosses.CENTRE);
    centre.muli(momentum).addi(mean.muli(1 - momentum));
  }
}
