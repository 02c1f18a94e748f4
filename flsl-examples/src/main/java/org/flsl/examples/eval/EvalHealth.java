package org.flsl.examples.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.ClusterHealth;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.HealthBenchmark;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.evaluation.data.Photos;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.views.MultiViewIterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flsl eval health}: are features and clusters alive? No labels needed. */
@Command(
    name = "health",
    sortOptions = false,
    description = {
      "Tells without labels whether features are alive: spread and effective rank of the tokens.",
      "For a run (--run) also whether its clusters are: used centroids, entropies of the"
          + " assignments and of both mean shifts, on views as in training."
    },
    showDefaultValues = true)
final class EvalHealth extends Measurement {
  @Mixin private EvaluatedNetwork model;

  @Mixin private InputOptions input;

  @Option(names = "--images", required = true, paramLabel = "FOLDER", description = "Any photos.")
  private Path images;

  @Option(names = "--seeds", paramLabel = "N", description = "How many seeds.")
  private int seeds = 3;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Tokens to look at, drawn at random by seed.")
  private int tokens = 20_000;

  @Option(
      names = "--most-images",
      paramLabel = "N",
      description = "Images to look at, evenly spaced among all.")
  private int mostImages = 256;

  EvalHealth(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  List<Measured> measure() throws IOException {
    input.check();
    UserError.requireAtLeast(1, "--seeds", seeds);
    UserError.requireAtLeast(2, "--tokens", tokens);
    UserError.requireAtLeast(1, "--most-images", mostImages);
    GraphFeatures features = model.features();
    ReadableImages readable = model.readable();
    LabelledImages photos = readable.of(Photos.in(images).atMost(mostImages));
    tell(readable);
    ImageSize size = input.size(features, readable);
    terminal().plain("%s on images of %s: %d".formatted(model.file(), size, photos.size()));
    if (photos.size() < 2) {
      terminal().plain("left out: what place explains, which takes two photos or more to tell");
    }
    // First, because it may find the run incomplete.
    List<Measured> clusters = model.run().isPresent() ? clusters(model.run().get()) : List.of();
    HealthBenchmark benchmark =
        HealthBenchmark.builder(photos, model.preparation(size))
            .seeds(seeds)
            .tokens(tokens)
            .batch(input.batch())
            .progress(this::progress)
            .build();
    List<Measured> results = all(Candidate.withBaselines(features, size), benchmark);
    results.addAll(clusters);
    return results;
  }

  private List<Measured> clusters(Path folder) throws IOException {
    RunResult run = RunResult.at(folder);
    ComputationGraph training = run.training();
    try (MultiViewIterator views = run.batches(images)) {
      return ClusterHealth.of(training, views, mostImages).measured("model");
    }
  }
}
