package org.flsl.examples.shard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flsl.examples.command.CommonOptions;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.views.ImageFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flsl shard}. */
@Command(
    name = "shard",
    sortOptions = false,
    description = {
      "Packs the images of a folder and its subfolders into tar files (WebDataset's convention).",
      "--images takes the folder of shards, or one of them, as it takes a folder of images: the same"
          + " photos give the same training. A cluster reads few large files faster than many small"
          + " ones."
    })
public final class ShardCommand implements Callable<Integer> {
  private static final long MEGABYTE = 1_000_000;

  private final Terminal terminal;

  @Parameters(paramLabel = "FOLDER", description = "The images, in a folder or in other shards.")
  private Path source;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where to write: an empty folder, or a new one.")
  private Path out;

  @Option(
      names = "--megabytes",
      paramLabel = "N",
      description = "About how large a shard is. Default: ${DEFAULT-VALUE}")
  private long megabytes = 256;

  @Mixin private CommonOptions common;

  /** The command, speaking to its user. */
  public ShardCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    common.startLogs(terminal);
    UserError.requireAtLeast(1, "--megabytes", megabytes);
    ImageFolder images = scanned();
    try {
      prepare();
      ShardWriter writer =
          new ShardWriter(
              images,
              out,
              megabytes * MEGABYTE,
              done -> terminal.bottom("packing %d/%d".formatted(done, images.size())));
      int shards = writer.write();
      terminal.bottom("");
      terminal.plain(
          "images in %s: %,d, shards: %,d; train on them with --images %s"
              .formatted(out, writer.written(), shards, out));
      warn(images, writer.written());
      return 0;
    } catch (IOException e) {
      throw new UserError(
          "cannot write into %s: %s; what is there is no whole set of shards"
              .formatted(out, Problems.explain(e)),
          e);
    } finally {
      terminal.bottom("");
    }
  }

  private ImageFolder scanned() {
    try {
      return ImageFolder.scan(source);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private void prepare() throws IOException {
    Files.createDirectories(out);
    try (Stream<Path> content = Files.list(out)) {
      if (content.findAny().isPresent()) {
        throw new UserError(out + " is not empty: choose another --out, or empty it");
      }
    }
  }

  private void warn(ImageFolder images, int written) {
    if (written < images.size()) {
      terminal.warn(
          "images that could not be read, left out: %,d".formatted(images.size() - written));
    }
    if (!images.leftOut().isNothing()) {
      terminal.plain("left out: " + images.leftOut());
    }
    long dotted =
        IntStream.range(0, images.size())
            .mapToObj(images::relativePath)
            .filter(name -> name.matches("(.*/)?[^/]*\\.[^/]*\\.[^/]*"))
            .count();
    if (dotted > 0) {
      terminal.warn(
          "names with more than one dot: %,d; other readers of WebDataset take all behind the first"
                  .formatted(dotted)
              + " for the ending");
    }
  }
}
