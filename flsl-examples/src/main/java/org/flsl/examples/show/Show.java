package org.flsl.examples.show;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.ComputingCommand;
import org.flsl.examples.command.OutputFile;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pictures.Painter;
import org.flsl.examples.pictures.PhotoTokens;
import org.flsl.examples.pictures.PictureFile;
import org.flsl.examples.pictures.Sheet;
import org.flsl.examples.pictures.TokenReader;
import org.flsl.examples.pictures.Upsampling;
import org.flsl.examples.pretrain.SamplePhotos;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.run.RunSettings;
import org.flsl.views.EvenPicks;
import org.flsl.views.ImageFolder;
import org.flsl.views.PhotoReader;
import org.flsl.views.PhotoReader.Photo;
import org.flsl.views.Shard;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import picocli.CommandLine.Option;

/** What all kinds of pictures have in common: the run, the photos, and the file to write. */
abstract class Show extends ComputingCommand {
  @Option(
      names = "--run",
      paramLabel = "FOLDER|FILE",
      required = true,
      description =
          "The run whose network looks at the photos, or a file with a network: a backbone.zip, or"
              + " weights that flsl import reads.")
  private Path place;

  @Option(
      names = "--untrained",
      description = "Let a random network of the same shape look instead, for comparison.")
  private boolean untrained;

  @Option(
      names = "--images",
      paramLabel = "PHOTO|FOLDER",
      arity = "1..*",
      description = "Photos, or folders of photos; by default those that the run was trained on.")
  private List<Path> images = List.of();

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Photos taken out of a folder, evenly spread. Default: ${DEFAULT-VALUE}")
  private int count = 6;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      required = true,
      description = "The picture to write, PNG or JPEG.")
  private Path output;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description =
          "Longer side of the photos as the network sees them: the larger, the more tokens."
              + " Default: twice that of the training")
  private Integer size;

  @Option(
      names = "--tile",
      paramLabel = "PIXELS",
      description = "Longer side of each picture on the sheet. Default: ${DEFAULT-VALUE}")
  private int tile = 320;

  @Option(
      names = "--columns",
      paramLabel = "N",
      description = "Photos in a row. Default: ${DEFAULT-VALUE}")
  private int columns = 2;

  @Option(
      names = "--style",
      description = "Draw tokens as ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Upsampling style = Upsampling.SMOOTH;

  private Subject subject;
  private ComputationGraph network;
  private ImageDecoder decoder;
  private TokenReader reader;

  Show(Surroundings surroundings) {
    super(surroundings);
  }

  /** Draws. */
  abstract Sheet sheet(List<NamedPhoto> photos) throws IOException;

  /** A photo and what its file is called. */
  record NamedPhoto(String name, PhotoTokens tokens) {}

  @Override
  protected final int compute() throws IOException {
    String format = format();
    UserError.requireAtLeast(1, "--count", count);
    UserError.requireAtLeast(1, "--columns", columns);
    UserError.requireAtLeast(16, "--tile", tile);
    subject = Subject.at(place);
    OutputFile.prepare(output);
    network = untrained ? subject.untrained() : subject.network();
    ViewConfig views = subject.views();
    decoder = new ImageDecoder(Integer.MAX_VALUE, views.channels());
    reader = new TokenReader(network, views, size == null ? TokenReader.usualSide(views) : size);
    write(sheet(photos()).draw(), format);
    terminal().plain(output.toString());
    return 0;
  }

  private String format() {
    String name = output.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".png")) {
      return "png";
    }
    if (name.endsWith(".jpg") || name.endsWith(".jpeg")) {
      return "jpg";
    }
    throw new UserError("--output takes a name that ends in .png or .jpg, got " + output);
  }

  private List<NamedPhoto> photos() throws IOException {
    try (SamplePhotos shipped = new SamplePhotos()) {
      if (images.isEmpty()) {
        subject
            .images()
            .ifPresent(photos -> RunSettings.requireThere(Settings.IMAGES, photos, place));
      }
      List<Path> sources =
          images.isEmpty() ? List.of(subject.images().orElse(shipped.folder())) : images;
      // Each file once, the given ones in their order.
      Map<Path, NamedPhoto> photos = new LinkedHashMap<>();
      for (Path source : sources) {
        List<Photo> found =
            Files.isRegularFile(source) && !Shard.isShard(source)
                ? List.of(asked(source))
                : some(source);
        for (Photo photo : found) {
          photos.computeIfAbsent(
              photo.file().toAbsolutePath().normalize(),
              file -> new NamedPhoto(photo.name(), reader.read(photo.image())));
        }
      }
      return List.copyOf(photos.values());
    }
  }

  private Photo asked(Path file) {
    try {
      return new Photo(file, decoder.decode(file));
    } catch (IOException e) {
      throw new UserError("cannot read the photo " + file + ": " + Problems.explain(e), e);
    }
  }

  /** Photos spread over a folder; unreadable ones are stepped over, as in training. */
  private List<Photo> some(Path folder) {
    ImageFolder found = ImageFolder.scan(folder);
    PhotoReader photos = new PhotoReader(found, decoder);
    return IntStream.of(EvenPicks.middles(count, found.size())).mapToObj(photos::read).toList();
  }

  private void write(BufferedImage picture, String format) {
    try {
      PictureFile.write(picture, format, output);
    } catch (IOException e) {
      throw new UserError("cannot write " + output + ": " + Problems.explain(e), e);
    }
  }

  final Subject subject() {
    return subject;
  }

  final ComputationGraph network() {
    return network;
  }

  final boolean untrained() {
    return untrained;
  }

  final TokenReader reader() {
    return reader;
  }

  final Painter painter() {
    return new Painter(tile, style);
  }

  final int columns() {
    return columns;
  }
}
