package org.flsl.layers.vit;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.ImageEntrance;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.annotation.JsonUnwrapped;

/**
 * Cuts images into patches and makes a token of each: the entrance of a Vision Transformer.
 *
 * <p>Takes one view of an image, or several of different sizes, which share all weights and leave
 * packed in one sequence, view after view. Positions are added for the grid of each view: the table
 * of the base grid, resampled bicubically where a view has another grid.
 *
 * <p>For one view there is {@link PatchEmbeddingLayer}, which DL4J's transfer learning takes along:
 * of vertices it forgets the parameters.
 *
 * <p>In training, sine-cosine positions may be shifted and scaled at random, for each image and
 * view anew ({@link VitConfig#positionJitter()}).
 *
 * <p>{@code token = W vec(patch) + b + position}. Where the network has leading tokens, L of them,
 * every view begins with these.
 *
 * <p>Inputs: views {@code [B, channels, height_v, width_v]}. Output: {@code [B, sum_v (L +
 * tokens_v), width]}.
 */
public final class PatchEmbedding extends CompiledVertex implements ImageEntrance {
  @JsonProperty private int views;
  @JsonUnwrapped private EmbeddedPatches patches;

  private PatchEmbedding() {}

  /**
   * Embeds patches for a network.
   *
   * @param config gives patch size, channels, width, kind of positions and base grid
   * @param views number of views that arrive as separate inputs
   */
  public PatchEmbedding(VitConfig config, int views) {
    if (views < 1) {
      throw new IllegalArgumentException("Patch embedding needs at least one view, got " + views);
    }
    this.views = views;
    this.patches = new EmbeddedPatches(config);
  }

  EmbeddedPatches patches() {
    return patches;
  }

  @Override
  public TokenGrid baseGrid() {
    return patches.baseGrid();
  }

  @Override
  public int patch() {
    return patches.patch();
  }

  @Override
  public int channels() {
    return patches.channels();
  }

  @Override
  public int leadingTokens() {
    return patches.leadingTokens();
  }

  private static String view(int index) {
    return "view" + index;
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    String[] names = new String[views];
    Arrays.setAll(names, PatchEmbedding::view);
    params.defineInputs(names);
    patches.defineParameters(params);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    patches.initializeParameters(params);
  }

  @Override
  protected SDVariable define(Definition definition) {
    Map<String, SDVariable> inputs = definition.inputs();
    return patches.define(
        definition, IntStream.range(0, views).mapToObj(i -> inputs.get(view(i))).toList());
  }

  /**
   * The positions of a grid, in double precision.
   *
   * @param learned the table of the base grid {@code [tokens, width]}; null for sine-cosine
   *     positions, which need none
   * @return {@code [tokens, width]}
   */
  public INDArray positionTable(INDArray learned, TokenGrid grid) {
    return patches.positionTable(learned, grid);
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    patches.validate(name(), inputs);
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    if (inputs.length != views) {
      throw new InvalidInputTypeException(
          String.format("%s expects %d views, but got %d inputs", name(), views, inputs.length));
    }
    return patches.outputType(name(), inputs);
  }

  @Override
  public GraphVertex clone() {
    PatchEmbedding copy = new PatchEmbedding();
    copy.views = views;
    copy.patches = patches;
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PatchEmbedding that
        && views == that.views
        && patches.equals(that.patches);
  }

  @Override
  public int hashCode() {
    return Objects.hash(views, patches);
  }
}
