package org.flsl.examples.eval;

import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.ImageSize;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.pretrain.TrainedRun;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that name a network. */
final class EvaluatedNetwork {
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
    return source.backbone != null ? source.backbone : TrainedRun.at(source.run).backboneFile();
  }

  /** The network's features. */
  GraphFeatures features() {
    ComputationGraph graph = TrainedRun.read(file());
    return vertex == null ? GraphFeatures.of(graph) : GraphFeatures.of(graph, vertex);
  }

  /** The folder of the run, if one was named. */
  Optional<Path> run() {
    return Optional.ofNullable(source.run);
  }

  /** Normalises images as the run did, or as the file tells; otherwise by the paper's values. */
  ImagePreparation preparation(ImageSize size) {
    return run()
        .map(folder -> TrainedRun.at(folder).views())
        .or(() -> BackboneFile.views(source.backbone))
        .map(views -> new ImagePreparation(size, views))
        .orElseGet(() -> new ImagePreparation(size));
  }
}
