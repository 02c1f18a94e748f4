package org.flsl.examples.eval;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.SegmentationBenchmark;
import org.flsl.evaluation.SegmentationBenchmark.Method;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flsl eval segmentation}: how well do tokens tell what the pixels show? */
@Command(
    name = "segmentation",
    sortOptions = false,
    description = {
      "Segments test images by the tokens of training images: nearest neighbours and a linear"
          + " probe; and by clusters of their own tokens (k-means), which no label formed.",
      "Reports mean intersection over union and pixel accuracy at the resolution of the masks."
    },
    showDefaultValues = true)
final class EvalSegmentation extends Measurement {
  @Mixin private EvaluatedNetwork model;

  @Mixin private InputOptions input;

  @ArgGroup(multiplicity = "1")
  private Data data;

  @Mixin private DrawnOnOption drawnOn;

  @Option(names = "--measure", split = ",", description = "${COMPLETION-CANDIDATES}.")
  private Set<Method> methods = EnumSet.allOf(Method.class);

  @Option(names = "--seeds", paramLabel = "N", description = "How many seeds.")
  private int seeds = 3;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Tokens of training images to learn from, drawn at random by seed.")
  private int tokens = 40_000;

  @Mixin private NeighbourOptions neighbours;

  @Mixin private ProbeOptions probe;

  @Option(names = "--balanced", description = "Weigh classes alike in the probe's training.")
  private boolean balanced;

  EvalSegmentation(Surroundings surroundings) {
    super(surroundings);
  }

  /** Exactly one of two: a layout that holds everything, or images whose labels are elsewhere. */
  private static final class Data {
    @ArgGroup(exclusive = false)
    private VocOptions voc;

    @ArgGroup(exclusive = false)
    private LabelledFolders folders;

    TrainAndTest open(DrawnOn drawnOn) {
      return voc != null ? voc.segmentation(drawnOn) : folders.labels.open(folders, drawnOn);
    }
  }

  private static final class LabelledFolders extends ImageFolders {
    @ArgGroup(multiplicity = "1")
    private Labels labels;
  }

  /** Exactly one of two formats. */
  private static final class Labels {
    @ArgGroup(exclusive = false)
    private CocoOptions coco;

    @ArgGroup(exclusive = false)
    private MaskOptions masks;

    TrainAndTest open(ImageFolders images, DrawnOn drawnOn) {
      return coco == null
          ? masks.open(images, drawnOn)
          : new TrainAndTest(
              coco.train(images, drawnOn).segmentation(),
              coco.test(images, drawnOn).segmentation());
    }
  }

  @Override
  List<Measured> measure() {
    input.check();
    UserError.requireAtLeast(1, "--seeds", seeds);
    UserError.requireAtLeast(1, "--tokens", tokens);
    neighbours.check();
    probe.check();
    GraphFeatures features = model.features();
    ReadableImages readable = model.readable();
    TrainAndTest all = data.open(drawnOn.get()).readable(readable);
    tell(readable);
    TrainAndTest sets = all.checked(model.decoder(), terminal());
    SegmentationSet train = sets.train();
    SegmentationSet test = sets.test();
    ImageSize size = input.size(features, readable);
    SegmentationBenchmark benchmark =
        SegmentationBenchmark.builder(train, test, model.preparation(size))
            .methods(methods)
            .seeds(seeds)
            .tokens(tokens)
            .batch(input.batch())
            .neighbours(neighbours.k, neighbours.temperature)
            .probe(probe.training().balanced(balanced))
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
