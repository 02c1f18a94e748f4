package org.flsl.examples.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.UserError;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * A network that DL4J or Keras saved; of any other file it tells what that is, and what to do about
 * it.
 *
 * <p>What a file is, its content says, not its name.
 */
public final class NetworkFile {
  private static final String CONFIGURATION = ModelSerializer.CONFIGURATION_JSON;
  private static final String HDF5 = "\u0089HDF";
  private static final String NEW_KERAS =
      "a Keras model of the newer kind, which DL4J cannot read: save it as HDF5 with"
          + " model.save(\"model.h5\")";
  private static final int HEAD = 64;
  private static final int SAFETENSORS_JSON = 8;

  private final Path file;

  private NetworkFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a network.
   *
   * @throws UserError if the file holds none
   */
  public static ComputationGraph read(Path file) {
    return graph(model(file));
  }

  /** A network as a graph: a MultiLayerNetwork becomes one, its layers called by their numbers. */
  public static ComputationGraph graph(Model model) {
    return model instanceof MultiLayerNetwork layers
        ? layers.toComputationGraph()
        : (ComputationGraph) model;
  }

  /**
   * Reads a network as it was saved, a ComputationGraph or a MultiLayerNetwork.
   *
   * @throws UserError if the file holds none
   */
  public static Model model(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UserError(
          Files.isDirectory(file)
              ? file + " is a folder, and a file with a network is expected: --run takes folders"
              : file
                  + " does not exist: name the backbone.zip of a finished run, or another network");
    }
    try {
      return new NetworkFile(file).network();
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, Problems.explain(e)), e);
    }
  }

  private Model network() throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD);
    }
    if (begins(head, HDF5)) {
      return keras();
    }
    if (!begins(head, "PK")) {
      throw is(kind(head));
    }
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry configuration = zip.getEntry(CONFIGURATION);
      if (configuration == null) {
        throw is(kindOfZip(zip.stream().map(ZipEntry::getName).toList()));
      }
      JsonNode json = new ObjectMapper().readTree(zip.getInputStream(configuration));
      // DL4J's list of layers; a graph has vertices.
      return json.has("confs")
          ? ModelSerializer.restoreMultiLayerNetwork(file.toFile(), false)
          : ModelSerializer.restoreComputationGraph(file.toFile(), false);
    } catch (UserError e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new UserError(
          ("DL4J cannot restore %s (%s): it is damaged, or has layers of classes that this program"
                  + " does not know; save it again, or take another")
              .formatted(file, Problems.explain(e)),
          e);
    }
  }

  private Model keras() {
    try {
      return KerasFile.read(file);
    } catch (IOException e) {
      throw new UserError(
          "DL4J cannot import %s, an HDF5 file as Keras writes them: %s"
              .formatted(file, Problems.explain(e)),
          e);
    }
  }

  private UserError is(String kind) {
    return new UserError(file + " is " + kind);
  }

  private String kind(byte[] head) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (head.length == 0) {
      return "empty: fetch or save it again";
    }
    if (begins(head, "version https://git-lfs")) {
      return "a pointer of git LFS and not the file itself: fetch it with git lfs pull";
    }
    if (begins(head, "\u0080")) {
      return "a Python pickle, as older PyTorch writes" + importIt();
    }
    if (begins(head, "\u0093NUMPY")) {
      return "a single array of NumPy, and a network that DL4J saved is expected";
    }
    if (head.length > SAFETENSORS_JSON && head[SAFETENSORS_JSON] == '{') {
      return "a safetensors file" + importIt();
    }
    if (name.endsWith(".onnx")) {
      return "an ONNX model, and a network that DL4J saved is expected: save its weights as"
          + " safetensors or a PyTorch state dict, which ./flsl import takes";
    }
    return "no zip, and so no network that DL4J saved: name the backbone.zip of a finished run, or"
        + " what ModelSerializer wrote";
  }

  private String kindOfZip(List<String> entries) {
    if (entries.stream().anyMatch(entry -> entry.endsWith("data.pkl"))) {
      return "a PyTorch file" + importIt();
    }
    if (entries.contains("model.weights.h5")) {
      return NEW_KERAS;
    }
    if (!entries.isEmpty() && entries.stream().allMatch(entry -> entry.endsWith(".npy"))) {
      return "a file of NumPy arrays" + importIt();
    }
    return "a zip without %s (it holds %s), and so no network that DL4J saved: name the backbone.zip of a finished run, or what ModelSerializer wrote"
        .formatted(CONFIGURATION, entries.isEmpty() ? "nothing" : entries.get(0));
  }

  private String importIt() {
    return "; a network that DL4J saved is expected, and that of a Vision Transformer is made by: "
        + ShellCommand.of("import", file)
        + " --out backbone.zip";
  }

  private static boolean begins(byte[] head, String magic) {
    byte[] bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
    return head.length >= bytes.length
        && Arrays.equals(head, 0, bytes.length, bytes, 0, bytes.length);
  }
}
