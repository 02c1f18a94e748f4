package org.flsl.layers.samediff;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.kernels.Precision;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How exactly the layers of a graph multiply: in linear layers, attention and heads.
 *
 * <p>It belongs to the graph in this process, not to its configuration: what is saved is the same,
 * and a graph that is restored multiplies in float32 until it is told otherwise. Where images
 * enter, and in vertices between the layers, such as mean shift and losses, it stays with float32;
 * towers of detectors follow.
 */
public final class ProductPrecision {
  private ProductPrecision() {}

  /**
   * Lets the layers of a graph multiply like this from now on; between two steps.
   *
   * @throws UnsupportedOperationException if this process cannot, or the graph is not of float32
   */
  public static void set(ComputationGraph graph, Precision precision) {
    DataType type = graph.params().dataType();
    if (precision != Precision.FLOAT32 && type != DataType.FLOAT) {
      throw new UnsupportedOperationException(
          precision + " is for networks of float32, and this one is of " + type);
    }
    require(precision);
    KernelLibrary kernels =
        KernelLibrary.ofThisProcess().map(library -> library.in(precision)).orElse(null);
    for (Layer layer : graph.getLayers()) {
      Layer inside = layer instanceof FrozenLayer frozen ? frozen.getInsideLayer() : layer;
      if (inside instanceof CompiledLayerRuntime compiled) {
        compiled.use(kernels);
      }
    }
    for (GraphVertex vertex : graph.getVertices()) {
      if (vertex instanceof CompiledVertexRuntime compiled) {
        compiled.use(kernels);
      }
    }
  }

  /**
   * Checks whether this process can multiply like this.
   *
   * @throws UnsupportedOperationException if it has no kernels, or its processor no instructions
   *     for it; says which
   */
  public static void require(Precision precision) {
    if (precision != Precision.FLOAT32) {
      KernelLibrary.ofThisProcess()
          .orElseThrow(
              () ->
                  new UnsupportedOperationException(
                      ("%s needs oneDNN's kernels, and this process runs ND4J's ops only (without"
                              + " org.bytedeco:dnnl, with -D%s=off, or on a processor without"
                              + " AVX2): use %s")
                          .formatted(precision, KernelLibrary.SWITCH, Precision.FLOAT32)))
          .in(precision);
    }
  }
}
