package org.flsl.layers.samediff;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffOutputLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss without labels, computed from its input alone; it has no parameters.
 *
 * <p>DL4J's own {@link SameDiffOutputLayer} feeds labels even to a loss that declares to need none,
 * and divides the score by the batch size; this one does neither. When used as a network's output,
 * its activations are its input.
 */
public abstract class CompiledLossLayer extends SameDiffOutputLayer {

  /** Name of the only input. */
  public static final String INPUT = "input";

  /**
   * Writes the loss.
   *
   * @param definition receives the ops
   * @param input the input
   * @return a scalar
   */
  protected abstract SDVariable define(Definition definition, SDVariable input);

  /** Not used by the compiled runtime, which calls {@link #define}. */
  @Override
  public final SDVariable defineLayer(
      SameDiff sameDiff, SDVariable input, SDVariable labels, Map<String, SDVariable> params) {
    throw new UnsupportedOperationException(
        getClass().getSimpleName() + " is run by its own runtime; use it in a ComputationGraph");
  }

  @Override
  public String activationsVertexName() {
    return INPUT;
  }

  @Override
  public boolean labelsRequired() {
    return false;
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    CompiledLossRuntime layer = new CompiledLossRuntime(conf, dataType);
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamTable(Map.of());
    layer.setConf(conf);
    return layer;
  }
}
