package org.flsl.examples.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.Version;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.layers.weights.ImportedVit;
import org.flsl.layers.weights.VitPlan;
import org.flsl.layers.weights.WeightsFile;

/**
 * A network out of whatever holds one: a run's folder, a DL4J model, or a file of weights that
 * somebody else trained.
 *
 * @param graph the network
 * @param provenance where it comes from
 * @param remarks what was decided about it, sentence by sentence
 * @param warnings what is wrong with its numbers
 */
record Source(
    ComputationGraph graph,
    Map<String, String> provenance,
    List<String> remarks,
    List<String> warnings) {
  private static final int MOST_NOTES = 50;

  /** Reads a network; what a file of weights cannot tell is in the options. */
  static Source read(Path path, NetworkOptions options) throws IOException {
    if (Files.isDirectory(path)) {
      RunResult run = RunResult.at(path);
      return new Source(run.backbone(), run.provenance(), List.of(), List.of());
    }
    if (isModel(path)) {
      return new Source(RunResult.read(path), BackboneFile.provenance(path), List.of(), List.of());
    }
    return weights(path, options);
  }

  /** Reads a file of weights. */
  static Source weights(Path path, NetworkOptions options) throws IOException {
    try (WeightsFile file = WeightsFile.open(path)) {
      VitPlan plan = options.find(file);
      ImportedVit vit = plan.load();
      Map<String, String> provenance = new LinkedHashMap<>();
      file.notes().entrySet().stream()
          .filter(note -> !note.getKey().contains("."))
          .limit(MOST_NOTES)
          .forEach(note -> provenance.put(note.getKey(), note.getValue()));
      provenance.put("imported_from", path.getFileName().toString());
      provenance.put("imported_by", Version.program());
      provenance.put("imported_layout", plan.layout().name());
      return new Source(vit.graph(), provenance, vit.remarks(), vit.warnings());
    }
  }

  /** Whether a file is a model of DL4J. */
  static boolean isModel(Path path) throws IOException {
    try (ZipFile zip = new ZipFile(path.toFile())) {
      return zip.getEntry("configuration.json") != null;
    } catch (ZipException noZip) {
      return false;
    }
  }
}
