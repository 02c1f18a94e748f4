package org.flsl.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** What independent implementations computed; see make_golden.py beside golden.json. */
final class Golden {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Golden() {}

  static JsonNode of(String name) {
    try (InputStream json = Golden.class.getResourceAsStream("/evaluation/golden.json")) {
      return MAPPER.readTree(json).get(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static double[][] matrix(JsonNode node) {
    return MAPPER.convertValue(node, double[][].class);
  }

  static INDArray array(JsonNode node) {
    return Nd4j.createFromArray(matrix(node)).castTo(DataType.FLOAT);
  }

  static int[] ints(JsonNode node) {
    return MAPPER.convertValue(node, int[].class);
  }

  static double[] doubles(JsonNode node) {
    return MAPPER.convertValue(node, double[].class);
  }
}
