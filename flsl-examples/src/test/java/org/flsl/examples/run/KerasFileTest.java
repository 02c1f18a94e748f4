package org.flsl.examples.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.command.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Networks as Keras saves them; {@code scripts/interoperability/keras_models.py} made them, and
 * computed with PyTorch what they say to two photos.
 */
class KerasFileTest {
  @TempDir private Path folder;

  private static Path file(String name) {
    return Path.of("src/test/resources/keras", name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequential", "functional"})
  void itComputesWhatKerasDoesFromImagesWithChannelsFirst(String name) throws Exception {
    Map<String, INDArray> arrays = Nd4j.createFromNpzFile(file(name + ".npz").toFile());
    Model model = NetworkFile.model(file(name + ".h5"));
    assertEquals(name.equals("sequential"), model instanceof MultiLayerNetwork);
    INDArray expected = arrays.get("result");
    INDArray found = NetworkFile.graph(model).outputSingle(arrays.get("photo"));
    assertArrayEquals(expected.toFloatMatrix()[0], found.toFloatMatrix()[0], 1e-5f);
    assertArrayEquals(expected.toFloatMatrix()[1], found.toFloatMatrix()[1], 1e-5f);
    assertFalse(Arrays.equals(expected.toFloatMatrix()[0], expected.toFloatMatrix()[1]));

    File saved = folder.resolve("saved.zip").toFile();
    ModelSerializer.writeModel(model, saved, false);
    ComputationGraph again = NetworkFile.read(saved.toPath());
    assertEquals(found, again.outputSingle(arrays.get("photo")));
  }

  private String refused(Path file) {
    String message = assertThrows(UserError.class, () -> NetworkFile.model(file)).getMessage();
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.contains(file.toString()), message);
    return message;
  }

  @Test
  void damagedFilesAreRefusedInOneLine() throws IOException {
    byte[] whole = Files.readAllBytes(file("functional.h5"));
    for (int length : new int[] {8, 100, 2000, whole.length / 2, whole.length - 100}) {
      Path cut = Files.write(folder.resolve(length + ".h5"), Arrays.copyOf(whole, length));
      String message = refused(cut);
      assertTrue(message.contains("an HDF5 file as Keras writes them"), message);
    }
  }

  @Test
  void weightsAloneAreNoNetwork() {
    String message = refused(file("weights.h5"));
    assertTrue(message.contains("weights alone") && message.contains("model.save"), message);
  }

  @Test
  void layersThatDl4jDoesNotKnowAreNamed() {
    String message = refused(file("unknown.h5"));
    assertTrue(message.contains("Mystery"), message);
  }
}
