package org.flsl.training;

import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.layers.samediff.BatchPart;
import org.flsl.losses.FlslLosses;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moves the centre of the teacher's logits after every step: {@code c = m c + (1 - m) mean l_t}.
 *
 * <p>{@link FlslGraph} attaches it when centring is on. The loss of a step uses the centre before
 * its update. Where the batch comes in parts, the mean is that of all of them.
 */
final class CentreUpdate extends BaseTrainingListener {
  private final double momentum;
  private INDArray mean;
  private int parts;

  /** A centre with momentum m. */
  public CentreUpdate(double momentum) {
    this.momentum = momentum;
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    INDArray logits = activations.get(FlslGraph.TEACHER + FlslGraph.PROTOTYPES);
    INDArray ofPart = logits.reshape('c', -1, logits.size(2)).mean(true, 0);
    boolean first = BatchPart.of(losses(model)).first() == 0;
    parts = first ? 1 : parts + 1;
    mean = first ? ofPart : mean.addi(ofPart.subi(mean).divi(parts));
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    INDArray centre = losses(model).paramTable(false).get(FlslLosses.CENTRE);
    centre.muli(momentum).addi(mean.muli(1 - momentum));
  }

  private static GraphVertex losses(Model model) {
    return ((ComputationGraph) model).getVertex(FlslGraph.LOSSES);
  }
}
