package org.flsl.examples.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.OutputFile;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.pretrain.Source;
import org.flsl.examples.train.TrainedModel;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout;
import org.flsl.layers.weights.VitExport;
import org.flsl.layers.weights.VitImport;
import org.flsl.layers.weights.WeightsException;
import org.flsl.training.checkpoint.AtomicFile;
import org.flsl.views.FileNames;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flsl export}. */
@Command(
    name = "export",
    sortOptions = false,
    description =
        "Writes a pretrained backbone for PyTorch, NumPy or ONNX Runtime, or a model that flsl"
            + " train made for ONNX Runtime.")
public final class ExportCommand extends WeightsCommand {
  private static final String ANY = "any";

  @Parameters(
      paramLabel = "RUN|ZIP",
      description =
          "The folder of a run, a backbone.zip, or a model such as detector.zip; a file of weights"
              + " is taken as well.")
  private Path source;

  /** What is written. */
  enum Format {
    SAFETENSORS,
    NPZ,
    ONNX
  }

  @Option(
      names = "--format",
      description =
          "${COMPLETION-CANDIDATES}. Default: safetensors; of a model of flsl train onnx, its only one.")
  private Format chosen;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "The file to write. Default: in the run, or beside the zip, with the ending of the format.")
  private Path out;

  @Option(
      names = "--names",
      paramLabel = "LAYOUT|FILE",
      description =
          "What to call the tensors: timm, dino, dinov2, torchvision, huggingface,"
              + " huggingface-dinov2, mmsegmentation, or a mapping of your own. Default: ${DEFAULT-VALUE}")
  private String names = "timm";

  @Option(
      names = "--size",
      paramLabel = "HEIGHTxWIDTH|any",
      description =
          "Images that an ONNX model takes. Default: any that the patches divide; of a model of"
              + " flsl train those of its training.")
  private String size;

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
    Optional<Path> model = TrainedModel.file(source);
    if (model.isPresent()) {
      task(model.get());
    } else {
      backbone(layout);
    }
  }

  private void backbone(Layout layout) throws IOException {
    Format format = chosen == null ? Format.SAFETENSORS : chosen;
    int[] pixels = size == null || size.equals(ANY) ? null : NetworkOptions.size(size);
    Path file =
        Files.isDirectory(source) ? source.resolve(student ? "student" : "backbone") : source;
    Path target = target(file, format);
    VitExport export = export();
    written(
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
    VitConfig vit = export.config();
    say("network     " + Description.of(vit));
    if (format != Format.ONNX) {
      say("names       " + layout.name());
      export.remarks(layout).forEach(remark -> say("            " + remark));
    }
    sayWritten(target);
  }

  /** A backbone with the head of a task. */
  private void task(Path file) throws IOException {
    if (student || chosen == Format.SAFETENSORS || chosen == Format.NPZ) {
      throw new UserError(
          "%s is a model that ./flsl train made, which is written as ONNX, whole: leave out %s"
              .formatted(file, student ? "--student" : "--format, or say --format onnx"));
    }
    if (ANY.equals(size)) {
      throw new UserError(
          "%s is written for images of one size: leave out --size for that of its training, or say HEIGHTxWIDTH"
              .formatted(file));
    }
    Path target = target(file, Format.ONNX);
    TrainedModel model = TrainedModel.of(file);
    int[] pixels = size == null ? null : NetworkOptions.size(size);
    ImageSize shown = pixels == null ? model.size() : new ImageSize(pixels[0], pixels[1]);
    written(target, bytes -> model.onnx(shown, BackboneFile.provenance(file), bytes));
    say("model       %s, images of %s".formatted(model.task(), shown));
    sayWritten(target);
  }

  private void written(Path target, AtomicFile.Content content) {
    try {
      write(target, content);
    } catch (WeightsException | UserError e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private void sayWritten(Path target) throws IOException {
    say("written     %s, %.1f MB".formatted(target, Files.size(target) / 1e6));
  }

  private Path target(Path file, Format format) {
    Path target = out;
    if (out == null) {
      String name = FileNames.withoutEnding(file.getFileName().toString());
      target = file.resolveSibling(name + "." + format.name().toLowerCase(Locale.ROOT));
      if (target.equals(source)) {
        throw new UserError(
            "%s would be written over itself: name another file with --out".formatted(source));
      }
    }
    OutputFile.prepare(target, "--out");
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
