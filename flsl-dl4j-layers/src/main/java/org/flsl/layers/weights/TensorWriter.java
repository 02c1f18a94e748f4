package org.flsl.layers.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Writes tensors in single precision, one after the other. */
final class TensorWriter {
  private static final int ALIGNMENT = 8;
  private static final int NPY_ALIGNMENT = 64;

  private TensorWriter() {}

  /** Writes safetensors; the numbers begin at a multiple of 8 bytes. */
  static void safetensors(List<NamedValues> tensors, Map<String, String> metadata, OutputStream out)
      throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode header = json.createObjectNode();
    if (!metadata.isEmpty()) {
      header.set(SafetensorsReader.METADATA, json.valueToTree(metadata));
    }
    long position = 0;
    for (NamedValues tensor : tensors) {
      long end = position + Tensor.elements(tensor.shape()) * Float.BYTES;
      header
          .putObject(tensor.name())
          .put("dtype", TensorType.F32.name())
          .<ObjectNode>set("shape", json.valueToTree(tensor.shape()))
          .set("data_offsets", json.valueToTree(new long[] {position, end}));
      position = end;
    }
    byte[] text = padded(json.writeValueAsString(header), ALIGNMENT, 0);
    out.write(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length)
            .array());
    out.write(text);
    for (NamedValues tensor : tensors) {
      out.write(bytes(tensor.values().get()));
    }
  }

  /** Writes an archive as {@code numpy.savez} does, with the metadata as an array of one text. */
  static void npz(List<NamedValues> tensors, Map<String, String> metadata, OutputStream out)
      throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    String text = new ObjectMapper().writeValueAsString(metadata);
    byte[] characters = text.getBytes(NpzReader.TEXT);
    String type = "<U" + characters.length / Integer.BYTES;
    entry(zip, NpzReader.METADATA + NpzReader.ENDING, npyHeader(type), characters);
    for (NamedValues tensor : tensors) {
      byte[] header = npyHeader("<f4", tensor.shape());
      byte[] values = bytes(tensor.values().get());
      entry(zip, tensor.name() + NpzReader.ENDING, header, values);
    }
    zip.finish();
  }

  private static void entry(ZipOutputStream zip, String name, byte[] header, byte[] values)
      throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(header);
    checksum.update(values);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize((long) header.length + values.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(header);
    zip.write(values);
    zip.closeEntry();
  }

  private static byte[] npyHeader(String type, long... shape) {
    String sizes =
        Arrays.stream(shape).mapToObj(size -> size + ", ").collect(Collectors.joining()).trim();
    String text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, sizes);
    final int start = NpzReader.MAGIC.length + 2 + Short.BYTES;
    byte[] padded = padded(text + "\n", NPY_ALIGNMENT, start);
    return ByteBuffer.allocate(start + padded.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(NpzReader.MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) padded.length)
        .put(padded)
        .array();
  }

  /** Fills a header with spaces, before its line feed where it ends in one. */
  private static byte[] padded(String text, int alignment, int before) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int missing = Math.floorMod(-(before + bytes.length), alignment);
    byte[] padded = Arrays.copyOf(bytes, bytes.length + missing);
    Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
    if (text.endsWith("\n")) {
      padded[bytes.length - 1] = ' ';
      padded[padded.length - 1] = '\n';
    }
    return padded;
  }

  static byte[] bytes(float[] values) {
    byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return bytes;
  }
}
