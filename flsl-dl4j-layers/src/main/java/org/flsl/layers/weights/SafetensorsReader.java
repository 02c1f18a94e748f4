package org.flsl.layers.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;

/**
 * Reads safetensors: the length of a header, the header in JSON, then the numbers.
 *
 * <p>As the format demands, the tensors must fill the part behind the header without gaps and
 * without sharing bytes.
 */
final class SafetensorsReader {
  static final String METADATA = "__metadata__";
  static final int LENGTH_BYTES = 8;
  private static final long LONGEST_HEADER = 100_000_000;

  private final FileChannel channel;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final long start;

  private record Entry(String name, TensorType type, long[] shape, long begin, long end) {}

  /** Reads the header. */
  SafetensorsReader(FileChannel channel) throws IOException {
    this.channel = channel;
    long size = channel.size();
    long header = headerLength(channel);
    if (header < 0 || header > Math.min(LONGEST_HEADER, size - LENGTH_BYTES)) {
      throw new WeightsException(
          "its safetensors header should take %s bytes, and the file has %d: it is damaged, incomplete, or no safetensors"
              .formatted(Long.toUnsignedString(header), size));
    }
    start = LENGTH_BYTES + header;
    byte[] json = new byte[(int) header];
    channel.map(MapMode.READ_ONLY, LENGTH_BYTES, header).get(json);
    try (JsonParser parser =
        new JsonFactory()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .createParser(json)) {
      parse(parser);
    } catch (JsonProcessingException e) {
      throw damaged("is no JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
    checkLayout(size - start);
  }

  /** What a file of safetensors begins with. */
  static long headerLength(FileChannel channel) throws IOException {
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (length.hasRemaining() && channel.read(length, length.position()) > 0) {
      // Until all bytes are there.
    }
    return length.hasRemaining() ? -1 : length.getLong(0);
  }

  Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry entry : entries.values()) {
      Storage storage = new Storage(entry.type(), Tensor.elements(entry.shape()));
      storage.locate(channel, start + entry.begin(), start + entry.end(), ByteOrder.LITTLE_ENDIAN);
      tensors.put(entry.name(), Tensor.whole(storage, entry.shape()));
    }
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private static WeightsException damaged(String what) {
    return new WeightsException(
        "its safetensors header " + what + "; the file is damaged, or was written wrongly");
  }

  private void parse(JsonParser parser) throws IOException {
    expect(parser.nextToken(), JsonToken.START_OBJECT, "the header");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.getCurrentName();
      expect(parser.nextToken(), JsonToken.START_OBJECT, name);
      if (name.equals(METADATA)) {
        parseMetadata(parser);
      } else {
        entries.put(name, parseEntry(name, parser));
      }
    }
    expect(parser.currentToken(), JsonToken.END_OBJECT, "the header");
  }

  private void parseMetadata(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.getCurrentName();
      expect(parser.nextToken(), JsonToken.VALUE_STRING, METADATA + " " + key);
      metadata.put(key, parser.getText());
    }
  }

  private static Entry parseEntry(String name, JsonParser parser) throws IOException {
    TensorType type = null;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.getCurrentName();
      switch (field) {
        case "dtype" -> type = type(name, parser.nextTextValue());
        case "shape" -> shape = numbers(name, parser);
        case "data_offsets" -> offsets = numbers(name, parser);
        default -> throw damaged("says \"%s\" of %s".formatted(field, name));
      }
    }
    if (type == null || shape == null || offsets == null || offsets.length != 2) {
      throw damaged("lacks the type, the shape or the two offsets of " + name);
    }
    return new Entry(name, type, shape, offsets[0], offsets[1]);
  }

  private static TensorType type(String name, String text) {
    for (TensorType type : TensorType.values()) {
      if (type.name().equals(text)) {
        return type;
      }
    }
    throw new WeightsException(
        "its tensor %s is of type %s; known are %s"
            .formatted(name, text, Arrays.toString(TensorType.values())));
  }

  private static long[] numbers(String name, JsonParser parser) throws IOException {
    List<Long> numbers = new ArrayList<>();
    expect(parser.nextToken(), JsonToken.START_ARRAY, name);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, name);
      numbers.add(parser.getLongValue());
    }
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private static void expect(JsonToken found, JsonToken expected, String where) {
    if (found != expected) {
      throw damaged("has %s where %s belongs, at %s".formatted(found, expected, where));
    }
  }

  private void checkLayout(long available) {
    List<Entry> inOrder =
        entries.values().stream()
            .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
            .toList();
    long position = 0;
    for (Entry entry : inOrder) {
      if (entry.begin() != position || entry.end() < entry.begin()) {
        throw damaged(
            "puts %s at bytes %d to %d where the next tensor begins at %d: tensors must neither overlap nor leave gaps"
                .formatted(entry.name(), entry.begin(), entry.end(), position));
      }
      if (bytes(entry) != entry.end() - entry.begin()) {
        throw damaged(
            "gives %s %d bytes, which is not what %s %s takes"
                .formatted(
                    entry.name(),
                    entry.end() - entry.begin(),
                    entry.type(),
                    Arrays.toString(entry.shape())));
      }
      position = entry.end();
    }
    if (position != available) {
      throw new WeightsException(
          "its tensors take %d bytes, and %d are there: the file is incomplete or damaged"
              .formatted(position, available));
    }
  }

  /** -1 for an impossible shape. */
  private static long bytes(Entry entry) {
    try {
      boolean negative = Arrays.stream(entry.shape()).anyMatch(size -> size < 0);
      return negative
          ? -1
          : Math.multiplyExact(Tensor.elements(entry.shape()), (long) entry.type().bytes());
    } catch (ArithmeticException overflow) {
      return -1;
    }
  }
}
