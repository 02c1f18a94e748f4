package org.flsl.examples.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.ImageSize;
import org.flsl.examples.UserError;
import org.flsl.examples.pretrain.TrainedRun;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that name a network. */
class EvaluatedNetwork {
  private static final String BACKBONE = "backbone.zip";

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Option(
      names = "--vertex",
      paramLabel = "NAME",
      description =
          "The vertex with tokens or feature maps, for a network of your own that goes on behind"
              + " them; default: the output.")
  private String vertex;

  /** Exactly one of two. */
  private static final class Source {
    @Option(names = "--run", paramLabel = "FOLDER", description = "The folder of a finished run.")
    private Path run;

    @Option(
        names = "--backbone",
        paramLabel = "ZIP",
        description = "An exported backbone, or any DL4J ComputationGraph.")
    private Path backbone;
  }

  /** The file that holds the network. */
  Path file() {
    if (source.backbone != null) {
      return source.backbone;
    }
    Path file = source.run.resolve(BACKBONE);
    if (!Files.isRegularFile(file)) {
      throw new UserError(
          "%s holds no %s: name the folder of a finished run, or a model with --backbone"
              .formatted(source.run, BACKBONE));
    }
    return file;
  }

  /** The network's features. */
  GraphFeatures features() {
    Path file = file();
    if (!Files.isRegularFile(file)) {
      throw new UserError(file + " does not exist: name the backbone.zip of a finished run");
    }
    ComputationGraph graph;
    try {
      graph = ModelSerializer.restoreComputationGraph(file.toFile(), false);
    } catch (IOException | RuntimeException e) {
      throw new UserError(file + " is no DL4J model: name the backbone.zip of a finished run", e);
    }
    return vertex == null ? GraphFeatures.of(graph) : GraphFeatures.of(graph, vertex);
  }

  /** The folder of the run, if one was named. */
  Optional<Path> run() {
    return Optional.ofNullable(source.run);
  }

  /** Normalises images as the run did; by the paper's values for other networks. */
  ImagePreparation preparation(ImageSize size) {
    return run()
        .map(folder -> new ImagePreparation(size, TrainedRun.at(folder).views()))
        .orElseGet(() -> new ImagePreparation(size));
  }
}
