package org.flsl.layers.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch and NumPy wrote. */
class WeightsFileTest {

  @ParameterizedTest
  @ValueSource(strings = {"types.pth", "types_old.pth"})
  void everyTypeAndEveryStrideIsRead(String name) throws IOException {
    try (WeightsFile file = WeightsFile.open(Fixture.file(name))) {
      assertEquals(Set.of("model_state"), file.groups().keySet());
      Map<String, Tensor> tensors = file.groups().get("model_state");
      for (TensorType type :
          new TensorType[] {TensorType.F64, TensorType.F32, TensorType.F16, TensorType.BF16}) {
        Tensor quarters = tensors.get(type.name().toLowerCase());
        assertEquals(type, quarters.type());
        assertArrayEquals(
            new float[] {0, .25f, .5f, .75f, 1, 1.25f, 1.5f, 1.75f, 2, 2.25f, 2.5f, 2.75f},
            quarters.floats());
      }
      for (TensorType type :
          new TensorType[] {TensorType.I64, TensorType.I32, TensorType.I16, TensorType.I8}) {
        Tensor counted = tensors.get(type.name().toLowerCase());
        assertEquals(type, counted.type());
        assertArrayEquals(new float[] {-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6}, counted.floats());
      }
      assertEquals(211, tensors.get("u8").floats()[11]);
      assertArrayEquals(
          new float[] {1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0}, tensors.get("bool").floats());
      assertArrayEquals(new long[0], tensors.get("scalar").shape());
      assertArrayEquals(new float[] {2.5f}, tensors.get("scalar").floats());
      assertArrayEquals(new long[] {0, 3}, tensors.get("empty").shape());
      assertArrayEquals(new float[0], tensors.get("empty").floats());
      assertArrayEquals(new long[] {4, 3}, tensors.get("transposed").shape());
      assertArrayEquals(
          new float[] {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, tensors.get("transposed").floats());
      assertArrayEquals(new float[] {4, 5, 6, 7}, tensors.get("row").floats());
      assertArrayEquals(new float[] {2, 6, 10}, tensors.get("column").floats());
      assertArrayEquals(new float[] {5, 6, 9, 10}, tensors.get("block").floats());
      assertArrayEquals(new float[] {0, 1, 2, 3}, tensors.get("parameter").floats());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.pth", "types_old.pth"})
  void plainValuesBesideTheTensorsAreNotes(String name) throws IOException {
    try (WeightsFile file = WeightsFile.open(Fixture.file(name))) {
      assertEquals(
          Map.of(
              "epoch",
              "7",
              "name",
              "fixture",
              "share",
              "0.25",
              "flag",
              "true",
              "large",
              "1099511627776"),
          file.notes());
    }
  }

  @Test
  void theOldFormatIsReadWithStridesByColumn() throws IOException {
    try (WeightsFile file = WeightsFile.open(Fixture.file("facenet_mtcnn_pnet.pt"))) {
      Tensor weights = file.groups().get("").get("conv1.weight");
      assertArrayEquals(new long[] {10, 3, 3, 3}, weights.shape());
      float[] values = weights.floats();
      assertArrayEquals(
          new float[] {-0.08164715766906738f, 0.8359154462814331f, 1.246496558189392f},
          new float[] {values[0], values[1], values[2]});
      assertEquals(0.5087199807167053f, values[269]);
    }
  }

  @Test
  void tensorsThatWereSavedOnGpusAreRead() throws IOException {
    try (WeightsFile file = WeightsFile.open(Fixture.file("lpips_v0.1_squeeze.pth"))) {
      Tensor weights = file.groups().get("").get("lin0.model.1.weight");
      assertArrayEquals(new long[] {1, 64, 1, 1}, weights.shape());
      assertEquals(0.20470906794071198f, weights.floats()[0]);
    }
  }

  @Test
  void archivesOfNumPyAreRead() throws IOException {
    try (WeightsFile file = WeightsFile.open(Fixture.file("tokens.npz"))) {
      Tensor images = file.groups().get("").get("images");
      assertArrayEquals(new long[] {2, 3, 12, 12}, images.shape());
      for (float value : images.floats()) {
        assertTrue(value >= 0 && value < 1);
      }
      assertEquals("NumPy .npz", file.format());
    }
  }
}
