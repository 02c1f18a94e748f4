package org.flsl.layers.samediff;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A SameDiff layer that is compiled once and knows whether it trains.
 *
 * <p>Extend it like DL4J's {@link SameDiffLayer}, but implement {@link #define}. Beyond DL4J's
 * runtime it has a training flag, random masks that agree between forward and backward, scheduled
 * values, no second forward inside the backward pass, and a {@code setParam} that assigns. Mask
 * arrays of DL4J pass by unused: {@link #define} never sees them.
 */
public abstract class CompiledLayer extends SameDiffLayer {

  /** Name of the only input. */
  public static final String INPUT = "input";

  /** Copies the settings that all layers have. */
  protected CompiledLayer(Builder<?> builder) {
    super(builder);
  }

  /** For JSON. */
  protected CompiledLayer() {}

  /**
   * Writes the computation.
   *
   * @param definition receives the ops and holds the parameters
   * @param input the input; its batch size is open, its other dimensions are known
   * @return the output
   */
  protected abstract SDVariable define(Definition definition, SDVariable input);

  /**
   * Whether anything before it learns; true unless a layer says otherwise.
   *
   * <p>A layer that stands first in a network, such as one for images, says false: then its input
   * gets no gradient and costs none, and DL4J refuses to train what stands before it.
   */
  protected boolean needsInputGradient() {
    return true;
  }

  /**
   * Whether its products become as exact as {@link ProductPrecision} says; true unless a layer says
   * otherwise.
   */
  protected boolean followsPrecision() {
    return true;
  }

  /** What errors call this layer: its name in the graph, or its kind before it has one. */
  protected final String name() {
    return getLayerName() == null ? KindName.of(getClass()) : getLayerName();
  }

  /** Not used by the compiled runtime, which calls {@link #define}. */
  @Override
  public final SDVariable defineLayer(
      SameDiff sameDiff, SDVariable input, Map<String, SDVariable> params, SDVariable mask) {
    throw new UnsupportedOperationException(
        getClass().getSimpleName() + " is run by its own runtime; use it in a ComputationGraph");
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    CompiledLayerRuntime layer = new CompiledLayerRuntime(conf, dataType);
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(paramsView);
    layer.setParamTable(initializer().init(conf, paramsView, initializeParams));
    layer.setConf(conf);
    return layer;
  }
}
