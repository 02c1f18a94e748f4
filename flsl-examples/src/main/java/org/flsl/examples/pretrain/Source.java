package org.flsl.examples.pretrain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.UserError;
import org.flsl.examples.command.Version;
import org.flsl.layers.weights.ImportedVit;
import org.flsl.layers.weights.VitImport;
import org.flsl.layers.weights.VitPlan;
import org.flsl.layers.weights.WeightsException;
import org.flsl.layers.weights.WeightsFile;
import org.flsl.training.FlslGraph;
import org.flsl.views.ViewConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network out of whatever holds one: a run's folder, a DL4J model, or a file of weights that
 * somebody else trained.
 *
 * @param graph the network
 * @param provenance where it comes from
 * @param remarks what was decided about it, sentence by sentence
 * @param warnings what is wrong with its numbers
 */
public record Source(
    ComputationGraph graph,
    Map<String, String> provenance,
    List<String> remarks,
    List<String> warnings) {
  /** What the tensors of a file of weights were called. */
  public static final String LAYOUT = "imported_layout";

  private static final Logger LOG = LoggerFactory.getLogger(Source.class);
  private static final int MOST_NOTES = 50;

  /**
   * Reads a network for a command that asks nothing about it, and warns of what was assumed.
   *
   * @throws UserError if there is none
   */
  public static Source of(Path path) {
    try {
      Source source = read(path, VitImport.defaults());
      source.warnings().forEach(LOG::warn);
      if (source.provenance().containsKey(LAYOUT) && !isModel(path)) {
        LOG.warn("{}: {}; {}", path, source.origin(), source.normalisation());
      }
      return source;
    } catch (WeightsException e) {
      throw new UserError(explained(e, path), e);
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(path, Problems.explain(e)), e);
    }
  }

  /** Why a file has no network, for a command that knows no options of files. */
  static String explained(WeightsException e, Path path) {
    return "%s; where it wants options, make a backbone of it first, with %s --out backbone.zip"
        .formatted(e.getMessage(), ShellCommand.of("import", path));
  }

  /**
   * Reads a network.
   *
   * @param importer knows what a file of weights cannot tell
   * @throws WeightsException if a file of weights has none
   * @throws UserError if another file has none
   */
  public static Source read(Path path, VitImport importer) throws IOException {
    if (Files.isDirectory(path)) {
      RunResult run = RunResult.at(path);
      return new Source(run.backbone(), run.provenance(), List.of(), List.of());
    }
    return isModel(path)
        ? new Source(network(path), BackboneFile.provenance(path), List.of(), List.of())
        : weights(path, importer);
  }

  private static ComputationGraph network(Path path) {
    ComputationGraph graph = RunResult.read(path);
    if (graph.getVertex(FlslGraph.LOSSES) != null) {
      throw new UserError(
          "%s is a checkpoint, with student, teacher and objective: name the folder of its run, or the backbone.zip that it ends with"
              .formatted(path));
    }
    return graph;
  }

  /** Reads a file of weights. */
  public static Source weights(Path path, VitImport importer) throws IOException {
    try (WeightsFile file = WeightsFile.open(path)) {
      VitPlan plan = importer.find(file);
      ImportedVit vit = plan.load();
      Map<String, String> provenance = new LinkedHashMap<>();
      file.notes().entrySet().stream()
          .filter(note -> !note.getKey().contains("."))
          .limit(MOST_NOTES)
          .forEach(note -> provenance.put(note.getKey(), note.getValue()));
      provenance.put("imported_from", path.getFileName().toString());
      provenance.put("imported_by", Version.program());
      provenance.put(LAYOUT, plan.layout().name());
      return new Source(vit.graph(), provenance, vit.remarks(), vit.warnings());
    }
  }

  /** Whether a file is a model of DL4J. */
  public static boolean isModel(Path path) throws IOException {
    try (ZipFile zip = new ZipFile(path.toFile())) {
      return zip.getEntry("configuration.json") != null;
    } catch (ZipException noZip) {
      return false;
    }
  }

  /** The paper's views, but normalised as its file tells; empty where it does not tell. */
  public Optional<ViewConfig> views() {
    return BackboneFile.views(provenance);
  }

  /** What its file was, in a few words. */
  String origin() {
    String layout = provenance.get(LAYOUT);
    return layout == null ? "a network that DL4J saved" : "the layout " + layout;
  }

  /** How images have to be normalised for it, in words. */
  String normalisation() {
    return views()
        .map(BackboneFile::normalisation)
        .map(
            told ->
                "images are normalised as it tells, by mean %s, deviation %s"
                    .formatted(told.get(BackboneFile.MEAN), told.get(BackboneFile.STD)))
        .orElse(
            "it does not tell how images were normalised, so that ImageNet's mean and deviation are"
                + " taken (others: ./flsl import FILE --mean --std)");
  }
}
