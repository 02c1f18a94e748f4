package org.flsl.layers.vit;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.flsl.layers.Backbone;
import org.flsl.layers.GraphSection;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.samediff.PackedViews;

/**
 * A Vision Transformer without class token.
 *
 * <p>Views of different sizes travel packed in one sequence: {@code patchEmbedding -> block_0 ..
 * block_(depth-1) -> norm}. Use {@link #standalone} for the network alone, or hand this to FLSL.
 */
public final class VitBackbone implements Backbone {
  private final VitConfig config;

  private VitBackbone(VitConfig config) {
    this.config = config;
  }

  /** A backbone of the given shape. */
  public static VitBackbone of(VitConfig config) {
    return new VitBackbone(config);
  }

  /** The shape of the network. */
  public VitConfig config() {
    return config;
  }

  @Override
  public boolean isNormalised() {
    return config.finalNorm();
  }

  @Override
  public Tokens addTo(GraphSection section, List<ImageInput> views) {
    List<TokenGrid> grids =
        views.stream().map(v -> TokenGrid.of(v.height(), v.width(), config.patch())).toList();
    PackedViews packed = PackedViews.of(grids.stream().mapToLong(TokenGrid::tokens).toArray());
    String[] inputs = views.stream().map(ImageInput::name).toArray(String[]::new);
    String last =
        section.vertex("patchEmbedding", new PatchEmbedding(config, views.size()), inputs);
    for (int i = 0; i < config.depth(); i++) {
      last = section.layer("block_" + i, block(i, packed), last);
    }
    if (config.finalNorm()) {
      TokenNorm norm = TokenNorm.builder(config.width()).eps(config.normEps()).build();
      last = section.layer("norm", norm, last);
    }
    return new Tokens(last, config.width(), grids);
  }

  private TransformerBlock block(int index, PackedViews views) {
    double dropPath = config.depth() == 1 ? 0 : config.dropPath() * index / (config.depth() - 1);
    TransformerBlock.Builder block =
        TransformerBlock.builder(config.width(), config.heads())
            .hidden((int) (config.width() * config.mlpRatio()))
            .normEps(config.normEps())
            .dropPath(dropPath)
            .dropout(config.dropout());
    // A single view may have any number of tokens: an exported network takes images of any size.
    return (views.sizes().size() == 1 ? block : block.views(views)).build();
  }

  @Override
  public int channels() {
    return config.channels();
  }

  /** The network alone, with the input {@code image} and the tokens as output. */
  @Override
  public ComputationGraphConfiguration standalone(
      NeuralNetConfiguration.Builder settings, int height, int width) {
    GraphBuilder builder = settings.graphBuilder().addInputs("image");
    ImageInput image = new ImageInput("image", config.channels(), height, width);
    Tokens tokens = addTo(new GraphSection(builder, "", false), List.of(image));
    return builder
        .setOutputs(tokens.vertex())
        .setInputTypes(InputType.convolutional(height, width, config.channels()))
        .build();
  }
}
