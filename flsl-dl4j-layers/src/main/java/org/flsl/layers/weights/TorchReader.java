package org.flsl.layers.weights;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what {@code torch.save} wrote.
 *
 * <p>Since PyTorch 1.6 that is a zip with a pickle and an entry for each storage; before, several
 * pickles in a row, and the storages behind them.
 */
final class TorchReader {
  /** The first pickle of the older format. */
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

  private static final long VERSION = 1001;
  private static final long LONGEST_PICKLES = 256L << 20;

  private TorchReader() {}

  /** The name of the zip's pickle; null if it has none. */
  static String pickleIn(ZipEntries zip) {
    return zip.names().stream()
        .filter(name -> name.equals("data.pkl") || name.endsWith("/data.pkl"))
        .findFirst()
        .orElse(null);
  }

  /** Reads a zip: what was saved, with tensors in it. */
  static Object readZip(FileChannel channel, ZipEntries zip) throws IOException {
    String pickle = pickleIn(zip);
    String folder = pickle.substring(0, pickle.length() - "data.pkl".length());
    ByteOrder order = order(zip, folder + "byteorder");
    Map<String, Storage> known = new HashMap<>();
    return new Unpickler(
            zip.map(pickle),
            saved -> {
              String entry = folder + "data/" + key(saved);
              ZipEntries.Place place = zip.place(entry);
              if (place == null) {
                throw new WeightsException(
                    "its pickle names the entry %s, which the zip lacks: the file is damaged"
                        .formatted(entry));
              }
              return known.computeIfAbsent(
                  entry, e -> storage(saved).locate(channel, place.start(), place.end(), order));
            })
        .read();
  }

  private static ByteOrder order(ZipEntries zip, String entry) throws IOException {
    if (zip.place(entry) == null) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    String text = StandardCharsets.US_ASCII.decode(zip.map(entry)).toString();
    return text.trim().equals("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  /** {@code ("storage", type, key, device, length, …)}. */
  private static Storage storage(Object[] saved) {
    return new Storage((TensorType) saved[1], (Long) saved[4]);
  }

  private static String key(Object[] saved) {
    if (!"storage".equals(saved[0])) {
      throw new WeightsException(
          "it pickles a %s, which is no tensor: save the state dict alone".formatted(saved[0]));
    }
    return (String) saved[2];
  }

  private static ByteBuffer pickles(FileChannel channel) throws IOException {
    return channel.map(MapMode.READ_ONLY, 0, Math.min(channel.size(), LONGEST_PICKLES));
  }

  /** Reads the older format: what was saved, with tensors in it. */
  static Object readLegacy(FileChannel channel) throws IOException {
    ByteBuffer in = pickles(channel);
    if (!MAGIC.equals(new Unpickler(in).read())) {
      throw new WeightsException(
          "it is a pickle of Python, but not one that torch.save wrote: save the state dict with torch.save");
    }
    Object version = new Unpickler(in).read();
    if (!version.equals(VERSION)) {
      throw new WeightsException(
          "its PyTorch format has the version %s, and only %d is known"
              .formatted(version, VERSION));
    }
    Map<?, ?> system = (Map<?, ?>) new Unpickler(in).read();
    ByteOrder order =
        Boolean.FALSE.equals(system.get("little_endian"))
            ? ByteOrder.BIG_ENDIAN
            : ByteOrder.LITTLE_ENDIAN;
    Map<String, Storage> storages = new HashMap<>();
    Object saved =
        new Unpickler(
                in,
                tuple -> {
                  if (tuple.length > 5 && tuple[5] != null) {
                    throw new WeightsException(
                        "its storages are views of each other, as before PyTorch 0.4: save it again with a newer one");
                  }
                  return storages.computeIfAbsent(key(tuple), k -> storage(tuple));
                })
            .read();
    List<?> keys = (List<?>) new Unpickler(in).read();
    long position = in.position();
    for (Object key : keys) {
      position = locate(channel, storages.get((String) key), position, order);
    }
    if (storages.values().stream().anyMatch(storage -> !storage.isLocated())) {
      throw new WeightsException("it lacks the numbers of some tensors: the file is damaged");
    }
    return saved;
  }

  /** A storage is its length, always in little endian, and its numbers; returns where they end. */
  private static long locate(FileChannel channel, Storage storage, long position, ByteOrder order)
      throws IOException {
    if (storage == null || channel.size() - position < Long.BYTES) {
      throw new WeightsException("it ends before its numbers do: the file is incomplete");
    }
    long length =
        channel
            .map(MapMode.READ_ONLY, position, Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong();
    long start = position + Long.BYTES;
    if (length != storage.length()) {
      throw new WeightsException(
          "it says that a tensor has %d numbers, and stores %d: the file is damaged"
              .formatted(storage.length(), length));
    }
    storage.locate(channel, start, channel.size(), order);
    return start + length * storage.type().bytes();
  }
}
