package org.flsl.examples.eval;

import java.util.List;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.boxes.BoxBenchmark;
import org.flsl.evaluation.boxes.CentreCrop;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flsl eval boxes}: do tokens tell what is in a box? */
@Command(
    name = "boxes",
    sortOptions = false,
    description = {
      "Tells the objects in boxes by the boxes of training images that are most like them (k-NN).",
      "Three ways of judging: two with one vote for a box, and the published one, which counts a"
          + " box as right when any of nine patches is; read that beside the column \"chance\"."
    },
    showDefaultValues = true)
final class EvalBoxes extends Measurement {
  @Mixin private EvaluatedNetwork model;

  @Mixin private InputOptions input;

  @ArgGroup(multiplicity = "1")
  private Data data;

  @Mixin private DrawnOnOption drawnOn;

  @Option(
      names = "--all-boxes",
      description = "Measure every box; default: the largest one of each image, as published.")
  private boolean allBoxes;

  @Mixin private NeighbourOptions neighbours;

  @Option(names = "--seeds", paramLabel = "N", description = "How many random twins.")
  private int seeds = 3;

  EvalBoxes(Surroundings surroundings) {
    super(surroundings);
  }

  /** Exactly one of two formats. */
  private static final class Data {
    @ArgGroup(exclusive = false)
    private VocOptions voc;

    @ArgGroup(exclusive = false)
    private AnnotatedImages coco;

    BoxSet train(DrawnOn drawnOn) {
      return voc != null ? voc.trainBoxes(drawnOn) : coco.annotations.train(coco, drawnOn).boxes();
    }

    BoxSet test(DrawnOn drawnOn) {
      return voc != null ? voc.testBoxes(drawnOn) : coco.annotations.test(coco, drawnOn).boxes();
    }
  }

  private static final class AnnotatedImages extends ImageFolders {
    @ArgGroup(exclusive = false, multiplicity = "1")
    private CocoOptions annotations;
  }

  @Override
  List<Measured> measure() {
    input.check();
    UserError.requireAtLeast(1, "--seeds", seeds);
    neighbours.check();
    GraphFeatures features = model.features();
    ReadableImages readable = model.readable();
    BoxSet train = readable.of(data.train(drawnOn.get()));
    BoxSet test = readable.of(data.test(drawnOn.get()));
    tell(readable);
    // Squares are cut out of images, so that their own sizes do not matter.
    ImageSize size = input.trainingSize(features);
    if (size.height() != size.width()) {
      throw new UserError("--size must be a square for boxes, got " + size);
    }
    BoxBenchmark benchmark =
        BoxBenchmark.builder(train, test, CentreCrop.of(size.height()))
            .preparation(model::preparation)
            .allBoxes(allBoxes)
            .neighbours(neighbours.k, neighbours.temperature)
            .seeds(seeds)
            .batch(input.batch())
            .progress(this::progress)
            .build();
    terminal()
        .plain(
            "%s, test images: %d (%d to learn from), classes: %d, squares of %d pixels, random twins: %d"
                .formatted(
                    model.file(),
                    test.size(),
                    train.size(),
                    train.classes().size(),
                    size.height(),
                    seeds));
    List<Measured> results = all(Candidate.withBaselines(features, size), benchmark);
    results.addAll(benchmark.chance());
    return results;
  }
}
