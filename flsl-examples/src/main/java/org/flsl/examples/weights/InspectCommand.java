package org.flsl.examples.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.pretrain.Source;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.weights.OnnxModel;
import org.flsl.layers.weights.VitPlan;
import org.flsl.layers.weights.WeightsException;
import org.flsl.layers.weights.WeightsFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flsl inspect}. */
@Command(
    name = "inspect",
    sortOptions = false,
    description = {
      "Shows what a file of weights holds: names, types, shapes, and the network recognised in it.",
      "For safetensors, PyTorch state dicts (old and new), .npz, .onnx and models of DL4J."
    })
public final class InspectCommand extends WeightsCommand {
  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file;

  @Mixin private NetworkOptions options;

  /**
   * The command.
   *
   * @param terminal where it talks to its user
   */
  public InspectCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Path file() {
    return file;
  }

  @Override
  void run() throws IOException {
    if (file.toString().endsWith(".onnx")) {
      OnnxModel model = OnnxModel.read(file);
      head("ONNX", model.notes());
      show("", model.weights());
    } else if (Files.isRegularFile(file) && Source.isModel(file)) {
      model();
    } else {
      weights();
    }
  }

  private void weights() throws IOException {
    try (WeightsFile weights = WeightsFile.open(file)) {
      head(weights.format(), weights.notes());
      weights.groups().forEach((group, tensors) -> show(group, tensors));
      try {
        VitPlan plan = options.importer().find(weights);
        say("layout   %s: %s".formatted(plan.layout(), plan.layout().about()));
        say("network  " + Description.of(plan.shape()));
        plan.remarks().forEach(remark -> say("         " + remark));
      } catch (WeightsException none) {
        say("network  none recognised: " + none.getMessage());
      }
    }
  }

  private void model() throws IOException {
    ComputationGraph graph = RunResult.read(file);
    head("DL4J ComputationGraph", BackboneFile.provenance(file));
    Map<String, String> parameters = new LinkedHashMap<>();
    for (GraphVertex vertex : graph.getVertices()) {
      if (vertex.numParams() > 0) {
        vertex
            .paramTable(false)
            .forEach(
                (name, array) ->
                    parameters.put(
                        vertex.getVertexName() + "/" + name,
                        array.dataType() + " " + Arrays.toString(array.shape())));
      }
    }
    show("", parameters);
    try {
      say("network  " + Description.of(VitBackbone.in(graph.getConfiguration()).config()));
    } catch (IllegalArgumentException other) {
      say("network  none of our Vision Transformers");
    }
  }

  private void head(String format, Map<String, String> notes) throws IOException {
    say("%s: %s, %.1f MB".formatted(file, format, Files.size(file) / 1e6));
    notes.forEach(
        (key, value) -> {
          say("  %s = %s".formatted(key, value.lines().findFirst().orElse("")));
          value.lines().skip(1).forEach(line -> say("    " + line));
        });
  }

  private void show(String group, Map<String, ?> tensors) {
    say((group.isEmpty() ? "" : group + ": ") + tensors.size() + " tensors");
    int width = tensors.keySet().stream().mapToInt(String::length).max().orElse(0);
    String line = "  %-" + Math.max(1, width) + "s  %s";
    tensors.forEach((name, tensor) -> say(line.formatted(name, tensor)));
  }
}
