package org.flsl.examples.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.VitImport;
import org.flsl.layers.weights.WeightsException;
import org.flsl.training.FinalNorm;
import org.flsl.views.FileNames;

/** The trained Vision Transformer that a training begins with; it brings its shape along. */
final class InitialWeights {
  private final String file;
  private final Source source;
  private final VitConfig shape;

  private InitialWeights(String file, Source source, VitConfig shape) {
    this.file = file;
    this.source = source;
    this.shape = shape;
  }

  /** The file that a training's weights begin with, of this kind or a network of one's own. */
  static Optional<Path> file(Config config) {
    return Optional.ofNullable(config.get(Settings.INIT))
        .or(() -> Optional.ofNullable(config.get(Settings.NETWORK_FILE)));
  }

  /**
   * Reads the file that a configuration names; empty where it names none.
   *
   * @param known settings that say something about the network in the file, and not just what a
   *     recipe would train
   * @throws UserError if it holds no Vision Transformer
   */
  static Optional<InitialWeights> of(Config config, Collection<Setting<?>> known) {
    Path path = config.get(Settings.INIT);
    if (path == null) {
      return Optional.empty();
    }
    String file = FileNames.text(path);
    try {
      int heads = known.contains(Settings.HEADS) ? config.get(Settings.HEADS, 0) : 0;
      VitImport importer = VitImport.builder().heads(heads).build();
      Source source = Source.read(path, importer);
      VitConfig shape = VitBackbone.in(source.graph().getConfiguration()).config();
      return Optional.of(new InitialWeights(file, source, shape));
    } catch (WeightsException e) {
      throw new UserError("--init: " + Source.explained(e, path), e);
    } catch (IllegalArgumentException e) {
      throw new UserError(
          "--init takes a Vision Transformer, and %s holds another network: pretrain that with --network"
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new UserError("--init cannot read %s: %s".formatted(file, Problems.explain(e)), e);
    }
  }

  /** What the file tells of the network, and so the configuration need not be told. */
  private Map<Setting<?>, String> told() {
    Map<Setting<?>, String> told = new LinkedHashMap<>();
    told.put(Settings.CHANNELS, Settings.CHANNELS.write(shape.channels()));
    told.put(Settings.PATCH, Settings.PATCH.write(shape.patch()));
    told.put(Settings.WIDTH, Settings.WIDTH.write(shape.width()));
    told.put(Settings.DEPTH, Settings.DEPTH.write(shape.depth()));
    String heads = source.provenance().getOrDefault(BackboneFile.HEADS, "");
    // Notes of others may be anything.
    told.put(
        Settings.HEADS,
        heads.matches("[1-9][0-9]{0,3}") ? heads : Settings.HEADS.write(shape.heads()));
    told.put(Settings.MLP_RATIO, Settings.MLP_RATIO.write(shape.mlpRatio()));
    told.put(Settings.POSITIONS, Settings.POSITIONS.write(shape.positions()));
    told.put(Settings.LEADING_TOKENS, Settings.LEADING_TOKENS.write(shape.leadingTokens()));
    told.put(Settings.NORM_EPS, Settings.NORM_EPS.write(shape.normEps()));
    told.put(
        Settings.POSITION_SIZE,
        Settings.POSITION_SIZE.write(new ImageSize(shape.imageHeight(), shape.imageWidth())));
    if (hasLearnedPositions()) {
      told.put(Settings.POSITION_JITTER, Settings.POSITION_JITTER.write(0.0));
    }
    return told;
  }

  /**
   * A configuration of the network in the file.
   *
   * @param flags what the user says himself; all else is taken from the file
   * @throws UserError if that contradicts the file
   */
  Config settle(Config config, Set<Setting<?>> flags) {
    Config settled = config;
    for (Map.Entry<Setting<?>, String> entry : told().entrySet()) {
      Setting<?> setting = entry.getKey();
      Config told = settled.with(setting, entry.getValue(), file);
      if (flags.contains(setting) && !told.text(setting).equals(config.text(setting))) {
        throw contradiction(
            setting, config.text(setting), "%s %s".formatted(setting, told.text(setting)));
      }
      settled = told;
    }
    if (flags.contains(Settings.ARCH) && !isOf(config)) {
      throw contradiction(
          Settings.ARCH,
          config.text(Settings.ARCH),
          "width %d, depth %d, heads %d".formatted(shape.width(), shape.depth(), shape.heads()));
    }
    return source.views().isPresent() ? normalised(settled) : settled;
  }

  private boolean hasLearnedPositions() {
    return shape.positions() == Positions.LEARNED;
  }

  private UserError contradiction(Setting<?> setting, String said, String has) {
    return new UserError(
        "--%s %s contradicts --init: %s has %s; leave --%s out"
            .formatted(setting, said, file, has, setting));
  }

  private boolean isOf(Config config) {
    VitConfig arch = config.get(Settings.ARCH).shape(shape.patch(), shape.patch());
    return arch.width() == shape.width()
        && arch.depth() == shape.depth()
        && arch.heads() == shape.heads();
  }

  /** Images look as they did in its training, unless the user says otherwise. */
  private Config normalised(Config config) {
    Map<String, String> told = BackboneFile.normalisation(source.views().get());
    Config normalised = config;
    if (config.get(Settings.MEAN) == null) {
      normalised = normalised.with(Settings.MEAN, commas(told.get(BackboneFile.MEAN)), file);
    }
    if (config.get(Settings.STD) == null) {
      normalised = normalised.with(Settings.STD, commas(told.get(BackboneFile.STD)), file);
    }
    return normalised;
  }

  private static String commas(String numbers) {
    return numbers.replace(' ', ',');
  }

  /**
   * The weights, for the network of a configuration.
   *
   * @throws UserError if that has another shape
   */
  ComputationGraph graph(Config config) {
    for (Map.Entry<Setting<?>, String> entry : told().entrySet()) {
      Setting<?> setting = entry.getKey();
      String has = config.with(setting, entry.getValue(), file).text(setting);
      if (!config.text(setting).equals(has)) {
        throw new UserError(
            "%s is %s, but %s, which the training begins with (init), has %s"
                .formatted(setting, config.text(setting), file, has));
      }
    }
    return source.graph();
  }

  /** What is used of the file and what is not, for the user to read. */
  List<String> lines(Config config) {
    List<String> lines = new ArrayList<>();
    lines.add("%s, %s".formatted(source.origin(), VitBackbone.of(shape)));
    lines.addAll(source.remarks());
    boolean wanted = config.get(Settings.FINAL_NORM) == FinalNorm.TOKENS;
    List<String> anew = new ArrayList<>(List.of("projection head", "prototypes"));
    if (wanted && !shape.finalNorm()) {
      anew.add("the final norm, which the file has not");
    }
    if (!wanted && shape.finalNorm()) {
      lines.add("not used, since --final-norm is not tokens: the final norm");
    }
    lines.add("anew: " + String.join(", ", anew));
    lines.add(
        "positions of %d x %d patches, resampled where a view has others%s"
            .formatted(
                shape.baseGrid().height(),
                shape.baseGrid().width(),
                hasLearnedPositions() ? "; learned, so never shifted" : ""));
    lines.add(source.normalisation());
    source.warnings().forEach(warning -> lines.add("warning: " + warning));
    return lines;
  }
}
