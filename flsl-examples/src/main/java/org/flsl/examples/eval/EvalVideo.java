package org.flsl.examples.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.data.Davis;
import org.flsl.evaluation.data.DavisSequence;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.IndexedPng;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.Palette;
import org.flsl.evaluation.video.LabelPropagation;
import org.flsl.evaluation.video.VideoBenchmark;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import org.flsl.training.checkpoint.AtomicFile;
import org.flsl.views.FileNames;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flsl eval video}: do tokens follow an object through a video? */
@Command(
    name = "video",
    sortOptions = false,
    description = {
      "Carries the first mask of videos through their frames by the likeness of tokens (label"
          + " propagation as in DINO and STC).",
      "Reports region J, contour F and J&F as DAVIS does: without the first and the last frame."
    },
    showDefaultValues = true)
final class EvalVideo extends Measurement {
  private static final String EXTENSION = ".png";

  @Mixin private EvaluatedNetwork model;

  @Option(
      names = "--davis",
      required = true,
      paramLabel = "FOLDER",
      description = "Videos laid out like DAVIS: JPEGImages/480p/NAME and Annotations/480p/NAME.")
  private Path davis;

  @Option(
      names = "--list",
      paramLabel = "NAME",
      description =
          "Measure the sequences of a list below ImageSets, such as 2017/val; default: all.",
      showDefaultValue = Help.Visibility.NEVER)
  private String list;

  @Option(names = "--resolution", paramLabel = "NAME", description = "480p or another folder.")
  private String resolution = "480p";

  @Option(
      names = "--short-side",
      paramLabel = "N",
      description = "Pixels of the shorter side of frames that the network sees.")
  private int shortSide = 480;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "Frames to look back at, beside the first.")
  private int context = 7;

  @Option(
      names = "--radius",
      paramLabel = "N",
      description = "How many rows and columns of tokens to look around.")
  private int radius = 12;

  @Option(
      names = "--neighbours",
      paramLabel = "N",
      description = "Tokens that a token takes its labels from.")
  private int neighbours = 5;

  @Option(names = "--temperature", paramLabel = "T", description = "What cosines are divided by.")
  private double temperature = 0.1;

  @Option(names = "--seeds", paramLabel = "N", description = "How many random twins.")
  private int seeds = 3;

  @Option(
      names = "--masks",
      paramLabel = "FOLDER",
      description = "Write the masks found, as indexed PNGs: FOLDER/model/SEQUENCE/00000.png.",
      showDefaultValue = Help.Visibility.NEVER)
  private Path masks;

  EvalVideo(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  List<Measured> measure() {
    UserError.requireAtLeast(1, "--short-side", shortSide);
    UserError.requireAtLeast(0, "--context", context);
    UserError.requireAtLeast(0, "--radius", radius);
    UserError.requireAtLeast(1, "--neighbours", neighbours);
    UserError.requirePositive("--temperature", temperature);
    UserError.requireAtLeast(1, "--seeds", seeds);
    if (masks != null) {
      makeFolder(masks);
    }
    GraphFeatures features = model.features();
    LabelPropagation propagation =
        LabelPropagation.builder()
            .contextFrames(context)
            .radius(radius)
            .neighbours(neighbours)
            .temperature(temperature)
            .build();
    Davis folder = new Davis(davis, resolution);
    List<DavisSequence> videos = list == null ? folder.all() : folder.listed(list);
    VideoBenchmark benchmark =
        VideoBenchmark.builder(videos)
            .propagation(propagation)
            .shortSide(shortSide)
            .preparation(model::preparation)
            .seeds(seeds)
            .progress(this::progress)
            .build();
    terminal()
        .plain(
            "%s on videos of %s: %d, shorter side %d pixels, random twins: %d"
                .formatted(model.file(), davis, videos.size(), shortSide, seeds));
    ImageSize square = features.fit(new ImageSize(shortSide, shortSide));
    List<Measured> results =
        all(
            Candidate.withBaselines(features, square),
            candidate -> benchmark.measure(candidate, sink(candidate)));
    if (masks != null) {
      terminal().plain(masks + " holds the masks");
    }
    return results;
  }

  private VideoBenchmark.Sink sink(Candidate candidate) {
    if (masks == null) {
      return VideoBenchmark.Sink.NONE;
    }
    Path folder = masks.resolve(candidate.name().replace(' ', '-'));
    return (video, frame, mask) -> write(folder, video, frame, mask);
  }

  private static void write(Path folder, DavisSequence video, int frame, LabelMask mask) {
    String name = video.frames().get(frame).getFileName().toString();
    Path file = folder.resolve(video.name()).resolve(FileNames.withoutEnding(name) + EXTENSION);
    makeFolder(file.getParent());
    try {
      AtomicFile.write(file, out -> IndexedPng.write(mask, Palette.DAVIS, out));
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + Problems.explain(e), e);
    }
  }

  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UserError(
          "cannot make the folder " + folder + " for --masks: " + Problems.explain(e), e);
    }
  }
}
