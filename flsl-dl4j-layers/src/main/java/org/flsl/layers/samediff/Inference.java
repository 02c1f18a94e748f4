package org.flsl.layers.samediff;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a compiled layer or vertex computes when it does not train, op by op.
 *
 * <p>Use it to write a trained network in the language of another program: every layer over this
 * runtime can be written then, without a line of its own.
 */
public final class Inference {
  private final Program program;
  private final Plan plan;
  private final List<String> inputs;
  private final Map<String, INDArray> params;

  /**
   * An op of ND4J.
   *
   * @param function tells its kind and its arguments
   * @param inputs names of values
   * @param outputs names of values
   */
  public record Op(DifferentialFunction function, List<String> inputs, List<String> outputs) {}

  Inference(Program program, Plan plan, Collection<String> inputs, Map<String, INDArray> params) {
    this.program = program;
    this.plan = plan;
    this.inputs = List.copyOf(inputs);
    this.params = params;
  }

  /**
   * What a vertex of a graph computes.
   *
   * @param vertex its name; frozen or not
   * @param shapes those of its inputs, in order; the ops take batches of any size
   * @return empty if the vertex is none of the compiled runtime
   */
  public static Optional<Inference> of(ComputationGraph graph, String vertex, List<long[]> shapes) {
    GraphVertex settings = graph.getConfiguration().getVertices().get(vertex);
    if (settings instanceof FrozenVertex frozen) {
      settings = frozen.getUnderlying();
    }
    List<String> names;
    Function<Definition, SDVariable> definition;
    if (settings instanceof CompiledVertex compiled) {
      names = compiled.getVertexParams().getInputs();
      definition = compiled::define;
    } else if (settings instanceof LayerVertex holder
        && layer(holder) instanceof CompiledLayer own) {
      names = List.of(CompiledLayer.INPUT);
      definition = d -> own.define(d, d.inputs().get(CompiledLayer.INPUT));
    } else {
      return Optional.empty();
    }
    Computation computation =
        new Computation(
            graph.getConfiguration().getDataType(),
            graph.getVertex(vertex).paramTable(false),
            definition,
            null);
    Map<String, long[]> inputs = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      inputs.put(names.get(i), shapes.get(i));
    }
    return Optional.of(computation.inference(inputs));
  }

  private static Layer layer(LayerVertex vertex) {
    Layer layer = vertex.getLayerConf().getLayer();
    return layer instanceof FrozenLayer frozen ? frozen.getLayer() : layer;
  }

  /** The ops, each behind those that it needs. */
  public List<Op> ops() {
    return program.forward().stream()
        .map(Program.OpStep.class::cast)
        .map(step -> new Op(step.op(), step.inputs(), step.outputs()))
        .toList();
  }

  /** Names of the inputs. */
  public List<String> inputs() {
    return inputs;
  }

  /** Name of the output. */
  public String output() {
    return program.output();
  }

  /** The parameters by name. */
  public Map<String, INDArray> params() {
    return params;
  }

  /** A constant; empty if the value of this name is none. */
  public Optional<INDArray> constant(String name) {
    return Optional.ofNullable(program.constant(name));
  }

  /** The shape of a value. */
  public long[] shape(String name) {
    return plan.shape(name);
  }
}
