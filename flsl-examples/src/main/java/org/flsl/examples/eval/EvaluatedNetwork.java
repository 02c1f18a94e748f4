package org.flsl.examples.eval;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.Reading;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.pretrain.Source;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;

/** The options that name a network. */
final class EvaluatedNetwork {
  @ArgGroup(multiplicity = "1")
  private Place place;

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
              + " the last feature maps of each size. Default: the output.",
      showDefaultValue = Help.Visibility.NEVER)
  private List<Integer> blocks = List.of();

  @Option(
      names = "--read",
      paramLabel = "PART",
      description =
          "What of a block: its output, or the keys of its attention (output, keys; of a Vision"
              + " Transformer). Without --block, keys of the last block. Default: output.",
      showDefaultValue = Help.Visibility.NEVER)
  private Reading.Part part = Reading.Part.OUTPUT;

  @Option(
      names = "--scales",
      paramLabel = "N",
      split = ",",
      description =
          "Read images at several sizes, as in 0.7,1,1.4 times --size, and average the directions"
              + " of their tokens. Default: 1.",
      showDefaultValue = Help.Visibility.NEVER)
  private List<Double> scales = Reading.USUAL.scales();

  /** Read once. */
  private Source source;

  private GraphFeatures features;

  /** Exactly one of two names for whatever holds a network. */
  private static final class Place {
    @Option(
        names = "--run",
        paramLabel = "FOLDER",
        description = "The folder of a finished run, or a file as for --backbone.")
    private Path run;

    @Option(
        names = "--backbone",
        paramLabel = "FILE",
        description =
            "An exported backbone, any network that DL4J saved, or weights that flsl import reads"
                + " (safetensors, PyTorch, .npz).")
    private Path backbone;
  }

  /** The file that holds the network. */
  Path file() {
    return run().map(folder -> RunResult.at(folder).backboneFile()).orElseGet(this::given);
  }

  private Path given() {
    return place.backbone != null ? place.backbone : place.run;
  }

  private Source source() {
    if (source == null) {
      source = Source.of(given());
    }
    return source;
  }

  /** The network's features. */
  GraphFeatures features() {
    if (features == null) {
      ComputationGraph graph = source().graph();
      GraphFeatures whole =
          vertex == null ? GraphFeatures.of(graph) : GraphFeatures.of(graph, vertex);
      features = whole.read(new Reading(blocks, part, scales));
    }
    return features;
  }

  /** The folder of the run, if one was named. */
  Optional<Path> run() {
    return Optional.of(given()).filter(Files::isDirectory);
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
        .or(() -> source().views())
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
