package org.flsl.layers.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes a Vision Transformer that was trained elsewhere into a graph of ours.
 *
 * <pre>{@code
 * ImportedVit vit = VitImport.defaults().read(Path.of("dino_deitsmall16_pretrain.pth"));
 * ComputationGraph backbone = vit.graph();
 * }</pre>
 *
 * <p>Width, depth, patches and positions follow from the shapes in the file; the known {@link
 * Layout}s are tried in turn. What a file cannot tell is said here: the number of heads of unusual
 * widths, which group of several to take, what its layer norms add to the variance.
 *
 * <p>A file does not tell either whether its norms stand before or behind their layers, or which
 * activation it was trained with: networks with norms before their layers and GELU are understood,
 * as all published ones of these layouts are.
 */
public final class VitImport {
  private static final int MOST_NETWORKS = 64;

  /** Groups that one means where a file has several. */
  private static final List<String> PREFERRED = List.of("teacher", "model_ema", "ema");

  private final String key;
  private final Layout layout;
  private final int heads;
  private final int[] imageSize;
  private final double normEps;
  private final boolean keepTokens;
  private final List<String> ignored;

  private VitImport(Builder builder) {
    this.key = builder.key;
    this.layout = builder.layout;
    this.heads = builder.heads;
    this.imageSize = builder.imageSize;
    this.normEps = builder.normEps;
    this.keepTokens = builder.keepTokens;
    this.ignored = List.copyOf(builder.ignored);
  }

  /** An import that takes everything from the file. */
  public static VitImport defaults() {
    return builder().build();
  }

  /** Starts with everything taken from the file. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads a file and makes a network of it.
   *
   * @throws WeightsException if it cannot be read, or fits no layout
   */
  public ImportedVit read(Path file) throws IOException {
    try (WeightsFile weights = WeightsFile.open(file)) {
      return find(weights).load();
    }
  }

  /**
   * Finds the network in an open file, without reading its numbers.
   *
   * @throws WeightsException if the file fits no layout
   */
  public VitPlan find(WeightsFile weights) {
    try {
      return choose(weights, candidates(weights));
    } catch (WeightsException e) {
      throw e.in(weights.path());
    }
  }

  /** A network in a file: the group, and what stands before its names. */
  private record Candidate(String label, VitMatch match) {
    boolean isCalled(String name) {
      return label.equals(name) || Arrays.asList(label.split("\\.")).contains(name);
    }
  }

  private List<Candidate> candidates(WeightsFile weights) {
    List<Candidate> candidates = new ArrayList<>();
    weights
        .groups()
        .forEach(
            (group, tensors) -> {
              for (Layout tried : layout == null ? Layout.known() : List.of(layout)) {
                for (String prefix : prefixes(tried, tensors)) {
                  candidates.add(
                      new Candidate(
                          label(group, prefix), new VitMatch(tried, prefix, tensors, ignored)));
                }
              }
            });
    return candidates;
  }

  private Set<String> prefixes(Layout tried, Map<String, Tensor> tensors) {
    if (layout == null && tried.isRuledOut(tensors.keySet())) {
      return Set.of();
    }
    return tensors.keySet().stream()
        .flatMap(name -> tried.prefix(name).stream())
        .distinct()
        .limit(MOST_NETWORKS)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static String label(String group, String prefix) {
    String inside = prefix.replaceAll("\\.$", "");
    return group.isEmpty() || inside.isEmpty() ? group + inside : group + "." + inside;
  }

  private VitPlan choose(WeightsFile weights, List<Candidate> candidates) {
    List<Candidate> meant =
        key == null
            ? candidates
            : candidates.stream().filter(candidate -> candidate.isCalled(key)).toList();
    if (key != null && meant.isEmpty()) {
      throw new WeightsException(
          "it has no network under the key %s; %s".formatted(key, groups(weights)));
    }
    int[] told = imageSize.length > 0 ? imageSize : FileNotes.imageSize(weights.notes());
    Map<String, Candidate> whole = new LinkedHashMap<>();
    meant.stream()
        .filter(candidate -> candidate.match().isWhole())
        // Layouts of the same names differ in the positions.
        .sorted(Comparator.comparing(candidate -> candidate.match().grid(told).isEmpty()))
        .forEach(candidate -> whole.putIfAbsent(candidate.label(), candidate));
    if (weights.groups().isEmpty()) {
      throw new WeightsException("it holds no tensors");
    }
    if (whole.isEmpty()) {
      throw noLayout(weights, meant);
    }
    Candidate chosen = preferred(whole);
    List<String> others =
        whole.keySet().stream().filter(label -> !label.equals(chosen.label())).toList();
    VitShape shape = new VitShape(chosen.match(), weights.notes(), heads, told, normEps);
    return new VitPlan(weights.path(), shape, chosen.match(), chosen.label(), others, keepTokens);
  }

  private Candidate preferred(Map<String, Candidate> whole) {
    if (whole.size() > 1 && key == null) {
      for (String name : PREFERRED) {
        for (Candidate candidate : whole.values()) {
          if (candidate.isCalled(name)) {
            return candidate;
          }
        }
      }
      throw new WeightsException(
          "it holds several networks, %s: choose one with --key".formatted(whole.keySet()));
    }
    return whole.values().iterator().next();
  }

  private static String groups(WeightsFile weights) {
    List<String> named = weights.groups().keySet().stream().filter(g -> !g.isEmpty()).toList();
    return named.isEmpty() ? "its tensors stand in no dict" : "it has " + named;
  }

  private WeightsException noLayout(WeightsFile weights, List<Candidate> candidates) {
    String tried =
        layout == null
            ? "none of the layouts " + Layout.known() + " fits"
            : "the layout " + layout + " does not fit";
    String advice = "; see its tensors with ./flsl inspect, and map them with --names FILE";
    Stream<VitMatch> matches =
        candidates.isEmpty() ? bare(weights) : candidates.stream().map(Candidate::match);
    VitMatch nearest = matches.min(Comparator.comparingInt(VitMatch::distance)).orElseThrow();
    return new WeightsException(
        "%s; as %s it %s%s".formatted(tried, nearest.layout(), nearest.reason(), advice),
        nearest.table());
  }

  /** Where no tensor is called as any patch embedding: all tensors beside every layout. */
  private Stream<VitMatch> bare(WeightsFile weights) {
    List<Layout> layouts = layout == null ? Layout.known() : List.of(layout);
    return weights.groups().values().stream()
        .flatMap(t -> layouts.stream().map(tried -> new VitMatch(tried, "", t, ignored)));
  }

  /** Builds a {@link VitImport}. */
  public static final class Builder {
    private String key;
    private Layout layout;
    private int heads;
    private int[] imageSize = {};
    private double normEps;
    private boolean keepTokens = true;
    private List<String> ignored = List.of();

    private Builder() {}

    /**
     * The dict of a checkpoint to take, such as {@code student}; default the teacher's, or the only
     * one.
     */
    public Builder key(String key) {
      this.key = key;
      return this;
    }

    /** The layout; default: the first known one that fits. */
    public Builder layout(Layout layout) {
      this.layout = layout;
      return this;
    }

    /** Attention heads; default: what the file tells, or as published for its width. */
    public Builder heads(int heads) {
      this.heads = heads;
      return this;
    }

    /** Size of the images that the positions are for; default: squares. */
    public Builder imageSize(int height, int width) {
      this.imageSize = new int[] {height, width};
      return this;
    }

    /** What layer norms add to the variance; default: what the file tells, or the layout's. */
    public Builder normEps(double normEps) {
      this.normEps = normEps;
      return this;
    }

    /**
     * Whether class, distillation and register tokens stay; default true. Without them the tokens
     * of the patches differ from those of the original, which attend to them.
     */
    public Builder keepTokens(boolean keepTokens) {
      this.keepTokens = keepTokens;
      return this;
    }

    /**
     * Regular expressions for names that are no part of the network, beside those of the layout.
     */
    public Builder ignore(List<String> ignored) {
      this.ignored = ignored;
      return this;
    }

    /** Builds. */
    public VitImport build() {
      return new VitImport(this);
    }
  }
}
