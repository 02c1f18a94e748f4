package org.flsl.examples.train;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.run.NetworkFile;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.settings.Kind;
import org.flsl.views.ViewConfig;

/**
 * A model that {@code flsl train} made, and what its file tells of it.
 *
 * @param task that it was trained for, such as {@code segmentation}
 * @param size of the canvas that images were shown on
 * @param views how channels are normalised
 * @param classes their names, by the model's own numbers
 * @param labels the numbers that predictions tell them by: of masks those of the training's files,
 *     of boxes from 1
 */
public record TrainedModel(
    ComputationGraph graph,
    String task,
    ImageSize size,
    ViewConfig views,
    List<String> classes,
    List<Integer> labels) {
  private static final String TASK = "task";
  private static final String SIZE = "size";
  private static final String CLASSES = "classes";
  private static final String LABELS = "labels";

  /**
   * Reads a model.
   *
   * @param path of its file, or the folder of a finished run
   * @throws UserError if there is none
   */
  public static TrainedModel of(Path path) {
    if (!Files.exists(path)) {
      throw new UserError(path + " does not exist: name a run of ./flsl train, or the model in it");
    }
    Path file = Files.isDirectory(path) ? file(path).orElseThrow(() -> none(path)) : path;
    ComputationGraph graph = NetworkFile.read(file);
    Map<String, String> told = BackboneFile.provenance(file);
    try {
      return new TrainedModel(
          graph,
          told(told, TASK),
          Kind.size().reader().apply(told(told, SIZE)).orElseThrow(IllegalStateException::new),
          BackboneFile.views(file).orElseThrow(IllegalStateException::new),
          told(told, CLASSES).lines().toList(),
          Arrays.stream(told(told, LABELS).split(" ")).map(Integer::valueOf).toList());
    } catch (IllegalStateException | NumberFormatException e) {
      throw new UserError(
          "%s is a network, but does not tell what it was trained for: name a model that ./flsl train made"
              .formatted(file),
          e);
    }
  }

  private static String told(Map<String, String> provenance, String key) {
    String value = provenance.get(key);
    if (value == null) {
      throw new IllegalStateException("nothing is told of " + key);
    }
    return value;
  }

  /**
   * Where a model is, if there is one.
   *
   * @param path of any file, or of any folder
   */
  public static Optional<Path> file(Path path) {
    if (Files.isDirectory(path)) {
      return TrainCommand.TASKS.stream()
          .map(task -> new RunFiles(task.kind(), path).result())
          .filter(Files::exists)
          .findFirst();
    }
    return Files.isRegularFile(path) && BackboneFile.provenance(path).containsKey(TASK)
        ? Optional.of(path)
        : Optional.empty();
  }

  private static UserError none(Path folder) {
    for (Task task : TrainCommand.TASKS) {
      RunFiles files = new RunFiles(task.kind(), folder);
      if (files.isBegun() && files.isOfItsKind()) {
        return new UserError(
            "%s holds no %s yet: let the training come to its end (%s)"
                .formatted(folder, files.result().getFileName(), files.resume()));
      }
    }
    return new UserError(
        "%s holds no model that ./flsl train made: let its training come to its end, or name another folder"
            .formatted(folder));
  }

  /**
   * Writes the model as ONNX.
   *
   * @param shown size of the images that it takes then
   * @param origin what else its own file tells
   * @throws org.flsl.layers.weights.WeightsException if its backbone has no form in ONNX
   */
  public void onnx(ImageSize shown, Map<String, String> origin, OutputStream out)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>(origin);
    metadata.put(SIZE, Kind.size().writer().apply(shown));
    Task written =
        TrainCommand.TASKS.stream()
            .filter(known -> known.name().equals(task))
            .findFirst()
            .orElseThrow(() -> new UserError("this version knows nothing of the task " + task));
    written.onnx(graph, shown, metadata, out);
  }

  /** Writes the model with what is told of it. */
  void write(Map<String, String> origin, OutputStream out) throws IOException {
    Map<String, String> provenance = new LinkedHashMap<>(origin);
    provenance.put(TASK, task);
    provenance.put(SIZE, Kind.size().writer().apply(size));
    provenance.putAll(BackboneFile.normalisation(views));
    provenance.put(CLASSES, String.join("\n", classes));
    provenance.put(LABELS, String.join(" ", labels.stream().map(String::valueOf).toList()));
    BackboneFile.write(graph, provenance, out);
  }
}
