package org.flsl.layers.weights;

import static org.flsl.layers.vit.VitBackbone.EMBEDDING;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout.Slot;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network that was found in a file of weights, before its numbers are read.
 *
 * <p>It reads from the file, which must stay open until {@link #load}.
 */
public final class VitPlan {
  /** Tables that differ less from the sine-cosine table come from it: single precision, rounded. */
  private static final double ROUNDING = 1e-6;

  private final Path file;
  private final VitConfig shape;
  private final VitMatch match;
  private final String key;
  private final List<String> others;
  private final boolean keepTokens;
  private final boolean guessesHeads;

  VitPlan(
      Path file,
      VitShape shape,
      VitMatch match,
      String key,
      List<String> others,
      boolean keepTokens) {
    this.file = file;
    this.shape = shape.config();
    this.guessesHeads = shape.guessesHeads();
    this.match = match;
    this.key = key;
    this.others = others;
    this.keepTokens = keepTokens;
  }

  /** Its layout. */
  public Layout layout() {
    return match.layout();
  }

  /** Width, depth and all that its shapes tell; positions count as learned until they are read. */
  public VitConfig shape() {
    return shape;
  }

  /** Where in the file it stands; empty where the file holds nothing else. */
  public String key() {
    return key;
  }

  /** What was decided about it, sentence by sentence. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (!others.isEmpty()) {
      remarks.add("took %s; there is also %s (--key)".formatted(key, String.join(", ", others)));
    }
    if (guessesHeads) {
      remarks.add(
          "%d heads, as most networks of width %d have: the file does not tell (--heads)"
              .formatted(shape.heads(), shape.width()));
    }
    int own = tokens();
    if (own > 0) {
      remarks.add(
          keepTokens
              ? "kept beside the tokens of patches, and left out of the output: " + tokenNames()
              : "dropped: %s; the tokens of patches, which attended to them, change by that"
                  .formatted(tokenNames()));
    }
    if (match.hasLayerScale()) {
      remarks.add("LayerScale is multiplied into the layers before it, which changes nothing");
    }
    if (!match.unused().isEmpty()) {
      remarks.add("not part of the network: " + String.join(", ", shortened(match.unused())));
    }
    remarks.add("used: " + String.join(", ", shortened(match.used())));
    return remarks;
  }

  private static List<String> shortened(List<String> names) {
    final int most = 6;
    if (names.size() <= most) {
      return names;
    }
    List<String> some = new ArrayList<>(names.subList(0, most));
    some.add("and %d more".formatted(names.size() - most));
    return some;
  }

  private String tokenNames() {
    return String.join(", ", match.ownTokenNames());
  }

  private int tokens() {
    return match.ownTokens().stream().mapToInt(t -> (int) (t.elements() / shape.width())).sum();
  }

  /**
   * Reads the numbers into a new graph, tensor by tensor.
   *
   * @throws WeightsException if the file is damaged
   */
  public ImportedVit load() {
    try {
      return network();
    } catch (WeightsException e) {
      throw e.in(file);
    }
  }

  private ImportedVit network() {
    float[] rows = match.tensor("positions", "", -1).floats();
    int gridLength = shape.baseGrid().tokens() * shape.width();
    float[] positions = Arrays.copyOfRange(rows, rows.length - gridLength, rows.length);
    float[] leading = keepTokens ? leading(rows, rows.length - gridLength) : new float[0];
    VitConfig config =
        shape.toBuilder()
            .positions(isSinCos(positions) ? Positions.SINCOS : Positions.LEARNED)
            .leadingTokens(leading.length / shape.width())
            .build();
    ComputationGraph graph = emptyGraph(config);
    List<String> notFinite = new ArrayList<>();
    for (Slot slot : VitPart.slots(config)) {
      float[] values = values(config, slot);
      if (!isFinite(values)) {
        notFinite.add(match.prefix() + match.layout().describe(slot));
      }
      VitPart.write(graph, slot, values);
    }
    if (config.positions() == Positions.LEARNED) {
      fill(graph, "positions", positions);
    }
    if (leading.length > 0) {
      fill(graph, "leading", leading);
    }
    if (!isFinite(rows) || !isFinite(leading)) {
      notFinite.add("positions");
    }
    List<String> warnings =
        notFinite.isEmpty()
            ? List.of()
            : List.of(
                "%d tensors hold NaN or infinite numbers, %s first: the network will yield NaN"
                    .formatted(notFinite.size(), notFinite.get(0)));
    return new ImportedVit(graph, config, match.layout(), remarks(), warnings);
  }

  private static void fill(ComputationGraph graph, String name, float[] values) {
    VitPart.put(VitPart.parameter(graph, EMBEDDING, name), values);
  }

  /** Own tokens with their positions, which stand at the beginning of the table. */
  private float[] leading(float[] rows, int rowsOfTokens) {
    float[] leading = new float[tokens() * shape.width()];
    int at = 0;
    for (Tensor token : match.ownTokens()) {
      float[] values = token.floats();
      System.arraycopy(values, 0, leading, at, values.length);
      at += values.length;
    }
    for (int i = 0; i < Math.min(rowsOfTokens, leading.length); i++) {
      leading[i] += rows[i];
    }
    return leading;
  }

  private boolean isSinCos(float[] positions) {
    if (shape.width() % 4 != 0) {
      return false;
    }
    VitConfig fixed = shape.toBuilder().positions(Positions.SINCOS).build();
    INDArray table = new PatchEmbedding(fixed, 1).positionTable(null, shape.baseGrid());
    double[] expected = table.dup('c').data().asDouble();
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(expected[i] - positions[i]) < ROUNDING)) {
        return false;
      }
    }
    return true;
  }

  /** A graph whose parameters nobody drew at random: they are overwritten. */
  private static ComputationGraph emptyGraph(VitConfig config) {
    ComputationGraphConfiguration configuration =
        VitBackbone.of(config)
            .standalone(
                new NeuralNetConfiguration.Builder().dataType(DataType.FLOAT),
                config.imageHeight(),
                config.imageWidth());
    long parameters =
        configuration.getVertices().values().stream().mapToLong(v -> v.numParams(true)).sum();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init(Nd4j.createUninitialized(DataType.FLOAT, 1, parameters), false);
    return graph;
  }

  private float[] values(VitConfig config, Slot slot) {
    int length = Math.toIntExact(Tensor.elements(VitPart.shape(config, slot)));
    float[] values = match.values(slot);
    if (values == null) {
      return new float[length]; // a layer without bias
    }
    boolean linearPatch = slot.key().equals("patch") && match.shape(slot).length == 2;
    return linearPatch && match.layout().channelsLast() ? channelsFirst(config, values) : values;
  }

  /** {@code [out, side, side, channels]} to {@code [out, channels, side, side]}. */
  private static float[] channelsFirst(VitConfig config, float[] values) {
    int pixels = config.patch() * config.patch();
    int length = pixels * config.channels();
    float[] result = new float[values.length];
    for (int start = 0; start < values.length; start += length) {
      float[] row = Arrays.copyOfRange(values, start, start + length);
      System.arraycopy(
          VitPart.transposed(row, pixels, config.channels()), 0, result, start, length);
    }
    return result;
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
