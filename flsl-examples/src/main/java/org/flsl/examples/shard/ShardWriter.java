package org.flsl.examples.shard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.flsl.training.checkpoint.AtomicFile;
import org.flsl.views.ImageFolder;
import org.flsl.views.Shard;
import org.flsl.views.decode.FileProblem;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs images into shards: their files as they are, under their names, in their order, and an
 * index of the shards at the end.
 *
 * <p>The same images make the same shards to the byte. A shard is there whole or not at all.
 */
final class ShardWriter {
  private static final Logger LOG = LoggerFactory.getLogger(ShardWriter.class);

  private final ImageFolder images;
  private final Path folder;
  private final long bytesPerShard;
  private final IntConsumer progress;
  private int next;
  private int written;

  /**
   * @param bytesPerShard a shard ends with the image that reaches it
   * @param progress told how many images were looked at
   */
  ShardWriter(ImageFolder images, Path folder, long bytesPerShard, IntConsumer progress) {
    this.images = images;
    this.folder = folder;
    this.bytesPerShard = bytesPerShard;
    this.progress = progress;
  }

  /** Images that were written. */
  int written() {
    return written;
  }

  /** Writes all of them and returns how many shards that made. */
  int write() throws IOException {
    List<Map<String, Object>> shards = new ArrayList<>();
    while (next < images.size()) {
      String name = "photos-%06d.tar".formatted(shards.size());
      int before = written;
      AtomicFile.write(folder.resolve(name), this::writeShard);
      Map<String, Object> shard = new LinkedHashMap<>();
      shard.put("url", name);
      shard.put("nsamples", written - before);
      shards.add(shard);
    }
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("__kind__", "wids-shard-index-v1");
    index.put("wids_version", 1);
    index.put("shardlist", shards);
    AtomicFile.write(
        folder.resolve(Shard.INDEX),
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(index));
    return shards.size();
  }

  private void writeShard(OutputStream out) throws IOException {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    for (long bytes = 0; bytes < bytesPerShard && next < images.size(); next++) {
      bytes += writeImage(tar, next);
      progress.accept(next + 1);
    }
    tar.finish();
  }

  /** Returns the bytes of the image; 0 where it cannot be read, which is warned about. */
  private long writeImage(TarArchiveOutputStream tar, int image) throws IOException {
    byte[] content;
    try {
      content = images.read(image);
    } catch (IOException e) {
      LOG.warn("Left out {}: {}", images.path(image), FileProblem.explain(e));
      return 0;
    }
    TarArchiveEntry entry = new TarArchiveEntry(images.relativePath(image));
    entry.setModTime(0);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
    written++;
    return content.length;
  }
}
