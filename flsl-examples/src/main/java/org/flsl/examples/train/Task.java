package org.flsl.examples.train;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.TaskGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.settings.Config;
import org.flsl.layers.weights.GraphExport;
import org.flsl.views.decode.ImageDecoder;

/**
 * Something that a backbone can be taught with labels: a subcommand of {@code flsl train}.
 *
 * <p>Add one by this, its {@link TaskData}, and its line in {@link TrainCommand}.
 */
interface Task {

  /** Its settings, files and metrics; the command is {@code train NAME}. */
  RunKind kind();

  /** What the subcommand is called. */
  default String name() {
    String command = kind().command();
    return command.substring(command.lastIndexOf(' ') + 1);
  }

  /** What it does, in a sentence for the help. */
  String summary();

  /** The folder of the images to learn from, for messages. */
  Path images(Config config);

  /**
   * Reads and checks all of its labelled images, and says what it found.
   *
   * @param decoder to the channels that the network takes
   * @throws org.flsl.examples.command.UserError if something is missing or does not fit
   */
  TaskData open(Config config, ImageDecoder decoder, Terminal terminal);

  /**
   * Writes a model of it as ONNX; the output is called {@code scores} unless the task says more.
   *
   * @param graph the model
   * @param size of the images that it takes then
   * @param metadata what the file tells of it
   * @throws org.flsl.layers.weights.WeightsException if its backbone has no form in ONNX
   */
  default void onnx(
      ComputationGraph graph, ImageSize size, Map<String, String> metadata, OutputStream out)
      throws IOException {
    int channels = TaskGraph.backbone(graph.getConfiguration()).channels();
    GraphExport.whole(graph, "scores", metadata).onnx(channels, size.height(), size.width(), out);
  }
}
