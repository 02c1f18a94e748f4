package org.flsl.layers.samediff;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffOutputLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss, computed from its input and, where it {@linkplain #labelsRequired wants them}, labels; it
 * has no parameters.
 *
 * <p>DL4J's own {@link SameDiffOutputLayer} feeds labels even to a loss that declares to need none,
 * and divides the score by the batch size; this one does neither. When used as a network's output,
 * its activations are its input.
 */
public abstract class CompiledLossLayer extends SameDiffOutputLayer {

  /** Name of the input. */
  public static final String INPUT = "input";

  /** Name of the labels among {@link Definition#inputs}, where there are some. */
  public static final String LABELS = "labels";

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
  public void defineParameters(SDLayerParams params) {
    // A loss has none.
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    // A loss has none.
  }

  @Override
  public String activationsVertexName() {
    return INPUT;
  }

  /** Whether it needs labels; not so, unless a loss says otherwise. */
  @Override
  public boolean labelsRequired() {
    return false;
  }

  /**
   * Checks the labels of a batch, before they count.
   *
   * @throws IllegalArgumentException if they do not fit the input
   */
  protected void validateLabels(INDArray input, INDArray labels) {
    // Nothing is known of them here.
  }

  /** What errors call this layer: its name in the graph, or its kind before it has one. */
  protected final String name() {
    return getLayerName() == null ? KindName.of(getClass()) : getLayerName();
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
