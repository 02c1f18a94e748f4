package org.flsl.layers.weights;

import static org.flsl.layers.weights.VitPart.WEIGHT;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.weights.Layout.Slot;

/**
 * The tensors of a file, laid into the places of a Vision Transformer as a layout names them.
 *
 * <p>What does not fit is collected rather than refused at once, so that of several layouts the
 * nearest can be shown.
 */
final class VitMatch {
  private static final List<String> SPLIT = List.of("q", "k", "v");
  private static final Set<String> VECTORS = Set.of("norm1", "norm2", "norm", "scale1", "scale2");
  private static final List<String> TOKENS = List.of("class", "distillation", "registers");

  private final Layout layout;
  private final String prefix;
  private final Map<Slot, Tensor> found = new LinkedHashMap<>();
  private final Map<String, Tensor> unplaced = new LinkedHashMap<>();
  private final List<String> unused = new ArrayList<>();
  private final Map<String, String> missing = new TreeMap<>();

  /**
   * @param tensors a group of the file
   * @param prefix what stands before the names of the network
   * @param ignored names that the user calls none of the network's, beside those of the layout
   */
  VitMatch(Layout layout, String prefix, Map<String, Tensor> tensors, List<String> ignored) {
    this.layout = layout;
    this.prefix = prefix;
    tensors.forEach(
        (name, tensor) -> {
          if (!name.startsWith(prefix)) {
            unused.add(name);
            return;
          }
          String bare = name.substring(prefix.length());
          Optional<Slot> slot = layout.slot(bare).filter(s -> fits(s, tensor));
          if (slot.isPresent() && !found.containsKey(slot.get())) {
            found.put(slot.get(), tensor);
          } else if (layout.ignores(bare) || ignored.stream().anyMatch(bare::matches)) {
            unused.add(name);
          } else {
            unplaced.put(name, tensor);
          }
        });
    findMissing();
  }

  /** Whether a tensor can be what its name says, going by the number of its dimensions. */
  private static boolean fits(Slot slot, Tensor tensor) {
    int dimensions = tensor.shape().length;
    boolean vector = slot.kind().equals(VitPart.BIAS) || VECTORS.contains(slot.key());
    return tensor.elements() > 0
        && switch (slot.key()) {
          case "positions", "class", "distillation", "registers" -> dimensions > 0;
          case "patch" -> vector ? dimensions == 1 : dimensions == 2 || dimensions == 4;
          default -> dimensions == (vector ? 1 : 2);
        };
  }

  private void findMissing() {
    require("patch", -1, "[width, channels, side, side]");
    require("positions", "", -1, "[1, tokens, width]");
    for (int block = 0; block < Math.max(1, depth()); block++) {
      require("norm1", block, "[width]");
      if (layout.splits()) {
        for (String part : SPLIT) {
          if (heads(part, block) == 0) {
            require(part, block, "[width, width]");
          }
        }
      } else {
        require("qkv", block, "[3 width, width]");
      }
      require("proj", block, "[width, width]");
      require("norm2", block, "[width]");
      require("fc1", block, "[hidden, width]");
      require("fc2", block, "[width, hidden]");
    }
  }

  private void require(String key, int block, String shape) {
    require(key, WEIGHT, block, shape);
  }

  private void require(String key, String kind, int block, String shape) {
    Slot slot = new Slot(key, kind, block, -1);
    if (!found.containsKey(slot)) {
      missing.put(layout.describe(slot), shape);
    }
  }

  Layout layout() {
    return layout;
  }

  String prefix() {
    return prefix;
  }

  /** Whether every tensor has its place, and every place that must be filled is. */
  boolean isWhole() {
    return missing.isEmpty() && unplaced.isEmpty();
  }

  /** How far it is from being whole. */
  int distance() {
    return missing.size() + unplaced.size();
  }

  /** Tensors that are none of the network's, such as heads. */
  List<String> unused() {
    return unused;
  }

  /** Tensors of the network, as the file calls them. */
  List<String> used() {
    return found.keySet().stream().map(slot -> prefix + layout.describe(slot)).toList();
  }

  /** Why it is not whole, in a few words. */
  String reason() {
    List<String> reasons = new ArrayList<>();
    if (!missing.isEmpty()) {
      reasons.add("lacks " + some(List.copyOf(missing.keySet())));
    }
    if (!unplaced.isEmpty()) {
      reasons.add("has no place for " + some(List.copyOf(unplaced.keySet())));
    }
    return String.join(" and ", reasons);
  }

  private static String some(List<String> names) {
    return names.size() <= 2
        ? String.join(", ", names)
        : "%s and %d more".formatted(names.get(0), names.size() - 1);
  }

  /** What was found beside what was expected. */
  List<String> table() {
    List<String[]> rows = new ArrayList<>();
    found.forEach(
        (slot, tensor) ->
            rows.add(new String[] {prefix + layout.describe(slot), tensor.toString(), slot.key()}));
    missing.forEach((name, shape) -> rows.add(new String[] {prefix + name, "missing", shape}));
    unplaced.forEach(
        (name, tensor) -> rows.add(new String[] {name, tensor.toString(), "no place"}));
    int names = rows.stream().mapToInt(row -> row[0].length()).max().orElse(0);
    int shapes = rows.stream().mapToInt(row -> row[1].length()).max().orElse(0);
    String format = "  %-" + Math.max(1, names) + "s  %-" + Math.max(1, shapes) + "s  %s";
    return rows.stream().map(row -> format.formatted((Object[]) row)).toList();
  }

  /** Number of blocks. */
  int depth() {
    return 1 + found.keySet().stream().mapToInt(Slot::block).max().orElse(-1);
  }

  /** The tensor of a place; null where the file has none. */
  Tensor tensor(String key, String kind, int block) {
    return found.get(new Slot(key, kind, block, -1));
  }

  /** In how many tensors, one for each head, queries, keys or values come; 0 if in one. */
  int heads(String part, int block) {
    int heads = 0;
    while (found.containsKey(new Slot(part, WEIGHT, block, heads))) {
      heads++;
    }
    return heads;
  }

  /** The heads that the file itself tells, by having their tensors apart; 0 if it does not. */
  int toldHeads() {
    return layout.splits() ? heads("q", 0) : 0;
  }

  /** Tokens of the network's own that the file has, in the order in which they stand. */
  List<Tensor> ownTokens() {
    return TOKENS.stream().map(key -> tensor(key, "", -1)).filter(Objects::nonNull).toList();
  }

  /** What the file calls them. */
  List<String> ownTokenNames() {
    return TOKENS.stream()
        .map(key -> new Slot(key, "", -1, -1))
        .filter(found::containsKey)
        .map(slot -> prefix + layout.describe(slot))
        .toList();
  }

  /** How many of them have a row in the table of positions, where there are rows for them. */
  int positionedTokens() {
    return (int)
        Stream.of("class", "distillation").filter(key -> tensor(key, "", -1) != null).count();
  }

  /** How many rows the table of positions has. */
  long positions() {
    return tensor("positions", "", -1).elements() / tensor("norm1", WEIGHT, 0).elements();
  }

  /** Colour channels of the images. */
  int channels() {
    long[] patches = tensor("patch", WEIGHT, -1).shape();
    if (patches.length == 4) {
      return (int) patches[1];
    }
    // Linear: channels times a square. Three times a square is never one.
    return root(patches[patches.length - 1]) > 0 ? 1 : 3;
  }

  /** Side of a patch; 0 if patches are no squares. */
  int patch() {
    long[] patches = tensor("patch", WEIGHT, -1).shape();
    return switch (patches.length) {
      case 4 -> patches[2] == patches[3] ? (int) patches[2] : 0;
      case 2 -> root(patches[1] / channels());
      default -> 0;
    };
  }

  /**
   * The grid that the positions are for, with or without rows for the network's own tokens; empty
   * if they fit none.
   *
   * @param imageSize height and width; empty for squares
   */
  Optional<TokenGrid> grid(int[] imageSize) {
    if (tensor("positions", "", -1).elements() % tensor("norm1", WEIGHT, 0).elements() != 0) {
      return Optional.empty();
    }
    return Stream.of(positions() - positionedTokens(), positions())
        .flatMap(tokens -> grid(tokens, imageSize).stream())
        .findFirst();
  }

  private Optional<TokenGrid> grid(long tokens, int[] imageSize) {
    if (imageSize.length == 0) {
      return Optional.of(root(tokens)).filter(side -> side > 0).map(TokenGrid::square);
    }
    int rows = imageSize[0] / Math.max(1, patch());
    int columns = imageSize[1] / Math.max(1, patch());
    return Optional.of(tokens)
        .filter(count -> count > 0 && count == (long) rows * columns)
        .map(count -> new TokenGrid(rows, columns));
  }

  /** The square root; 0 of a number that is no square. */
  static int root(long square) {
    int root = (int) Math.round(Math.sqrt(Math.max(0, square)));
    return (long) root * root == square ? root : 0;
  }

  /** A tensor of whole numbers, as quantised networks have them, if there is one. */
  Optional<String> wholeNumbers() {
    return found.entrySet().stream()
        .filter(entry -> !entry.getValue().type().name().contains("F"))
        .map(entry -> prefix + layout.describe(entry.getKey()) + ", " + entry.getValue())
        .findFirst();
  }

  /** Whether blocks scale their branches. */
  boolean hasLayerScale() {
    return tensor("scale1", "", 0) != null || tensor("scale2", "", 0) != null;
  }

  /** The numbers of a weight or bias as our network takes them; null where the file has none. */
  float[] values(Slot slot) {
    float[] values =
        slot.key().equals("qkv") && layout.splits()
            ? joined(slot.kind(), slot.block())
            : floats(tensor(slot.key(), slot.kind(), slot.block()));
    if (values == null) {
      return null;
    }
    float[] scale =
        switch (slot.key()) {
          case "proj" -> floats(tensor("scale1", "", slot.block()));
          case "fc2" -> floats(tensor("scale2", "", slot.block()));
          default -> null;
        };
    if (scale != null) {
      int columns = values.length / scale.length;
      for (int i = 0; i < values.length; i++) {
        values[i] *= scale[i / columns];
      }
    }
    return values;
  }

  private static float[] floats(Tensor tensor) {
    return tensor == null ? null : tensor.floats();
  }

  /** Queries, then keys, then values, each head by head. */
  private float[] joined(String kind, int block) {
    List<float[]> parts = new ArrayList<>();
    for (String part : SPLIT) {
      int heads = heads(part, block);
      for (int head = heads == 0 ? -1 : 0; head < Math.max(heads, 0); head++) {
        parts.add(floats(found.get(new Slot(part, kind, block, head))));
      }
    }
    int length =
        parts.stream().filter(Objects::nonNull).mapToInt(part -> part.length).max().orElse(0);
    if (length == 0) {
      return null;
    }
    float[] joined = new float[length * parts.size()];
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i) != null) {
        System.arraycopy(parts.get(i), 0, joined, i * length, parts.get(i).length);
      }
    }
    return joined;
  }

  /**
   * The shape of a weight or bias, queries, keys and values together; null where there is none.
   *
   * @throws WeightsException if those differ
   */
  long[] shape(Slot slot) {
    if (!slot.key().equals("qkv") || !layout.splits()) {
      Tensor tensor = tensor(slot.key(), slot.kind(), slot.block());
      return tensor == null ? null : tensor.shape();
    }
    int parts = SPLIT.stream().mapToInt(part -> Math.max(1, heads(part, slot.block()))).sum();
    List<Map.Entry<Slot, Tensor>> all =
        found.entrySet().stream().filter(entry -> isPartOf(slot, entry.getKey())).toList();
    if (all.isEmpty()) {
      return null;
    }
    long[] shape = all.get(0).getValue().shape();
    for (Map.Entry<Slot, Tensor> part : all) {
      if (!Arrays.equals(shape, part.getValue().shape())) {
        throw new WeightsException(
            "its %s has the shape %s, and its %s %s: queries, keys and values have to be alike"
                .formatted(
                    name(all.get(0)),
                    Arrays.toString(shape),
                    name(part),
                    Arrays.toString(part.getValue().shape())));
      }
    }
    shape[0] *= parts;
    return shape;
  }

  private String name(Map.Entry<Slot, Tensor> tensor) {
    return prefix + layout.describe(tensor.getKey());
  }

  private static boolean isPartOf(Slot slot, Slot part) {
    return SPLIT.contains(part.key())
        && part.kind().equals(slot.kind())
        && part.block() == slot.block();
  }
}
