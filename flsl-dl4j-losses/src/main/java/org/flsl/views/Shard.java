package org.flsl.views;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tar file of photos, as large collections are kept (the WebDataset convention).
 *
 * <p>Images are found among its members as files in a folder, by their names; members of other
 * kinds, such as captions, are left out. Only headers are read, and where an image begins is
 * remembered, so that each can be read by itself, in any order. The tar must not be compressed.
 */
public final class Shard {

  /** The file beside shards that lists them, as WebDataset's {@code shardlist}. */
  public static final String INDEX = "index.json";

  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

  /** What everything in a tar is a multiple of. */
  private static final int BLOCK = 512;

  private final Path file;

  Shard(Path file) {
    this.file = file;
  }

  /** Whether a file is a shard by its name. */
  public static boolean isShard(Path file) {
    Path name = file.getFileName();
    return name != null && name.toString().toLowerCase(Locale.ROOT).endsWith(".tar");
  }

  /**
   * An image in a shard.
   *
   * @param start where its bytes begin
   */
  record Member(String name, long start, long bytes) implements Serializable {

    byte[] read(Path shard) throws IOException {
      if (bytes > Integer.MAX_VALUE - 8) {
        throw new IOException("it has %,d bytes, more than an image".formatted(bytes));
      }
      ByteBuffer content = ByteBuffer.allocate((int) bytes);
      try (SeekableByteChannel channel = Files.newByteChannel(shard)) {
        channel.position(start);
        while (content.hasRemaining()) {
          if (channel.read(content) < 0) {
            throw new IOException("the shard ends before it does");
          }
        }
      }
      return content.array();
    }
  }

  /**
   * Finds its images. Damage ends the search, is warned about and counted; what was found before
   * stays.
   *
   * @param leftOut is told of everything else in it
   */
  List<Member> images(LeftOut leftOut) {
    List<Member> found = new ArrayList<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(Files.newInputStream(file), StandardCharsets.UTF_8.name())) {
      long size = Files.size(file);
      long end = 0;
      for (TarArchiveEntry entry = tar.getNextTarEntry();
          entry != null;
          entry = tar.getNextTarEntry()) {
        long start = tar.getBytesRead();
        end = start + entry.getSize();
        if (end > size) {
          throw new IOException(entry.getName() + " is cut off");
        }
        if (isImage(entry)) {
          found.add(new Member(entry.getName().replaceFirst("^\\./", ""), start, entry.getSize()));
        } else if (!entry.isDirectory()) {
          leftOut.addFile(FileNames.path(entry.getName()));
        }
      }
      if (size < (end + BLOCK - 1) / BLOCK * BLOCK + BLOCK) {
        throw new IOException("its end is missing");
      }
    } catch (IOException | RuntimeException e) {
      // The reader throws unchecked exceptions as well at what is no tar.
      LOG.warn(
          "The shard {} is damaged or incomplete ({}); the images in front of that are taken: {}",
          file,
          FileProblem.explain(e),
          found.size());
      leftOut.addDamagedShard();
    }
    return found;
  }

  private static boolean isImage(TarArchiveEntry entry) {
    return entry.isFile()
        && !entry.isSparse()
        && !entry.isLink()
        && !entry.isSymbolicLink()
        && ImageFormat.hasImageExtension(entry.getName())
        && StreamSupport.stream(FileNames.path(entry.getName()).spliterator(), false)
            .noneMatch(part -> !part.toString().equals(".") && LeftOut.isSystem(part));
  }
}
