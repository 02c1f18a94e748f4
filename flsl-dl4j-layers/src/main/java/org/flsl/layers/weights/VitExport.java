package org.flsl.layers.weights;

import static org.flsl.layers.vit.VitBackbone.EMBEDDING;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Writes a Vision Transformer for programs that are not ours.
 *
 * <pre>{@code
 * VitExport export = VitExport.of(backbone, Map.of("images", "ImageNet-1k"));
 * export.safetensors(Layout.named("timm"), Files.newOutputStream(Path.of("vit.safetensors")));
 * }</pre>
 *
 * <p>Numbers are written in single precision, bit by bit as they are; linear layers as PyTorch
 * stores them. Everything is in memory once: one tensor at a time is turned round.
 */
public final class VitExport {
  private final ComputationGraph graph;
  private final VitConfig config;
  private final Map<String, String> metadata;

  private VitExport(ComputationGraph graph, VitConfig config, Map<String, String> metadata) {
    this.graph = graph;
    this.config = config;
    this.metadata = metadata;
  }

  /**
   * Prepares an export.
   *
   * @param graph a network as {@link VitBackbone#standalone} makes it
   * @param metadata where it comes from, for whoever finds the file; its shape is added
   * @throws IllegalArgumentException if the network is none of our Vision Transformers
   */
  public static VitExport of(ComputationGraph graph, Map<String, String> metadata) {
    VitConfig config = VitBackbone.in(graph.getConfiguration()).config();
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put("format", "pt"); // the loaders of HuggingFace ask for it
    all.putAll(FileNotes.of(config));
    return new VitExport(graph, config, all);
  }

  /** The shape of the network. */
  public VitConfig config() {
    return config;
  }

  /**
   * Writes safetensors.
   *
   * @param layout gives the names
   * @throws WeightsException if the layout has no name for a part of the network
   */
  public void safetensors(Layout layout, OutputStream out) throws IOException {
    TensorWriter.safetensors(tensors(layout), metadata, out);
  }

  /**
   * Writes NumPy's {@code .npz}, with the metadata in JSON as the array {@code __metadata__}.
   *
   * @param layout gives the names
   * @throws WeightsException if the layout has no name for a part of the network
   */
  public void npz(Layout layout, OutputStream out) throws IOException {
    TensorWriter.npz(tensors(layout), metadata, out);
  }

  /**
   * Writes ONNX for images of one size: {@code image [batch, channels, height, width]} to {@code
   * tokens [batch, tokens, width]}.
   *
   * @throws IllegalArgumentException if the patches do not divide the size
   */
  public void onnx(int height, int width, OutputStream out) throws IOException {
    new OnnxVit(graph, config, TokenGrid.of(height, width, config.patch()))
        .model(metadata)
        .writeTo(out);
  }

  /** Writes ONNX for images of any size that the patches divide. */
  public void onnx(OutputStream out) throws IOException {
    new OnnxVit(graph, config, null).model(metadata).writeTo(out);
  }

  /**
   * What a reader of the written names must know; empty if nothing.
   *
   * @param layout the names
   */
  public List<String> remarks(Layout layout) {
    if (layout.needsClassToken() && config.leadingTokens() == 0) {
      return List.of(
          "networks with the names of %s have a class token, which this one has not: zeros stand in for it, and there tokens differ from ours unless it is left out"
              .formatted(layout));
    }
    return config.leadingTokens() > 1
        ? List.of(
            "its %d tokens beside those of patches are written as a class token and %s, with a row of positions for %s: a network that counts them otherwise has to be told (of timm's with registers, reg_tokens and no_embed_class decide, and none has a row for the class token alone)"
                .formatted(
                    config.leadingTokens(),
                    config.leadingTokens() == 2 ? "a distillation token" : "registers",
                    config.leadingTokens() == 2 ? "each of the two" : "the first"))
        : List.of();
  }

  private List<NamedValues> tensors(Layout layout) {
    List<NamedValues> tensors = new ArrayList<>();
    addTokens(layout, tensors);
    for (Slot slot : VitPart.slots(config)) {
      long[] shape = VitPart.shape(config, slot);
      if (slot.key().equals("qkv") && layout.splits()) {
        for (int part = 0; part < 3; part++) {
          tensors.add(third(layout, slot, part, shape));
        }
      } else {
        tensors.add(new NamedValues(layout.nameOf(slot), shape, () -> VitPart.read(graph, slot)));
      }
    }
    for (int block = 0; layout.needsLayerScale() && block < config.depth(); block++) {
      tensors.add(ones(layout, "scale1", block));
      tensors.add(ones(layout, "scale2", block));
    }
    return tensors;
  }

  /** LayerScale that changes nothing: what a network had of it is in the layers before. */
  private NamedValues ones(Layout layout, String scale, int block) {
    float[] ones = new float[config.width()];
    Arrays.fill(ones, 1);
    return new NamedValues(
        layout.nameOf(new Slot(scale, "", block, -1)), new long[] {ones.length}, () -> ones);
  }

  private NamedValues third(Layout layout, Slot slot, int part, long[] shape) {
    Slot named = new Slot(List.of("q", "k", "v").get(part), slot.kind(), slot.block(), -1);
    long[] third = shape.clone();
    third[0] /= 3;
    int length = (int) Tensor.elements(third);
    return new NamedValues(
        layout.nameOf(named),
        third,
        () -> Arrays.copyOfRange(VitPart.read(graph, slot), part * length, (part + 1) * length));
  }

  /** The network's own tokens, which hold their positions already, and the table of positions. */
  private void addTokens(Layout layout, List<NamedValues> tensors) {
    int width = config.width();
    int leading = config.leadingTokens();
    float[] own = leading == 0 ? new float[0] : values("leading");
    int positioned = 0;
    if (leading > 0 || layout.needsClassToken()) {
      positioned = 1;
      float[] token = Arrays.copyOf(own, width);
      tensors.add(token(layout, "class", token, 1));
    }
    if (leading == 2) {
      positioned = 2;
      tensors.add(token(layout, "distillation", Arrays.copyOfRange(own, width, 2 * width), 1));
    } else if (leading > 2) {
      float[] registers = Arrays.copyOfRange(own, width, own.length);
      tensors.add(token(layout, "registers", registers, leading - 1));
    }
    int rows = positioned + config.baseGrid().tokens();
    int before = positioned * width;
    tensors.add(
        new NamedValues(
            layout.nameOf(new Slot("positions", "", -1, -1)),
            new long[] {1, rows, width},
            () -> {
              float[] table = positions();
              float[] all = new float[before + table.length];
              System.arraycopy(table, 0, all, before, table.length);
              return all;
            }));
  }

  private NamedValues token(Layout layout, String key, float[] values, long tokens) {
    return new NamedValues(
        layout.nameOf(new Slot(key, "", -1, -1)),
        new long[] {1, tokens, config.width()},
        () -> values);
  }

  private float[] positions() {
    if (config.positions() == Positions.LEARNED) {
      return values("positions");
    }
    INDArray table = new PatchEmbedding(config, 1).positionTable(null, config.baseGrid());
    return table.dup('c').data().asFloat();
  }

  private float[] values(String parameter) {
    return VitPart.parameter(graph, EMBEDDING, parameter).dup('c').data().asFloat();
  }
}
