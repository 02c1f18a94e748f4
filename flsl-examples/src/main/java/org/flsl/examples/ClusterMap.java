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

  private ClusterMap() {}

  public static void main(String[] arguments) {
    Terminal terminal = Terminal.system();
    Logs.to(terminal, false);
    System.exit(run(terminal, arguments));
  }

  /** Runs the program and returns its exit code: 0 done, 1 failed, 2 not understood. */
  static int run(Terminal terminal, String... arguments) {
    return new CommandLine(new ClusterMap())
        .setExecutionExceptionHandler(new ErrorLine(terminal))
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
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

  private ComputationGraph backbone() throws IOException {
    if (!Files.isRegularFile(model)) {
      throw new UserError(model + " does not exist: name the backbone.zip of a finished run");
    }
    return ModelSerializer.restoreComputationGraph(model.toFile(), false);
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
