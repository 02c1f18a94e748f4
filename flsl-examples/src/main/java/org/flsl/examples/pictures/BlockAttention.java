package org.flsl.examples.pictures;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.ParameterCopy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The attention of one block of a Vision Transformer, head by head.
 *
 * <p>It is a graph of its own: the network up to that block, which hands out its attention.
 */
public final class BlockAttention {
  private final ComputationGraph graph;
  private final int heads;

  private BlockAttention(ComputationGraph graph, int heads) {
    this.graph = graph;
    this.heads = heads;
  }

  /** Blocks of a network. */
  public static int blocks(ComputationGraph backbone) {
    return BackboneGraph.of(backbone.getConfiguration()).blocks().size();
  }

  /**
   * Takes a network apart.
   *
   * @param backbone an exported Vision Transformer
   * @param block from 0
   * @throws IllegalArgumentException if it has no such block, or the block no attention
   */
  public static BlockAttention of(ComputationGraph backbone, int block) {
    BackboneGraph whole = BackboneGraph.of(backbone.getConfiguration());
    ComputationGraph graph = new ComputationGraph(whole.attention(block + 1));
    graph.init();
    ParameterCopy.named(backbone, graph, "");
    ParameterCopy.named(backbone, graph, BackboneGraph.INSIDE);
    return new BlockAttention(graph, whole.heads(block + 1));
  }

  /** Heads of the block. */
  public int heads() {
    return heads;
  }

  /**
   * What each head attends to.
   *
   * @param image {@code [1, 3, height, width]}
   * @return {@code [heads, N, N]}: for each head and query, weights that sum to one
   */
  public INDArray of(INDArray image) {
    INDArray attention = graph.outputSingle(image);
    long tokens = attention.size(2);
    return attention.reshape('c', heads, tokens, tokens);
  }

  /**
   * What each head attends to for one token.
   *
   * @return {@code [heads][N]}
   */
  public float[][] ofToken(INDArray image, int token) {
    return of(image)
        .get(NDArrayIndex.all(), NDArrayIndex.point(token), NDArrayIndex.all())
        .toFloatMatrix();
  }

  /**
   * What each head attends to on average over all tokens.
   *
   * @return {@code [heads][N]}
   */
  public float[][] onAverage(INDArray image) {
    return of(image).mean(1).toFloatMatrix();
  }
}
