package org.flsl.layers.weights;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.dataformat.yaml.YAMLFactory;

/**
 * What the tensors of a Vision Transformer are called in somebody's files.
 *
 * <p>The known layouts stand in {@code layouts.yaml} beside this class, which also explains how a
 * mapping of one's own is written; {@link #read} takes one.
 */
public final class Layout {
  private static final String BLOCK = "{block}";
  private static final String HEAD = "{head}";
  private static final String NONE =
      "none"; // what a layout says of a part of another that it lacks
  private static final Set<String> KEYS =
      Set.of(
          "patch",
          "positions",
          "class",
          "distillation",
          "registers",
          "norm1",
          "qkv",
          "q",
          "k",
          "v",
          "proj",
          "scale1",
          "norm2",
          "fc1",
          "fc2",
          "scale2",
          "norm");
  private static final Set<String> SETTINGS =
      Set.of(
          "about", "like", "marker", "ignore", "eps", "patch-order", "class-token", "layer-scale");
  private static final Set<String> SPLIT = Set.of("q", "k", "v");

  private final String name;
  private final String about;
  private final Map<String, String> names = new LinkedHashMap<>();
  private final Map<String, Pattern> patterns = new LinkedHashMap<>();
  private final List<Pattern> ignored = new ArrayList<>();
  private final Pattern marker;
  private final double eps;
  private final boolean channelsLast;
  private final boolean needsClassToken;
  private final boolean needsLayerScale;

  /** A place in the network that a tensor fills. */
  record Slot(String key, String kind, int block, int head) {}

  private Layout(String name, JsonNode table, Map<String, JsonNode> others) {
    this.name = name;
    JsonNode base = base(table, others);
    table
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!KEYS.contains(key) && !SETTINGS.contains(key)) {
                throw new WeightsException(
                    "%s: unknown entry \"%s\"; known are %s and %s"
                        .formatted(name, key, sorted(KEYS), sorted(SETTINGS)));
              }
            });
    for (String key : sorted(KEYS)) {
      String pattern = text(table, base, key);
      if (pattern != null && !pattern.equals(NONE)) {
        names.put(key, pattern);
        patterns.put(key, regex(name, key, pattern));
      }
    }
    JsonNode ignore = table.has("ignore") ? table.get("ignore") : base.path("ignore");
    if (ignore.isTextual()) {
      throw new WeightsException(
          "%s: ignore takes a list of patterns, such as [\"%s\"]".formatted(name, ignore.asText()));
    }
    ignore.forEach(pattern -> ignored.add(compile(name, "ignore", pattern.asText())));
    this.about = table.path("about").asText(name);
    String mark = table.path("marker").asText(null);
    this.marker = mark == null ? null : compile(name, "marker", mark);
    this.eps = eps(name, Optional.ofNullable(text(table, base, "eps")).orElse("1e-6"));
    this.channelsLast = isLast(text(table, base, "patch-order"));
    this.needsClassToken = is("always", "class-token", text(table, base, "class-token"));
    this.needsLayerScale = is("always", "layer-scale", text(table, base, "layer-scale"));
    if (!names.containsKey("patch")) {
      throw new WeightsException(
          name + ": says no name for patch, the patch embedding, which every network has");
    }
    if (!names.get("patch").contains("*")) {
      throw new WeightsException(
          "%s: patch is \"%s\", which stands for its weight and its bias: write * where those words are, as in stem.*"
              .formatted(name, names.get("patch")));
    }
    if (names.containsKey("q") && names.containsKey("qkv")) {
      names.remove("qkv");
      patterns.remove("qkv");
    }
  }

  private static double eps(String name, String text) {
    try {
      double eps = Double.parseDouble(text);
      if (eps > 0 && Double.isFinite(eps)) {
        return eps;
      }
    } catch (NumberFormatException noNumber) {
      // Said below.
    }
    throw new WeightsException(
        "%s: eps takes a number above 0, such as 1e-6, got \"%s\"".formatted(name, text));
  }

  private boolean isLast(String order) {
    return !"channels-first".equals(order) && is("channels-last", "patch-order", order);
  }

  /** Whether a setting has the one value that it can have; none is the usual. */
  private boolean is(String value, String setting, String text) {
    if (text != null && !text.equals(value)) {
      throw new WeightsException(
          "%s: %s takes \"%s\", or is left out, got \"%s\"".formatted(name, setting, value, text));
    }
    return text != null;
  }

  private static JsonNode base(JsonNode table, Map<String, JsonNode> others) {
    String like = table.path("like").asText(null);
    if (like == null) {
      return table;
    }
    if (!others.containsKey(like)) {
      throw new WeightsException(
          "there is no layout \"%s\" to be like; known are %s".formatted(like, others.keySet()));
    }
    return others.get(like);
  }

  private static String text(JsonNode table, JsonNode base, String key) {
    return (table.has(key) ? table : base).path(key).asText(null);
  }

  private static List<String> sorted(Set<String> keys) {
    return keys.stream().sorted().toList();
  }

  private static Pattern regex(String layout, String key, String pattern) {
    String regex =
        pattern
            .replace(".", "\\.")
            .replace("*", "(?<kind>weight|bias)")
            .replace(BLOCK, "(?<block>\\d{1,4})")
            .replace(HEAD, "(?<head>\\d{1,4})");
    return compile(layout, key, regex);
  }

  private static Pattern compile(String layout, String key, String regex) {
    try {
      return Pattern.compile(regex);
    } catch (java.util.regex.PatternSyntaxException e) {
      throw new WeightsException(
          "%s: the pattern for %s is none: %s".formatted(layout, key, e.getDescription()));
    }
  }

  /** All known layouts, in the order in which they are tried. */
  public static List<Layout> known() {
    Map<String, JsonNode> tables = tables();
    return tables.entrySet().stream()
        .map(table -> new Layout(table.getKey(), table.getValue(), tables))
        .toList();
  }

  /**
   * The known layout of a name, such as {@code timm}.
   *
   * @throws WeightsException if there is none
   */
  public static Layout named(String name) {
    Map<String, JsonNode> tables = tables();
    if (!tables.containsKey(name)) {
      throw new WeightsException(
          "there is no layout \"%s\"; known are %s".formatted(name, tables.keySet()));
    }
    return new Layout(name, tables.get(name), tables);
  }

  private static Map<String, JsonNode> tables() {
    try (InputStream in = Layout.class.getResourceAsStream("layouts.yaml")) {
      Map<String, JsonNode> tables = new LinkedHashMap<>();
      yaml().readTree(in).fields().forEachRemaining(e -> tables.put(e.getKey(), e.getValue()));
      return tables;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectMapper yaml() {
    return new ObjectMapper(new YAMLFactory())
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  }

  /**
   * A mapping of one's own: a YAML file with the entries of one layout.
   *
   * @throws WeightsException if it is no such file
   */
  public static Layout read(Path file) throws IOException {
    String name = file.getFileName().toString();
    try (InputStream in = Files.newInputStream(file)) {
      JsonNode table = yaml().readTree(in);
      if (table == null || !table.isObject()) {
        throw new WeightsException(
            file
                + ": it should map parts of the network to names, such as \"patch: embed.proj.*\"");
      }
      return new Layout(name, table, tables());
    } catch (JsonProcessingException e) {
      throw new WeightsException(
          "%s: it is no YAML: %s"
              .formatted(file, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  /** Its short name. */
  public String name() {
    return name;
  }

  /** Whose names they are. */
  public String about() {
    return about;
  }

  double eps() {
    return eps;
  }

  /** Whether a linear patch embedding takes the colours of each pixel one after the other. */
  boolean channelsLast() {
    return channelsLast;
  }

  /** Whether networks with these names cannot be without a class token. */
  boolean needsClassToken() {
    return needsClassToken;
  }

  /** Whether networks with these names cannot be without LayerScale. */
  boolean needsLayerScale() {
    return needsLayerScale;
  }

  boolean has(String key) {
    return names.containsKey(key);
  }

  /** Whether files of this layout have a name that others lack, and these lack it. */
  boolean isRuledOut(Set<String> fileNames) {
    return marker != null && fileNames.stream().noneMatch(n -> marker.matcher(n).matches());
  }

  boolean ignores(String tensor) {
    return ignored.stream().anyMatch(pattern -> pattern.matcher(tensor).matches());
  }

  /** What stands before the names of the network that a tensor belongs to, if it is its patches. */
  Optional<String> prefix(String tensor) {
    Matcher matcher =
        Pattern.compile("(?<prefix>(.*\\.)?)" + patterns.get("patch")).matcher(tensor);
    return matcher.matches() && isWeight(matcher)
        ? Optional.of(matcher.group("prefix"))
        : Optional.empty();
  }

  private static boolean isWeight(Matcher matcher) {
    return "weight".equals(matcher.group("kind"));
  }

  /** The place that a tensor fills; empty if none is known. */
  Optional<Slot> slot(String tensor) {
    for (Map.Entry<String, Pattern> entry : patterns.entrySet()) {
      Matcher matcher = entry.getValue().matcher(tensor);
      if (matcher.matches()) {
        String template = names.get(entry.getKey());
        return Optional.of(
            new Slot(
                entry.getKey(),
                template.contains("*") ? matcher.group("kind") : "",
                template.contains(BLOCK) ? Integer.parseInt(matcher.group("block")) : -1,
                template.contains(HEAD) ? Integer.parseInt(matcher.group("head")) : -1));
      }
    }
    return Optional.empty();
  }

  /** Whether queries, keys and values are tensors of their own. */
  boolean splits() {
    return names.keySet().containsAll(SPLIT);
  }

  /** What a place is called, as one reads it. */
  String describe(Slot slot) {
    return names
        .getOrDefault(slot.key(), slot.key())
        .replace("*", slot.kind())
        .replace(BLOCK, String.valueOf(slot.block()))
        .replace(HEAD, String.valueOf(Math.max(0, slot.head())));
  }

  /**
   * What a place is called in a file that is written.
   *
   * @throws WeightsException if this layout has several names for it, or none
   */
  String nameOf(Slot slot) {
    String written = describe(slot);
    if (!has(slot.key()) || !written.matches("[\\w.-]+")) {
      throw new WeightsException(
          "the layout %s does not say what to call %s: take another, or name it in a mapping of your own"
              .formatted(name, slot.key()));
    }
    return written;
  }

  /** Its short name. */
  @Override
  public String toString() {
    return name;
  }
}
