package org.flsl.layers.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A file of named tensors: safetensors, a PyTorch state dict in either format, or {@code .npz}.
 *
 * <p>Use it to look into a file; {@code VitImport} makes a network of one. Opening reads names and
 * shapes only, whatever the size of the file; numbers are read when a {@link Tensor} is asked for
 * them. Nothing that a pickle says is run.
 *
 * <p>A file may hold several groups of tensors, such as {@code teacher} and {@code student}: the
 * dicts of a checkpoint, each by its path. The only group of a file without such dicts has the
 * empty path.
 */
public final class WeightsFile implements AutoCloseable {
  private static final int START = 512;
  private static final int DEEPEST_GROUP = 4;
  private static final int LONGEST_NOTE = 200;
  private static final String LFS = "version https://git-lfs";

  private final Path path;
  private final FileChannel channel;
  private final String format;
  private final Map<String, Map<String, Tensor>> groups = new LinkedHashMap<>();
  private final Map<String, String> notes = new LinkedHashMap<>();

  /**
   * Opens a file.
   *
   * @throws WeightsException if it is none of the known formats, damaged, or pickles more than
   *     tensors
   */
  public static WeightsFile open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new WeightsException("it is a folder, and a file of weights is expected").in(path);
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new WeightsFile(path, channel);
    } catch (WeightsException e) {
      channel.close();
      throw e.in(path);
    } catch (RuntimeException e) {
      channel.close();
      throw new WeightsException(path + ": its contents contradict themselves: it is damaged", e);
    } catch (IOException | Error e) {
      channel.close();
      throw e;
    }
  }

  private WeightsFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    byte[] start = start(channel);
    if (start.length == 0) {
      throw new WeightsException("it is empty: fetch or write it again");
    }
    if (startsWith(start, 'P', 'K')) {
      format = readZip(new ZipEntries(path, channel));
    } else if (startsWith(start, 0x80) && start.length > 1 && start[1] <= 5) {
      format = "PyTorch state dict, older than 1.6";
      readPickled(TorchReader.readLegacy(channel));
    } else if (path.toString().endsWith(".safetensors") && !isLfsPointer(start)
        || start.length > SafetensorsReader.LENGTH_BYTES
            && start[SafetensorsReader.LENGTH_BYTES] == '{') {
      format = "safetensors";
      SafetensorsReader reader = new SafetensorsReader(channel);
      groups.put("", reader.tensors());
      notes.putAll(reader.metadata());
    } else {
      throw unknown(start);
    }
  }

  private static byte[] start(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(START);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) > 0) {
      // Until all bytes are there.
    }
    byte[] start = new byte[buffer.position()];
    buffer.flip().get(start);
    return start;
  }

  private static boolean startsWith(byte[] start, int... expected) {
    for (int i = 0; i < expected.length; i++) {
      if (i >= start.length || (start[i] & 0xff) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLfsPointer(byte[] start) {
    return new String(start, StandardCharsets.ISO_8859_1).startsWith(LFS);
  }

  private static WeightsException unknown(byte[] start) {
    if (isLfsPointer(start)) {
      return new WeightsException(
          "it is a pointer of Git LFS, and the weights are elsewhere: fetch them with git lfs pull");
    }
    if (startsWith(start, 0x89, 'H', 'D', 'F')) {
      return new WeightsException(
          "it is HDF5, as Keras writes it; PyTorch and safetensors are read here");
    }
    if (start.length > 261
        && new String(start, 257, 5, StandardCharsets.US_ASCII).equals("ustar")) {
      return new WeightsException(
          "it is a tar, as PyTorch wrote before 0.2 or as an archive: unpack it, or save it with a newer PyTorch");
    }
    boolean text = true;
    for (byte b : start) {
      text &= b >= ' ' || b == '\n' || b == '\r' || b == '\t';
    }
    return new WeightsException(
        text
            ? "it is a text file, and weights are expected: safetensors, a PyTorch state dict or .npz"
            : "it begins like no file of weights (%s): safetensors, a PyTorch state dict or .npz is expected"
                .formatted(hex(start)));
  }

  private static String hex(byte[] start) {
    StringBuilder hex = new StringBuilder("bytes");
    for (int i = 0; i < Math.min(8, start.length); i++) {
      hex.append(" %02x".formatted(start[i]));
    }
    return hex.toString();
  }

  private String readZip(ZipEntries zip) throws IOException {
    if (TorchReader.pickleIn(zip) != null) {
      readPickled(TorchReader.readZip(channel, zip));
      return "PyTorch state dict";
    }
    if (NpzReader.isNpz(zip)) {
      NpzReader npz = new NpzReader(channel, zip);
      groups.put("", npz.tensors());
      notes.putAll(npz.metadata());
      return "NumPy .npz";
    }
    throw new WeightsException(
        zip.names().contains("configuration.json")
            ? "it is a model of DL4J already: load it with ModelSerializer"
            : "it is a zip, but neither of PyTorch nor of NumPy");
  }

  private void readPickled(Object saved) {
    if (!(saved instanceof Map<?, ?> dict)) {
      throw new WeightsException(
          "it holds %s instead of a dict of tensors: save model.state_dict()"
              .formatted(saved instanceof Tensor ? "a single tensor" : "another object"));
    }
    collect("", dict, 0, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private void collect(String path, Map<?, ?> dict, int depth, Set<Object> seen) {
    if (depth > DEEPEST_GROUP || !seen.add(dict)) {
      return;
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    dict.forEach(
        (key, value) -> {
          String name = String.valueOf(key instanceof Object[] ? "tuple" : key);
          String full = path.isEmpty() ? name : path + "." + name;
          if (value instanceof Tensor tensor) {
            tensors.put(name, tensor);
          } else if (value instanceof Map<?, ?> inner) {
            collect(full, inner, depth + 1, seen);
          } else if (value instanceof String
              || value instanceof Number
              || value instanceof Boolean) {
            String text = value.toString();
            notes.put(full, text.length() > LONGEST_NOTE ? text.substring(0, LONGEST_NOTE) : text);
          }
        });
    if (!tensors.isEmpty()) {
      groups.put(path, tensors);
    }
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** What kind of file it is, in words. */
  public String format() {
    return format;
  }

  /** The tensors by their names, group by group; see the class. */
  public Map<String, Map<String, Tensor>> groups() {
    return Collections.unmodifiableMap(groups);
  }

  /** Numbers and texts that stand beside the tensors, such as the epoch. */
  public Map<String, String> notes() {
    return Collections.unmodifiableMap(notes);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
