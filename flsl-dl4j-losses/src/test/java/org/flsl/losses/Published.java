package org.flsl.losses;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Values that the paper's code computed, piece by piece, with their arguments. */
public final class Published {
  private static final Map<String, INDArray> ARRAYS = arrays();
  private static final JsonNode CASES = cases();

  private Published() {}

  /** ND4J's own reader of such files fails on scalars. */
  private static Map<String, INDArray> arrays() {
    Map<String, INDArray> arrays = new HashMap<>();
    try (ZipInputStream npz =
        new ZipInputStream(Published.class.getResourceAsStream("/golden/pieces.npz"))) {
      for (ZipEntry entry; (entry = npz.getNextEntry()) != null; ) {
        arrays.put(entry.getName().replace(".npy", ""), read(npz.readAllBytes()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return arrays;
  }

  private static INDArray read(byte[] npy) {
    ByteBuffer buffer = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = buffer.getShort(8);
    String header = new String(npy, 10, headerLength, StandardCharsets.US_ASCII);
    Matcher matcher =
        Pattern.compile("'descr': '[<|](\\w+)', 'fortran_order': (\\w+), 'shape': \\(([^)]*)\\)")
            .matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException("Unknown array header " + header);
    }
    long[] shape =
        Pattern.compile("\\d+")
            .matcher(matcher.group(3))
            .results()
            .mapToLong(m -> Long.parseLong(m.group()))
            .toArray();
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    buffer.position(10 + headerLength);
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (matcher.group(1)) {
            case "f4" -> buffer.getFloat();
            case "f8" -> buffer.getDouble();
            case "u1" -> buffer.get() & 0xff;
            default -> throw new IllegalArgumentException("Unknown type " + matcher.group(1));
          };
    }
    char order = matcher.group(2).equals("True") ? 'f' : 'c';
    return Nd4j.createFromArray(values).reshape(order, shape).dup('c');
  }

  private static JsonNode cases() {
    try (InputStream json = Published.class.getResourceAsStream("/golden/pieces.json")) {
      return new ObjectMapper().readTree(json).get("cases");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A value, in double precision. */
  public static INDArray array(String name) {
    INDArray array = ARRAYS.get(name);
    if (array == null) {
      throw new IllegalArgumentException("No published value " + name);
    }
    return array.dup();
  }

  /** An argument that a value was computed with. */
  public static double argument(String name, String argument) {
    return CASES.get(name).get(argument).asDouble();
  }
}
