package org.flsl.layers.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** Where the entries of a zip lie in its file, so that they can be mapped into memory. */
final class ZipEntries {
  private static final long LONGEST_SMALL_ENTRY = 256L << 20;

  private final FileChannel channel;
  private final Map<String, ZipArchiveEntry> entries = new LinkedHashMap<>();

  /** A stretch of the file. */
  record Place(long start, long end) {}

  /**
   * Reads the directory of a zip.
   *
   * @param path the file behind the channel
   * @throws WeightsException if it is damaged, or names files outside of itself
   */
  ZipEntries(Path path, FileChannel channel) {
    this.channel = channel;
    try (ZipFile zip = new ZipFile(path.toFile())) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        entries.put(entry.getName(), entry);
      }
    } catch (IOException | RuntimeException e) {
      throw new WeightsException(
          "its zip directory cannot be read: the file is incomplete or damaged, fetch it again", e);
    }
    for (String name : entries.keySet()) {
      if (name.startsWith("/") || name.contains("\\") || name.matches("(.*/)?\\.\\.(/.*)?")) {
        throw new WeightsException(
            "its zip holds the path \"%s\", which leads outside of it: the file was tampered with"
                .formatted(name));
      }
    }
  }

  Set<String> names() {
    return entries.keySet();
  }

  /** Where an entry's bytes are; null if there is none of that name. */
  Place place(String name) {
    ZipArchiveEntry entry = entries.get(name);
    if (entry == null) {
      return null;
    }
    if (entry.getMethod() != ZipEntry.STORED) {
      throw new WeightsException(
          "its entry %s is compressed, and compressed numbers cannot be mapped: save it without compression"
              .formatted(name));
    }
    return new Place(entry.getDataOffset(), entry.getDataOffset() + entry.getSize());
  }

  /** An entry that is not large, such as a list of tensors. */
  ByteBuffer map(String name) throws IOException {
    Place place = place(name);
    long length = place.end() - place.start();
    if (place.start() < 0 || place.end() > channel.size() || length > LONGEST_SMALL_ENTRY) {
      throw new WeightsException(
          "its entry %s takes %d bytes, more than the file or than belongs there: the file is damaged"
              .formatted(name, length));
    }
    return channel.map(MapMode.READ_ONLY, place.start(), length);
  }
}
