package org.flsl.examples.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImageSize;
import org.flsl.examples.UserError;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that name a network and the size of its images. */
final class EvaluatedModel {
  private static final String BACKBONE = "backbone.zip";
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5}))?");

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
      names = "--size",
      paramLabel = "HxW",
      description =
          "Resize images to this, for example 240x320 (height x width) or 224; default: the images'"
              + " own size, cut to whole patches, where all have the same, otherwise that of the"
              + " training.")
  private String size;

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

  /**
   * The size that images are brought to.
   *
   * @param common the size that all images have; null if they differ
   */
  ImageSize size(GraphFeatures features, ImageSize common) {
    if (size != null) {
      Matcher parts = SIZE.matcher(size);
      if (!parts.matches()) {
        throw new UserError(
            "--size takes height x width such as 240x320, or one number, got " + size);
      }
      int height = Integer.parseInt(parts.group(1));
      int width = parts.group(2) == null ? height : Integer.parseInt(parts.group(2));
      return new ImageSize(height, width);
    }
    if (common != null) {
      return features.fit(common);
    }
    return features
        .trainingSize()
        .orElseThrow(() -> new UserError("the images have several sizes: choose one with --size"));
  }
}
