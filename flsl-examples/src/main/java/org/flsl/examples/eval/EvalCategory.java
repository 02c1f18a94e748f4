package org.flsl.examples.eval;

import java.nio.file.Path;
import java.util.List;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.CategoryBenchmark;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.data.CategorySet;
import org.flsl.evaluation.data.ClassFolders;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flsl eval category}: how well do mean tokens tell whole images apart? */
@Command(
    name = "category",
    sortOptions = false,
    description = {
      "Classifies whole images by the mean of their tokens: nearest neighbours and a linear probe.",
      "Reports the share of test images whose class is told right."
    },
    showDefaultValues = true)
final class EvalCategory extends Measurement {
  @Mixin private EvaluatedNetwork model;

  @Mixin private InputOptions input;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "FOLDER",
      description = "Images to learn from: a folder for each class.")
  private Path images;

  @Option(
      names = "--test-images",
      required = true,
      paramLabel = "FOLDER",
      description = "Images to measure on: the same class folders.")
  private Path testImages;

  @Option(names = "--seeds", paramLabel = "N", description = "How many seeds.")
  private int seeds = 3;

  @Mixin private NeighbourOptions neighbours;

  @Mixin private ProbeOptions probe;

  EvalCategory(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  List<Measured> measure() {
    input.check();
    UserError.requireAtLeast(1, "--seeds", seeds);
    neighbours.check();
    probe.check();
    GraphFeatures features = model.features();
    ReadableImages readable = model.readable();
    CategorySet train = readable.of(ClassFolders.open(images));
    CategorySet test = readable.of(ClassFolders.open(testImages, train.classes()));
    tell(readable);
    ImageSize size = input.size(features, readable);
    CategoryBenchmark benchmark =
        CategoryBenchmark.builder(train, test, model.preparation(size))
            .seeds(seeds)
            .batch(input.batch())
            .neighbours(neighbours.k, neighbours.temperature)
            .probe(probe.training())
            .progress(this::progress)
            .build();
    terminal()
        .plain(
            "%s, test images: %d (%d to learn from), classes: %d, images of %s, seeds: %d"
                .formatted(
                    model.file(), test.size(), train.size(), train.classes().size(), size, seeds));
    return all(Candidate.withBaselines(features, size), benchmark);
  }
}
