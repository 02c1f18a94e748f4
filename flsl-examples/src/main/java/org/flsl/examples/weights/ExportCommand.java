package org.flsl.examples.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.OutputFile;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.pretrain.Source;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout;
import org.flsl.layers.weights.VitExport;
import org.flsl.layers.weights.VitImport;
import org.flsl.layers.weights.WeightsException;
import org.flsl.training.checkpoint.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flsl export}. */
@Command(
    name = "export",
    sortOptions = false,
    description = "Writes a pretrained backbone for PyTorch, NumPy or ONNX Runtime.")
public final class ExportCommand extends WeightsCommand {
  private static final String ANY = "any";

  @Parameters(
      paramLabel = "RUN|ZIP",
      description = "The folder of a run, or a backbone.zip; a file of weights is taken as well.")
  private Path source;

  /** What is written. */
  enum Format {
    SAFETENSORS,
    NPZ,
    ONNX
  }

  @Option(names = "--format", description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Format format = Format.SAFETENSORS;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The file to write. Default: backbone.FORMAT in the run, or beside the zip.")
  private Path out;

  @Option(
      names = "--names",
      paramLabel = "LAYOUT|FILE",
      description =
          "What to call the tensors: timm, dino, torchvision, huggingface, or a mapping of your"
              + " own. Default: ${DEFAULT-VALUE}")
  private String names = "timm";

  @Option(
      names = "--size",
      paramLabel = "HEIGHTxWIDTH|any",
      description = "Images that an ONNX model takes. Default: any that the patches divide.")
  private String size = ANY;

  @Option(names = "--student", description = "The run's student instead of its teacher.")
  private boolean student;

  /**
   * The command.
   *
   * @param terminal where it talks to its user
   */
  public ExportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Path file() {
    return source;
  }

  @Override
  void run() throws IOException {
    Layout layout = NetworkOptions.layout(names);
    int[] pixels = size.equals(ANY) ? null : NetworkOptions.size(size);
    Path target = out == null ? target() : out;
    OutputFile.prepare(target, "--out");
    VitExport export = export();
    try {
      AtomicFile.write(
          target,
          bytes -> {
            switch (format) {
              case SAFETENSORS -> export.safetensors(layout, bytes);
              case NPZ -> export.npz(layout, bytes);
              case ONNX -> {
                if (pixels == null) {
                  export.onnx(bytes);
                } else {
                  export.onnx(pixels[0], pixels[1], bytes);
                }
              }
            }
          });
    } catch (WeightsException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
    VitConfig vit = export.config();
    say("network     " + Description.of(vit));
    if (format != Format.ONNX) {
      say("names       " + layout.name());
      export.remarks(layout).forEach(remark -> say("            " + remark));
    }
    say("written     %s, %.1f MB".formatted(target, Files.size(target) / 1e6));
  }

  private Path target() {
    String ending = "." + format.name().toLowerCase(Locale.ROOT);
    if (Files.isDirectory(source)) {
      return source.resolve((student ? "student" : "backbone") + ending);
    }
    String name = source.getFileName().toString().replaceFirst("\\.[^.]*$", "");
    Path target = source.resolveSibling(name + ending);
    if (target.equals(source)) {
      throw new UserError(
          "%s would be written over itself: name another file with --out".formatted(source));
    }
    return target;
  }

  private VitExport export() throws IOException {
    Source network = student ? student() : Source.read(source, VitImport.defaults());
    warn(network.warnings());
    try {
      return VitExport.of(network.graph(), network.provenance());
    } catch (IllegalArgumentException e) {
      throw new UserError(source + ": " + e.getMessage(), e);
    }
  }

  private Source student() {
    if (!Files.isDirectory(source)) {
      throw new UserError(
          "--student takes the folder of a run, whose checkpoints hold it; %s is a file"
              .formatted(source));
    }
    RunResult run = RunResult.at(source);
    ComputationGraph graph = run.student();
    return new Source(graph, run.provenance(), List.of(), List.of());
  }
}
