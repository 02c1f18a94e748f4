package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.NetworkFile;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.graph.GraphBackbone;

/** A network of the user's own, of which the part up to some feature maps is pretrained. */
final class OwnNetwork {
  /** What only a Vision Transformer has. */
  private static final List<Setting<?>> OTHERS =
      List.of(
          Settings.ARCH,
          Settings.PATCH,
          Settings.WIDTH,
          Settings.DEPTH,
          Settings.HEADS,
          Settings.MLP_RATIO,
          Settings.DROP_PATH,
          Settings.DROPOUT,
          Settings.POSITIONS,
          Settings.LEADING_TOKENS,
          Settings.NORM_EPS,
          Settings.POSITION_SIZE,
          Settings.POSITION_JITTER,
          Settings.INIT,
          Settings.PREVIOUS);

  private static final Comparator<InputTypeConvolutional> DEEPER =
      Comparator.<InputTypeConvolutional, Boolean>comparing(
              maps -> maps.getHeight() * maps.getWidth() > 1)
          .thenComparingLong(maps -> -maps.getHeight() * maps.getWidth())
          .thenComparingLong(InputTypeConvolutional::getChannels);

  private final Model model;
  private final String features;

  private OwnNetwork(Model model, String features) {
    this.model = model;
    this.features = features;
  }

  /** Whether a configuration is about such a network. */
  static boolean isWanted(Config config) {
    return config.get(Settings.NETWORK_FILE) != null || config.get(Settings.FEATURES) != null;
  }

  /**
   * Reads the network that a configuration names; empty where it names none.
   *
   * @throws UserError if the file holds none
   */
  static Optional<OwnNetwork> of(Config config) {
    return Optional.ofNullable(config.get(Settings.NETWORK_FILE))
        .map(
            file ->
                new OwnNetwork(NetworkFile.model(place(config)), config.get(Settings.FEATURES)));
  }

  /**
   * Where it is: the copy that a run keeps in its folder, which nobody changes, or else where the
   * configuration says.
   */
  private static Path place(Config config) {
    Path file = config.get(Settings.NETWORK_FILE);
    Path run = config.get(Settings.OUT);
    return run != null && Files.exists(copyIn(run)) ? copyIn(run) : file;
  }

  /** The network in a run's folder: as it was before, and pretrained when the run is finished. */
  static Path copyIn(Path run) {
    return run.resolve("network.zip");
  }

  /** Writes the network as it is. */
  void write(OutputStream out) throws IOException {
    ModelSerializer.writeModel(model, out, false);
  }

  /** The part that is pretrained; it begins with the weights that it has. */
  GraphBackbone backbone() {
    GraphBackbone backbone =
        model instanceof MultiLayerNetwork layers
            ? GraphBackbone.of(layers, features)
            : GraphBackbone.of((ComputationGraph) model, features);
    return backbone.alone();
  }

  /**
   * Writes the same network with the pretrained part in place, all else as it was.
   *
   * @param pretrained has vertices of the same names
   */
  void write(ComputationGraph pretrained, OutputStream out) throws IOException {
    ComputationGraph graph = NetworkFile.graph(model);
    for (var vertex : graph.getVertices()) {
      var trained = pretrained.getVertex(vertex.getVertexName());
      if (trained != null && vertex.numParams() > 0) {
        ParameterCopy.copy(trained, vertex);
      }
    }
    if (model instanceof MultiLayerNetwork layers) {
      layers.setParams(graph.params());
    }
    write(out);
  }

  /**
   * A configuration that fits the network: its channels, its stride, views of sizes that it takes.
   *
   * @param flags what the user says himself
   * @throws UserError if that does not fit, or no vertex is named: then those are listed that can
   *     be
   */
  static Config settle(Config config, Set<Setting<?>> flags, Consumer<String> lines) {
    Path file = config.get(Settings.NETWORK_FILE);
    if (file == null) {
      throw new UserError("--features names a vertex of a network: name that with --network");
    }
    for (Setting<?> setting : OTHERS) {
      if (flags.contains(setting)) {
        throw new UserError(
            "--%s is for Vision Transformers, and --network brings a network of its own: leave it out"
                .formatted(setting));
      }
    }
    try {
      return of(config).orElseThrow().fitted(config.with(Settings.INIT, (Path) null), flags, lines);
    } catch (IllegalArgumentException e) {
      throw new UserError("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private Config fitted(Config config, Set<Setting<?>> flags, Consumer<String> lines) {
    int side = config.get(Settings.GLOBAL_SIZE);
    if (features == null) {
      throw listed(side, lines);
    }
    GraphBackbone backbone = backbone();
    BackboneGraph way = backbone.way();
    InputTypeConvolutional maps = way.featureMaps(side, side).get(way.features());
    if (maps == null
        || NetworkFile.graph(model).getVertex(way.features()).getLayer() instanceof IOutputLayer) {
      throw new UserError(
          "vertex \"%s\" yields no feature maps [batch, channels, height, width] of images of %d pixels that could be trained further: see those that do by leaving out --features"
              .formatted(features, side));
    }
    int stride = way.stride();
    misfit(way, side)
        .ifPresent(
            why -> {
              throw new UserError(
                  "%s: choose a --global-size that is a multiple of %d, or another vertex"
                      .formatted(why, stride));
            });
    if (flags.contains(Settings.CHANNELS) && config.get(Settings.CHANNELS) != backbone.channels()) {
      throw new UserError(
          "--channels %d contradicts --network, which takes images of %d: leave it out"
              .formatted(config.get(Settings.CHANNELS), backbone.channels()));
    }
    Config fitted =
        config
            .with(Settings.CHANNELS, backbone.channels())
            .with(Settings.PATCH, stride)
            .with(Settings.POSITION_SIZE, (ImageSize) null);
    fitted = withLocalViews(fitted, way, flags);
    lines.accept(
        "network     %d vertices up to \"%s\", %d x %d tokens of %d channels, one for %d pixels; local views have %s pixels"
            .formatted(
                way.vertices().size(),
                features,
                maps.getHeight(),
                maps.getWidth(),
                maps.getChannels(),
                stride,
                fitted.text(Settings.LOCAL_SIZE)));
    return fitted;
  }

  /** Why the features of images of a size do not lie in a grid of their stride. */
  private Optional<String> misfit(BackboneGraph way, int side) {
    TokenGrid grid;
    try {
      grid = way.grid(side, side);
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
    int stride = way.stride();
    if (side % stride == 0 && grid.equals(TokenGrid.square(side / stride))) {
      return Optional.empty();
    }
    return Optional.of(
        "vertex \"%s\" makes %d x %d tokens of images of %d pixels, and has one for every %d"
            .formatted(features, grid.height(), grid.width(), side, stride));
  }

  /**
   * As large as wanted, or the next larger size that the network takes; as large as global ones
   * where it takes no other.
   */
  private Config withLocalViews(Config config, BackboneGraph way, Set<Setting<?>> flags) {
    int global = config.get(Settings.GLOBAL_SIZE);
    int size = config.get(Settings.LOCAL_SIZE);
    int stride = way.stride();
    if (flags.contains(Settings.LOCAL_SIZE)) {
      Optional<String> misfit = misfit(way, size);
      if (misfit.isPresent()) {
        throw new UserError(
            "--local-size %d does not fit: %s; choose another, or leave it out"
                .formatted(size, misfit.get()));
      }
    } else {
      int next = (size + stride - 1) / stride * stride;
      size = next < global && misfit(way, next).isEmpty() ? next : global;
    }
    Config fitted = config.with(Settings.LOCAL_SIZE, size);
    if (flags.contains(Settings.LOCAL_WINDOW)) {
      return fitted;
    }
    int window = config.get(size < global ? Settings.LOCAL_WINDOW : Settings.GLOBAL_WINDOW);
    return fitted.with(Settings.LOCAL_WINDOW, Math.min(window, size / stride));
  }

  /** The name that its user gave a layer, which has a number in the graph. */
  private String nameOf(String vertex) {
    String own =
        model instanceof MultiLayerNetwork layers
            ? layers.getLayer(Integer.parseInt(vertex)).conf().getLayer().getLayerName()
            : vertex;
    return own == null ? vertex : own;
  }

  /** Shows what can be named, and proposes where the trunk ends. */
  private UserError listed(int side, Consumer<String> lines) {
    ComputationGraph graph = NetworkFile.graph(model);
    Map<String, InputTypeConvolutional> maps =
        BackboneGraph.of(graph.getConfiguration()).featureMaps(side, side);
    maps.keySet().removeIf(name -> graph.getVertex(name).getLayer() instanceof IOutputLayer);
    if (maps.isEmpty()) {
      return new UserError(
          "no vertex of --network yields feature maps [batch, channels, height, width] of images of %d pixels, which a convolutional network has; a Vision Transformer goes on with --init"
              .formatted(side));
    }
    lines.accept(
        "Vertices with feature maps, channels x height x width of images of %1$d x %1$d:"
            .formatted(side));
    maps.forEach(
        (name, type) ->
            lines.accept(
                "  %s  %d x %d x %d"
                    .formatted(
                        nameOf(name), type.getChannels(), type.getHeight(), type.getWidth())));
    return new UserError(
        "--network needs the vertex whose feature maps become tokens: name it, as in --features %s, where the trunk of the network ends"
            .formatted(nameOf(endOfTrunk(maps))));
  }

  /** The last of the smallest maps with the most channels: no pooling, decoder or class scores. */
  static String endOfTrunk(Map<String, InputTypeConvolutional> maps) {
    return maps.entrySet().stream()
        .reduce((end, next) -> DEEPER.compare(next.getValue(), end.getValue()) >= 0 ? next : end)
        .orElseThrow()
        .getKey();
  }
}
