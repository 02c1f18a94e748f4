package org.flsl.examples.predict;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flsl.examples.command.ComputingCommand;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.StopSignal;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pictures.BoxOverlay;
import org.flsl.examples.predict.Predictions.Photo;
import org.flsl.examples.train.TrainedModel;
import org.flsl.views.FileNames;
import org.flsl.views.ImageFolder;
import org.flsl.views.decode.ImageDecoder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flsl predict}: a trained model looks at a folder of images. */
@Command(
    name = "predict",
    sortOptions = false,
    description = {
      "Shows the images of a folder and its subfolders, of any size, to a model that flsl train"
          + " made, and writes what it says.",
      "Of a segmentation: masks as indexed PNGs; of a detector: boxes in COCO's json, with run lengths"
          + " of masks if it tells them; and pictures of either over the photos. Images that cannot be read are left out and counted."
    },
    showDefaultValues = true)
public final class PredictCommand extends ComputingCommand {
  private static final List<Predictions.Factory> KINDS =
      List.of(
          MaskPredictions.factory(),
          BoxPredictions.factory("detection"),
          BoxPredictions.factory("instances"));

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "The folder of a finished run, or a model's file such as segmenter.zip.")
  private Path model;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "FOLDER|FILE",
      description = "Any images, or one.")
  private Path images;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Where to write; a new or empty folder.")
  private Path out;

  @Option(
      names = "--overlays",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Draw pictures for people as well.")
  private boolean overlays;

  @Option(
      names = "--overlay-score",
      paramLabel = "X",
      description =
          "Least score of a detection in those pictures; the json has all from 0.01, the best hundred of an image.")
  private double overlayScore = BoxOverlay.USUAL_LEAST_SCORE;

  @Option(names = "--batch", paramLabel = "N", description = "Images per pass of the network.")
  private int batch = 8;

  private PredictCommand(Surroundings surroundings) {
    super(surroundings);
  }

  /**
   * The command.
   *
   * @param relaunch gets the native library what it needs in the environment
   * @param environment that of this process
   */
  public static CommandLine commandLine(
      Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    return new CommandLine(new PredictCommand(new Surroundings(terminal, relaunch, environment)));
  }

  @Override
  protected int compute() throws IOException {
    UserError.requireAtLeast(1, "--batch", batch);
    if (!(overlayScore >= 0 && overlayScore <= 1)) {
      throw new UserError("--overlay-score takes a number from 0 to 1, got " + overlayScore);
    }
    requireEmpty(out);
    TrainedModel trained = TrainedModel.of(model);
    Predictions.Factory kind =
        KINDS.stream()
            .filter(known -> known.task().equals(trained.task()))
            .findFirst()
            .orElseThrow(
                () ->
                    new UserError(
                        "%s was trained for %s, of which this version cannot write predictions"
                            .formatted(model, trained.task())));
    ImageFolder folder = ImageFolder.scan(images);
    boolean isMade = !Files.exists(out);
    Files.createDirectories(out);
    Overlays pictures = new Overlays(out.resolve("overlays"), overlays, overlayScore);
    try (Predictions predictions = kind.of(trained, out, pictures)) {
      return predict(folder, trained, predictions);
    } catch (IOException e) {
      // Photos that cannot be read are left out: what remains is files that cannot be written.
      throw new UserError(
          "cannot write into %s: %s; make room there or choose another --out, and predict again"
              .formatted(out, Problems.explain(e)),
          e);
    } finally {
      if (isMade && isEmpty(out)) {
        Files.delete(out);
      }
    }
  }

  private int predict(ImageFolder folder, TrainedModel trained, Predictions predictions)
      throws IOException {
    List<String> names = names(folder);
    ImageDecoder decoder = new ImageDecoder(Integer.MAX_VALUE, trained.views().channels());
    int unreadable = 0;
    int seen = 0;
    List<Photo> waiting = new ArrayList<>();
    try (StopSignal stop = new StopSignal(terminal(), "these images")) {
      while (seen < folder.size() && !stop.requested()) {
        int end = Math.min(seen + batch, folder.size());
        for (; seen < end; seen++) {
          try {
            waiting.add(new Photo(names.get(seen), decoder.decode(folder.read(seen))));
          } catch (IOException e) {
            unreadable++;
            terminal()
                .warn(
                    "cannot read %s: %s; it is left out"
                        .formatted(folder.relativePath(seen), Problems.explain(e)));
          }
        }
        if (!waiting.isEmpty()) {
          predictions.add(waiting);
        }
        waiting.clear();
        progress("images", seen, folder.size());
      }
      if (unreadable == folder.size()) {
        throw new UserError(
            "none of the %d images in %s can be read".formatted(unreadable, images));
      }
      terminal().bottom("");
      predictions.finish().forEach(terminal()::plain);
      if (unreadable > 0) {
        terminal().plain("left out: %d images that cannot be read".formatted(unreadable));
      }
      if (seen == folder.size()) {
        return 0;
      }
      terminal()
          .plain(
              "stopped after %,d of %,d images: what is written is of these"
                  .formatted(seen, folder.size()));
      return stop.exitCode();
    }
  }

  private static void requireEmpty(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      if (!isEmpty(folder)) {
        throw new UserError(folder + " is not empty: empty it, or choose another --out");
      }
    } else if (Files.exists(folder)) {
      throw new UserError("--out takes a folder, but " + folder + " is a file");
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> content = Files.list(folder)) {
      return content.findAny().isEmpty();
    }
  }

  /** Without endings, unless two images differ in nothing else. */
  private static List<String> names(ImageFolder folder) {
    List<String> all = IntStream.range(0, folder.size()).mapToObj(folder::relativePath).toList();
    Map<String, Long> counts =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    FileNames::withoutEnding, HashMap::new, Collectors.counting()));
    return all.stream()
        .map(
            name ->
                counts.get(FileNames.withoutEnding(name)) == 1
                    ? FileNames.withoutEnding(name)
                    : name)
        .toList();
  }
}
