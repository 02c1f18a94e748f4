package org.flsl.layers.vit;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.flsl.layers.ImageEntrance;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.samediff.CompiledLayer;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonUnwrapped;

/**
 * Cuts an image into patches and makes a token of each: the entrance of a Vision Transformer that
 * sees one view.
 *
 * <p>It computes what {@link PatchEmbedding} does for a single view, with the same parameters. Use
 * it as the first layer of a network: DL4J's transfer learning copies the parameters of layers, and
 * forgets those of vertices. Images get no gradient; behind something that learns, use the vertex.
 *
 * <p>{@code token = W vec(patch) + b + position}; where the network has leading tokens, L of them,
 * these come first. Input: {@code [B, channels, height, width]}. Output: {@code [B, L + tokens,
 * width]}.
 */
public final class PatchEmbeddingLayer extends CompiledLayer implements ImageEntrance {
  @JsonUnwrapped private EmbeddedPatches patches;

  private PatchEmbeddingLayer() {}

  private PatchEmbeddingLayer(Builder builder) {
    super(builder);
    this.patches = builder.patches;
  }

  /**
   * Embeds patches for a network.
   *
   * @param config gives patch size, channels, width, leading tokens, kind of positions and base
   *     grid
   */
  public static PatchEmbeddingLayer of(VitConfig config) {
    return new Builder(new EmbeddedPatches(config)).build();
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

  @Override
  public void defineParameters(SDLayerParams params) {
    patches.defineParameters(params);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    patches.initializeParameters(params);
  }

  @Override
  protected SDVariable define(Definition definition, SDVariable input) {
    return patches.define(definition, List.of(input));
  }

  /** It stands first. */
  @Override
  protected boolean needsInputGradient() {
    return false;
  }

  /** It computes as the vertex does. */
  @Override
  protected boolean followsPrecision() {
    return false;
  }

  @Override
  public void validateInput(INDArray input) {
    patches.validate(name(), input);
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    return patches.outputType(name(), input);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PatchEmbeddingLayer that
        && super.equals(other)
        && patches.equals(that.patches);
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return patches.hashCode();
  }

  private static final class Builder extends SameDiffLayer.Builder<Builder> {
    private final EmbeddedPatches patches;

    private Builder(EmbeddedPatches patches) {
      this.patches = patches;
    }

    @Override
    @SuppressWarnings("unchecked")
    public PatchEmbeddingLayer build() {
      return new PatchEmbeddingLayer(this);
    }
  }
}
