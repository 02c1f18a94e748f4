package org.flsl.layers.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@code numpy.savez} wrote: a zip with an array in each entry. */
final class NpzReader {
  static final String ENDING = ".npy";
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "\\s*\\{\\s*'descr': '([<>|=])(\\w+)', 'fortran_order': (True|False), 'shape': \\(([\\d, ]*)\\),?\\s*}\\s*");

  private NpzReader() {}

  static boolean isNpz(ZipEntries zip) {
    return !zip.names().isEmpty() && zip.names().stream().allMatch(name -> name.endsWith(ENDING));
  }

  static Map<String, Tensor> read(FileChannel channel, ZipEntries zip) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : zip.names()) {
      Tensor tensor = tensor(channel, name, zip.place(name));
      tensors.put(name.substring(0, name.length() - ENDING.length()), tensor);
    }
    return tensors;
  }

  private static Tensor tensor(FileChannel channel, String name, ZipEntries.Place place)
      throws IOException {
    ByteBuffer start = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    start.limit((int) Math.max(0, Math.min(start.limit(), place.end() - place.start())));
    channel.read(start, place.start());
    start.flip();
    byte[] magic = new byte[MAGIC.length];
    if (start.remaining() < 12) {
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
    Storage storage = new Storage(type(name, matcher.group(2)), Tensor.elements(shape));
    ByteOrder order =
        matcher.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    storage.locate(channel, place.start() + start.position(), place.end(), order);
    long[] strides =
        matcher.group(3).equals("True") ? columnStrides(shape) : Tensor.rowStrides(shape);
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
