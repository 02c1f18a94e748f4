package org.flsl.layers.samediff;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A SameDiff vertex (several inputs, one output) that is compiled once and knows whether it trains.
 *
 * <p>Extend it like DL4J's {@link SameDiffVertex}, but implement {@link #define}. Beyond what
 * {@link CompiledLayer} offers, inputs that come from frozen vertices or from the network's inputs
 * get no gradient and cost none; name them last in {@code defineParametersAndInputs}.
 */
public abstract class CompiledVertex extends SameDiffVertex {

  /**
   * Writes the computation.
   *
   * @param definition receives the ops and holds inputs and parameters
   * @return the output
   */
  protected abstract SDVariable define(Definition definition);

  /** Not used by the compiled runtime, which calls {@link #define}. */
  @Override
  public final SDVariable defineVertex(
      SameDiff sameDiff,
      Map<String, SDVariable> inputs,
      Map<String, SDVariable> params,
      Map<String, SDVariable> masks) {
    throw new UnsupportedOperationException(
        getClass().getSimpleName() + " is run by its own runtime; use it in a ComputationGraph");
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    if (!params.isEmpty()) {
      throw new IllegalStateException(getClass() + " has parameters but does not initialise them");
    }
  }

  /**
   * Whether its products become as exact as {@link ProductPrecision} says; false unless a vertex
   * says otherwise.
   */
  protected boolean followsPrecision() {
    return false;
  }

  /** What errors call this vertex: its name in the graph, or its kind before it has one. */
  protected final String name() {
    return getName() == null ? KindName.of(getClass()) : getName();
  }

  private List<String> definedInputs() {
    SDVertexParams params = new SDVertexParams();
    defineParametersAndInputs(params);
    return params.getInputs();
  }

  /**
   * Checks that there are as many inputs as the vertex defines, which DL4J does not; call it first
   * in {@link #getOutputType}.
   *
   * @throws InvalidInputTypeException if there are more or fewer
   */
  protected final void expectInputs(int found) {
    List<String> defined = definedInputs();
    if (found != defined.size()) {
      throw new InvalidInputTypeException(
          "%s expects %d input(s), %s, but got %d; name them all where it is added to the graph"
              .formatted(name(), defined.size(), defined, found));
    }
  }

  /** As many as the vertex defines. */
  @Override
  public final int minVertexInputs() {
    return definedInputs().size();
  }

  @Override
  public final int maxVertexInputs() {
    return minVertexInputs();
  }

  /** Masks pass through unused: the views of a batch are always complete. */
  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int batch) {
    return new Pair<>(null, state);
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    setName(name);
    return new CompiledVertexRuntime(
        this, graph, name, index, paramsView, initializeParams, dataType);
  }

  @Override
  public abstract GraphVertex clone();

  /** Copies what DL4J stores in every trained vertex; for use in {@link #clone}. */
  protected final void copySettings(CompiledVertex other) {
    setName(other.getName());
    setRegularization(other.getRegularization());
    setRegularizationBias(other.getRegularizationBias());
    setUpdater(other.getUpdater());
    setBiasUpdater(other.getBiasUpdater());
    setGradientNormalization(other.getGradientNormalization());
    setGradientNormalizationThreshold(other.getGradientNormalizationThreshold());
    setDataType(other.getDataType());
  }

  @Override
  public MemoryReport getMemoryReport(org.deeplearning4j.nn.conf.inputs.InputType... inputTypes) {
    return null;
  }
}
