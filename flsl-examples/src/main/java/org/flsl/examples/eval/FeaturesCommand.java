package org.flsl.examples.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.ComputingCommand;
import org.flsl.examples.command.OutputFile;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.layers.TokenGrid;
import org.flsl.views.ImageFolder;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flsl features}: the features of a folder's images to a file, for other programs. */
@Command(
    name = "features",
    sortOptions = false,
    description = {
      "Writes the features of all images in a folder and its subfolders to a file.",
      "An image has one vector, the mean of its tokens, or with --tokens a grid of them.",
      "Images that cannot be read are left out and counted."
    })
public final class FeaturesCommand extends ComputingCommand {
  @Mixin private EvaluatedNetwork model;

  @Mixin private InputOptions input;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "FOLDER|FILE",
      description = "Any images, or one.")
  private Path images;

  @Option(
      names = {"--out", "--output"},
      required = true,
      paramLabel = "FILE",
      description = {
        "Where to write, by the ending of the name:",
        ".npz  NumPy's archive: features [images, width] and names [images];",
        ".npy  the features alone, names in FILE.names.txt beside it;",
        ".csv  a line for each image: name, then numbers."
      })
  private Path out;

  @Option(
      names = "--tokens",
      description =
          "All tokens, [images, rows, columns, width], instead of their mean; not as .csv.")
  private boolean tokens;

  @Option(names = "--half", description = "Numbers of 16 bits instead of 32; not as .csv.")
  private boolean half;

  private FeaturesCommand(Surroundings surroundings) {
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
    return new CommandLine(new FeaturesCommand(new Surroundings(terminal, relaunch, environment)))
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  protected int compute() {
    input.check();
    FeatureFormat format = format();
    OutputFile.prepare(out, "--out");
    write(format);
    return 0;
  }

  private FeatureFormat format() {
    FeatureFormat format =
        FeatureFormat.of(out)
            .orElseThrow(
                () ->
                    new UserError(
                        "--out takes a name that ends in .npz, .npy or .csv, got " + out));
    if (!format.takesArrays() && (tokens || half)) {
      throw new UserError(
          "a .csv file holds the mean token of each image as decimal numbers: leave out %s, or name a .npz or .npy file"
              .formatted(tokens ? "--tokens" : "--half"));
    }
    return format;
  }

  private void write(FeatureFormat format) {
    GraphFeatures features = model.features();
    ImageFolder folder = ImageFolder.scan(images);
    // That of the training by default: to compare the sizes of all images would be to read them.
    ImageSize size = input.trainingSize(features);
    terminal().plain("%s on %,d images of %s".formatted(model.file(), folder.size(), size));
    int batch = input.batch();
    try (FeatureSpool spool = new FeatureSpool(out, half ? DataType.FLOAT16 : DataType.FLOAT)) {
      collect(features, folder, size, batch, spool);
      if (spool.size() == 0) {
        throw new UserError(
            "none of the %,d images in %s can be read, so that there is nothing to write"
                .formatted(folder.size(), images));
      }
      progress("writing " + out, spool.size(), spool.size());
      format.write(out, spool);
      terminal()
          .plain(
              "%s holds the features of %,d images, %s each"
                  .formatted(out, spool.size(), spool.shapeOfEach()));
      int leftOut = folder.size() - spool.size();
      if (leftOut > 0) {
        terminal().warn("%,d images could not be read and are left out".formatted(leftOut));
      }
    } catch (IOException e) {
      throw new UserError("cannot write " + out + ": " + Problems.explain(e), e);
    }
  }

  private void collect(
      GraphFeatures features, ImageFolder folder, ImageSize size, int batch, FeatureSpool spool)
      throws IOException {
    ImagePreparation preparation = model.preparation(size);
    TokenGrid grid = features.grid(size);
    for (int start = 0; start < folder.size(); start += batch) {
      int end = Math.min(start + batch, folder.size());
      List<Named> read =
          IntStream.range(start, end)
              .parallel()
              .mapToObj(image -> read(folder, image, preparation.decoder()))
              .flatMap(Optional::stream)
              .toList();
      if (!read.isEmpty()) {
        try (INDArray pixels = preparation.batch(read.stream().map(Named::image).toList());
            INDArray found = features.tokens(pixels)) {
          spool.add(
              read.stream().map(Named::name).toList(),
              tokens ? inGrid(found, grid) : found.mean(1));
        }
      }
      progress("features", end, folder.size());
    }
  }

  private record Named(String name, Image image) {}

  private Optional<Named> read(ImageFolder folder, int image, ImageDecoder decoder) {
    try {
      return Optional.of(new Named(folder.relativePath(image), decoder.decode(folder.read(image))));
    } catch (IOException e) {
      terminal().warn("left out %s: %s".formatted(folder.path(image), Problems.explain(e)));
      return Optional.empty();
    }
  }

  private static INDArray inGrid(INDArray tokens, TokenGrid grid) {
    return tokens.reshape('c', tokens.size(0), grid.height(), grid.width(), tokens.size(2));
  }
}
