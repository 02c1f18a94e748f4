package org.flsl.examples.pictures;

import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.TransformerBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The attention of one block of a Vision Transformer, head by head.
 *
 * <p>It is a graph of its own: the network up to that block, which hands out its attention.
 */
public final class BlockAttention {
  private static final String ENTRANCE = "patchEmbedding";
  private static final String BLOCK = "block_";

  private final ComputationGraph graph;
  private final int heads;

  private BlockAttention(ComputationGraph graph, int heads) {
    this.graph = graph;
    this.heads = heads;
  }

  /** Blocks of a Vision Transformer. */
  public static int blocks(ComputationGraph backbone) {
    return (int)
        backbone.getConfiguration().getVertices().keySet().stream()
            .filter(name -> name.startsWith(BLOCK))
            .count();
  }

  /**
   * Takes a network apart.
   *
   * @param backbone an exported Vision Transformer
   * @param block from 0
   */
  public static BlockAttention of(ComputationGraph backbone, int block) {
    Map<String, GraphVertex> vertices = backbone.getConfiguration().getVertices();
    PatchEmbedding entrance = (PatchEmbedding) vertices.get(ENTRANCE);
    TransformerBlock last = block(vertices, block);
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(backbone.params().dataType())
            .graphBuilder()
            .addInputs("image")
            .addVertex(ENTRANCE, entrance.clone(), "image");
    String before = ENTRANCE;
    for (int i = 0; i < block; i++) {
      builder.addLayer(BLOCK + i, block(vertices, i).clone(), before);
      before = BLOCK + i;
    }
    int side = entrance.patch();
    builder
        .addLayer(BLOCK + block, last.attention(), before)
        .setOutputs(BLOCK + block)
        .setInputTypes(
            InputType.convolutional(
                entrance.baseGrid().height() * side,
                entrance.baseGrid().width() * side,
                entrance.channels()));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    for (var vertex : graph.getVertices()) {
      if (vertex.numParams() > 0) {
        ParameterCopy.copy(backbone.getVertex(vertex.getVertexName()), vertex);
      }
    }
    return new BlockAttention(graph, last.heads());
  }

  private static TransformerBlock block(Map<String, GraphVertex> vertices, int index) {
    LayerVertex vertex = (LayerVertex) vertices.get(BLOCK + index);
    return (TransformerBlock) vertex.getLayerConf().getLayer();
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
