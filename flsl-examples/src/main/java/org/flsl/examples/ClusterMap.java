package org.flsl.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.clusters.ClusterPicture;
import org.flsl.examples.clusters.DenseTokens;
import org.flsl.examples.clusters.KMeans;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.RgbImage;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Shows what a pretrained backbone sees: the tokens of some photos, clustered with k-means.
 *
 * <p>The tokens of all photos are clustered together, so that a colour means the same in each of
 * them. No label plays a part.
 */
@Command(
    name = "ClusterMap",
    sortOptions = false,
    description = "Draws photos beside the clusters of their tokens.")
public final class ClusterMap implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      index = "0",
      paramLabel = "BACKBONE.zip",
      description = "The exported backbone of a run.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "OUT.png",
      description = "The picture to write, PNG or JPEG.")
  private Path picture;

  @Parameters(index = "2..*", arity = "1..*", paramLabel = "PHOTO", description = "The photos.")
  private List<Path> photos;

  @Option(names = "--clusters", description = "From 2 to 8. Default: ${DEFAULT-VALUE}")
  private int clusters = 6;

  @Option(names = "--columns", description = "Photos in a row. Default: ${DEFAULT-VALUE}")
  private int columns = 3;

  @Option(names = "--seed", description = "Seed of the clustering. Default: ${DEFAULT-VALUE}")
  private long seed = 1;

  @Option(names = "--debug", description = "Show where an unexpected error came from.")
  private boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  private ClusterMap(Terminal terminal) {
    this.terminal = terminal;
  }

  public static void main(String[] arguments) {
    System.exit(run(Terminal.system(), arguments));
  }

  /** Runs the program and returns its exit code: 0 done, 1 failed, 2 not understood. */
  static int run(Terminal terminal, String... arguments) {
    return new CommandLine(new ClusterMap(terminal))
        .setExecutionExceptionHandler(new ErrorLine(terminal))
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    Logs.to(terminal, debug);
    if (clusters < 2 || clusters > ClusterPicture.colours() || columns < 1) {
      throw new UserError(
          "--clusters takes 2 to %d and --columns at least 1, got %d and %d"
              .formatted(ClusterPicture.colours(), clusters, columns));
    }
    DenseTokens tokens = new DenseTokens(backbone());
    List<RgbImage> images = new ArrayList<>();
    List<float[]> points = new ArrayList<>();
    for (Path photo : photos) {
      RgbImage image = decoded(photo);
      images.add(tokens.covered(image));
      points.addAll(Arrays.asList(tokens.of(image)));
    }
    int[] found = KMeans.cluster(points.toArray(float[][]::new), clusters, seed);

    ClusterPicture drawing = new ClusterPicture(columns);
    int each = tokens.side() * tokens.side();
    for (int i = 0; i < images.size(); i++) {
      int[] ofPhoto = Arrays.copyOfRange(found, i * each, (i + 1) * each);
      drawing.add(label(photos.get(i)), images.get(i), ofPhoto);
    }
    write(drawing);
    return 0;
  }

  private ComputationGraph backbone() {
    if (!Files.isRegularFile(model)) {
      throw new UserError(model + " does not exist: name the backbone.zip of a finished run");
    }
    try {
      return ModelSerializer.restoreComputationGraph(model.toFile(), false);
    } catch (IOException | RuntimeException e) {
      throw new UserError(model + " is no DL4J model: name the backbone.zip of a finished run", e);
    }
  }

  private static RgbImage decoded(Path photo) {
    try {
      return new ImageDecoder().decode(photo);
    } catch (IOException e) {
      throw new UserError("cannot read the photo " + photo + ": " + e.getMessage(), e);
    }
  }

  private static String label(Path photo) {
    return photo.getFileName().toString().replaceFirst("\\.[^.]*$", "");
  }

  private void write(ClusterPicture drawing) throws IOException {
    String name = picture.toString().toLowerCase(Locale.ROOT);
    String format = name.substring(name.lastIndexOf('.') + 1);
    if (!ImageIO.write(drawing.draw(clusters), format, picture.toFile())) {
      throw new UserError("the picture's name must end in .png or .jpg, got " + picture);
    }
  }
}
