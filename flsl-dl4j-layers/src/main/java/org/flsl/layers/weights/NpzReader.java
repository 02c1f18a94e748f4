package org.flsl.layers.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.type.TypeReference;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Reads what {@code numpy.savez} wrote: a zip with an array in each entry. */
final class NpzReader {
  static final String ENDING = ".npy";
  static final String METADATA = "__metadata__";
  static final Charset TEXT = Charset.forName("UTF-32LE");
  private static final int LONGEST_HEADER = 1 << 16;
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "\\s*\\{\\s*'descr': '([<>|=])(\\w+)', 'fortran_order': (True|False), 'shape': \\(([\\d, ]*)\\),?\\s*}\\s*");

  private final FileChannel channel;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** An array's header, and where its numbers begin. */
  private record Header(String order, String type, boolean byColumn, long[] shape, long start) {}

  NpzReader(FileChannel channel, ZipEntries zip) throws IOException {
    this.channel = channel;
    for (String entry : zip.names()) {
      String name = entry.substring(0, entry.length() - ENDING.length());
      ZipEntries.Place place = zip.place(entry);
      Header header = header(entry, place);
      if (name.equals(METADATA) && header.type().startsWith("U")) {
        readMetadata(zip.map(entry), (int) (header.start() - place.start()));
      } else {
        tensors.put(name, tensor(entry, header, place));
      }
    }
  }

  static boolean isNpz(ZipEntries zip) {
    return !zip.names().isEmpty() && zip.names().stream().allMatch(name -> name.endsWith(ENDING));
  }

  Map<String, Tensor> tensors() {
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void readMetadata(ByteBuffer entry, int start) {
    String json = TEXT.decode(entry.position(start)).toString();
    try {
      metadata.putAll(
          new ObjectMapper().readValue(json, new TypeReference<Map<String, String>>() {}));
    } catch (JsonProcessingException e) {
      throw damaged(METADATA, "is no text of the form {\"name\": \"text\"}");
    }
  }

  private Header header(String name, ZipEntries.Place place) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(LONGEST_HEADER).order(ByteOrder.LITTLE_ENDIAN);
    start.limit((int) Math.max(0, Math.min(start.limit(), place.end() - place.start())));
    channel.read(start, place.start());
    start.flip();
    byte[] magic = new byte[MAGIC.length];
    if (start.remaining() < MAGIC.length + 2 + Integer.BYTES) {
      throw damaged(name, "is too short");
    }
    start.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw damaged(name, "is no NumPy array");
    }
    int version = start.getShort() & 0xff;
    int length = version == 1 ? start.getShort() & 0xffff : start.getInt();
    if (length < 0 || length > start.remaining()) {
      throw damaged(name, "has a header of %d bytes".formatted(length));
    }
    byte[] header = new byte[length];
    start.get(header);
    Matcher matcher = HEADER.matcher(new String(header, StandardCharsets.ISO_8859_1));
    if (!matcher.matches()) {
      throw damaged(name, "is no array of plain numbers");
    }
    long[] shape =
        Pattern.compile("\\d+")
            .matcher(matcher.group(4))
            .results()
            .mapToLong(size -> Long.parseLong(size.group()))
            .toArray();
    return new Header(
        matcher.group(1),
        matcher.group(2),
        matcher.group(3).equals("True"),
        shape,
        place.start() + start.position());
  }

  private Tensor tensor(String name, Header header, ZipEntries.Place place) {
    long[] shape = header.shape();
    Storage storage = new Storage(type(name, header.type()), Tensor.elements(shape));
    ByteOrder order = header.order().equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    storage.locate(channel, header.start(), place.end(), order);
    long[] strides = header.byColumn() ? columnStrides(shape) : Tensor.rowStrides(shape);
    return new Tensor(storage, 0, shape, strides);
  }

  private static TensorType type(String name, String text) {
    for (TensorType type : TensorType.values()) {
      if (type.numpy().equals(text)) {
        return type;
      }
    }
    throw damaged(name, "holds values of the type " + text);
  }

  private static long[] columnStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return strides;
  }

  private static WeightsException damaged(String name, String what) {
    return new WeightsException(
        "its entry %s %s: only arrays of numbers can be read".formatted(name, what));
  }
}
