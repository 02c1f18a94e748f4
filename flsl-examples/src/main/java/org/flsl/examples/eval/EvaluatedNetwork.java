package org.flsl.examples.eval;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
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

  @Option(
      names = "--block",
      paramLabel = "N",
      split = ",",
      description =
          "Read the features behind this block, from 1 at the entrance, without the final norm;"
              + " those of several, as in 9,12, are joined. In a convolutional network blocks are"
              + " the last feature maps of each size. Default: the output.")
  private List<Integer> blocks = List.of();

  /** Read once. */
  private GraphFeatures features;

  /** Exactly one of two. */
  private static final class Source {
    @Option(names = "--run", paramLabel = "FOLDER", description = "The folder of a finished run.")
    private Path run;

    @Option(
        names = "--backbone",
        paramLabel = "ZIP",
        description = "An exported backbone, or any network that DL4J saved.")
    private Path backbone;
  }

  /** The file that holds the network. */
  Path file() {
    return source.backbone != null ? source.backbone : RunResult.at(source.run).backboneFile();
  }

  /** The network's features. */
  GraphFeatures features() {
    if (features == null) {
      ComputationGraph graph = RunResult.read(file());
      GraphFeatures whole =
          vertex == null ? GraphFeatures.of(graph) : GraphFeatures.of(graph, vertex);
      features = blocks.isEmpty() ? whole : whole.ofBlocks(blocks);
    }
    return features;
  }

  /** The folder of the run, if one was named. */
  Optional<Path> run() {
    return Optional.ofNullable(source.run);
  }

  /**
   * Normalises images as the run did, or as the file tells; by the usual values for its number of
   * channels for another network.
   */
  ImagePreparation preparation(ImageSize size) {
    return new ImagePreparation(size, views());
  }

  /** How its images are normalised. */
  ViewConfig views() {
    return run()
        .map(folder -> RunResult.at(folder).views())
        .or(() -> BackboneFile.views(source.backbone))
        .orElseGet(() -> ViewConfig.builder().channels(features().channels()).build());
  }

  /** Leaves out images that the network cannot be shown. */
  ReadableImages readable() {
    return new ReadableImages(decoder());
  }

  /** Reads images with the network's channels. */
  ImageDecoder decoder() {
    return new ImageDecoder(Integer.MAX_VALUE, views().channels());
  }
}
