package org.flsl.examples.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flsl.examples.pytorch.TensorFile.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {
  @Test
  void givesBackWhatWasWritten(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("tensors");
    Tensor matrix = new Tensor("a/b", new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6.5f});
    Tensor scalar = new Tensor("c", new long[0], new float[] {-7});
    try (TensorFile.Writer out = new TensorFile.Writer(file)) {
      out.write(matrix);
      out.write(scalar);
    }
    List<Tensor> read = new ArrayList<>();
    TensorFile.read(file, read::add);
    assertEquals(2, read.size());
    same(matrix, read.get(0));
    same(scalar, read.get(1));
  }

  private static void same(Tensor expected, Tensor actual) {
    assertEquals(expected.name(), actual.name());
    assertArrayEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.values(), actual.values());
  }
}
