package org.flsl.examples.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.ClusterHealth;
import org.flsl.evaluation.DenseFeatures;
import org.flsl.evaluation.FeatureHealth;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.LabelledTokens;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.evaluation.data.Photos;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.views.MultiViewIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
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

  EvalHealth(EvalRuntime runtime) {
    super(runtime);
  }

  @Override
  List<Measured> measure() throws IOException {
    GraphFeatures features = model.features();
    if (seeds < 1 || tokens < 1) {
      throw new UserError(
          "--seeds and --tokens take at least 1, got %d and %d".formatted(seeds, tokens));
    }
    ReadableImages readable = model.readable();
    LabelledImages photos = readable.of(Photos.in(images).atMost(mostImages));
    runtime.tell(readable);
    ImageSize size = input.size(features, readable);
    runtime.terminal().plain("%s on %d images of %s".formatted(model.file(), photos.size(), size));
    // First, because it may find the run incomplete.
    List<Measured> clusters = model.run().isPresent() ? clusters(model.run().get()) : List.of();
    List<Measured> results =
        withBaselines(features, size, candidate -> features(candidate, photos, size));
    results.addAll(clusters);
    return results;
  }

  private List<Measured> features(Candidate candidate, LabelledImages photos, ImageSize size) {
    List<Double> spread = new ArrayList<>();
    List<Double> rank = new ArrayList<>();
    DenseFeatures dense = null;
    for (int seed = 1; seed <= seeds; seed++) {
      if (dense == null || candidate.seeded()) {
        dense =
            DenseFeatures.of(
                candidate.bySeed().apply(seed),
                photos,
                model.preparation(size),
                input.batch(),
                done -> runtime.progress(candidate.name() + ": features", done, photos.size()));
      }
      FeatureHealth health = FeatureHealth.of(LabelledTokens.draw(dense, tokens, seed));
      spread.add(health.spread());
      rank.add(health.effectiveRank());
    }
    return List.of(
        new Measured("spread", candidate.name(), spread),
        new Measured("effective rank", candidate.name(), rank));
  }

  private List<Measured> clusters(Path folder) throws IOException {
    RunResult run = RunResult.at(folder);
    ComputationGraph training = run.training();
    List<MultiDataSet> batches = new ArrayList<>();
    try (MultiViewIterator views = run.batches(images)) {
      for (int seen = 0; views.hasNext() && seen < mostImages; ) {
        MultiDataSet batch = views.next();
        seen += (int) batch.getFeatures(0).size(0);
        batches.add(batch);
      }
    }
    ClusterHealth health = ClusterHealth.of(training, batches);
    return List.of(
        single("used centroids of " + health.centroids(), health.usedCentroids()),
        single("entropy of the mean assignment", health.meanAssignmentEntropy()),
        single("entropy per query", health.queryEntropy()),
        single("attention entropy / ln N, student", health.selfAttentionEntropy()),
        single("attention entropy / ln N, teacher", health.crossAttentionEntropy()));
  }

  private static Measured single(String measure, double value) {
    return new Measured(measure, "model", List.of(value));
  }
}
