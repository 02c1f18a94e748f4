package org.flsl.training.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.training.TinyFlsl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is written without a copy has the bytes that ND4J writes. */
class ModelZipTest {
  private static byte[] entry(byte[] zip, String name) throws IOException {
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      ZipEntry entry = in.getNextEntry();
      while (!entry.getName().equals(name)) {
        entry = in.getNextEntry();
      }
      return in.readAllBytes();
    }
  }

  private static byte[] asNd4jWrites(INDArray array) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Nd4j.write(array, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void parametersAndUpdaterAreWrittenAsNd4jWritesThem(DataType type) throws IOException {
    ComputationGraph graph = TinyFlsl.flsl(TinyFlsl.config(type).build()).build().init();
    graph.fit(TinyFlsl.batch(type, 1, 2, false));
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    ModelZip zip = new ModelZip(written);
    zip.training(graph);
    zip.finish();
    assertArrayEquals(
        asNd4jWrites(graph.params()), entry(written.toByteArray(), "coefficients.bin"));
    assertArrayEquals(
        asNd4jWrites(graph.getUpdater(true).getUpdaterStateViewArray()),
        entry(written.toByteArray(), "updaterState.bin"));
  }
}
