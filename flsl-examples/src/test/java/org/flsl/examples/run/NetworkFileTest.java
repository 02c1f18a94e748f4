package org.flsl.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.command.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NetworkFileTest {
  @TempDir private Path folder;

  private String refused(Path file) {
    String message = assertThrows(UserError.class, () -> NetworkFile.read(file)).getMessage();
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.contains(file.toString()), message);
    return message;
  }

  private Path zip(String name, String... entries) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write("{}".getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return file;
  }

  private Path layers() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(
                    new ConvolutionLayer.Builder(3, 3)
                        .nOut(4)
                        .convolutionMode(ConvolutionMode.Same)
                        .build())
                .layer(new OutputLayer.Builder().nOut(5).build())
                .setInputType(InputType.convolutional(8, 8, 3))
                .build());
    network.init();
    Path file = folder.resolve("layers.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    return file;
  }

  @Test
  void aMultiLayerNetworkBecomesTheSameGraph() throws IOException {
    Path file = layers();
    INDArray image = Nd4j.rand(DataType.FLOAT, 2, 3, 8, 8);
    ComputationGraph graph = NetworkFile.read(file);
    assertEquals(
        MultiLayerNetwork.load(file.toFile(), false).output(image), graph.outputSingle(image));
  }

  @Test
  void aDamagedNetworkIsOneLine() throws IOException {
    byte[] whole = Files.readAllBytes(layers());
    for (int length : new int[] {3, 100, whole.length / 2, whole.length - 10}) {
      Path cut = Files.write(folder.resolve("cut.zip"), Arrays.copyOf(whole, length));
      assertTrue(refused(cut).startsWith("DL4J cannot restore "), refused(cut));
    }
    assertTrue(refused(zip("empty.zip", "configuration.json")).contains("damaged"));
  }

  /** The first bytes of files that people have; escapes of Java. */
  @ParameterizedTest
  @CsvSource({
    "model.h5, '\u0089HDF\r\n\u001a\n', 'HDF5 file as Keras writes them: it is damaged'",
    "model.pth, '\u0080\u0002\u008a\nl\u00fc', 'Python pickle, as older PyTorch'",
    "model.safetensors, '\u0040\u0000\u0000\u0000\u0000\u0000\u0000\u0000{\"a\"', 'safetensors'",
    "x.npy, '\u0093NUMPY\u0001\u0000', 'a single array of NumPy'",
    "m.onnx, '\b\u0007\u0012\u0007pytorch', 'an ONNX model'",
    "b.zip, 'version https://git-lfs.github.com/spec/v1', 'git lfs pull'",
    "b.zip, '', 'is empty'",
    "b.zip, 'hello', 'no zip'"
  })
  void otherFilesAreCalledByTheirNames(String name, String start, String words) throws IOException {
    Path file = Files.write(folder.resolve(name), start.getBytes(StandardCharsets.ISO_8859_1));
    assertTrue(refused(file).contains(words), refused(file));
  }

  @Test
  void otherZipsAreCalledByTheirNames() throws IOException {
    assertTrue(
        refused(zip("dino.pth", "archive/data.pkl", "archive/data/0"))
            .contains("is a PyTorch file"));
    String keras = refused(zip("m.keras", "metadata.json", "config.json", "model.weights.h5"));
    assertTrue(keras.contains("a Keras model") && keras.contains("model.h5"), keras);
    assertTrue(refused(zip("x.npz", "a.npy", "b.npy")).contains("NumPy arrays"));
    assertTrue(refused(zip("photos.zip", "a.jpg")).contains("it holds a.jpg"));
    assertTrue(refused(zip("nothing.zip")).contains("is "));
  }

  @Test
  void aFolderAndNothingAreSaid() {
    assertTrue(refused(folder).contains("is a folder"));
    assertTrue(refused(folder.resolve("none.zip")).contains("does not exist"));
  }
}
