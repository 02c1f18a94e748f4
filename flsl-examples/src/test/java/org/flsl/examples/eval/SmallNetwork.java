package org.flsl.examples.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;

/** A tiny backbone in a file, and {@code flsl eval} run on it. */
final class SmallNetwork {
  private static final Map<String, String> ENVIRONMENT =
      NativeEnvironment.environment(Map.of(), "2");

  private final Path file;
  private final Screen screen = new Screen(false);

  SmallNetwork(Path folder) throws IOException {
    this(folder, 3);
  }

  SmallNetwork(Path folder, int channels) throws IOException {
    VitConfig vit =
        VitConfig.builder()
            .channels(channels)
            .width(8)
            .heads(2)
            .depth(1)
            .patch(8)
            .imageSize(32)
            .build();
    ComputationGraph graph =
        new ComputationGraph(
            VitBackbone.of(vit).standalone(new NeuralNetConfiguration.Builder().seed(1), 32, 32));
    graph.init();
    file = folder.resolve("backbone.zip");
    ModelSerializer.writeModel(graph, file.toFile(), false);
  }

  Path file() {
    return file;
  }

  /** Runs a measure and returns the exit code. */
  int eval(String measure, String... options) {
    return run(List.of("eval", measure), options);
  }

  /** Runs {@code flsl features} and returns the exit code. */
  int features(String... options) {
    return run(List.of("features"), options);
  }

  private int run(List<String> command, String... options) {
    List<String> arguments = new ArrayList<>(command);
    arguments.add("--backbone=" + file);
    arguments.addAll(List.of(options));
    return Main.run(screen.terminal(), ENVIRONMENT, arguments.toArray(String[]::new));
  }

  String output() {
    return screen.out();
  }

  String errors() {
    return screen.err();
  }
}
