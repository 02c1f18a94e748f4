package org.flsl.examples.pretrain;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.UserError;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A training's whole state as a file that DL4J's ModelSerializer reads as a model with updater.
 *
 * <p>It is not written by ModelSerializer, which compresses: weights hardly shrink, and a ViT-S
 * takes 10 s instead of 3 s. The configuration lies in the same file, so that a state and the run
 * it belongs to cannot be mixed up.
 */
final class CheckpointFile {
  private static final String SETTINGS = "flsl.yaml";
  private static final int BUFFER = 1 << 16;

  private CheckpointFile() {}

  static void write(ComputationGraph graph, PretrainConfig config, OutputStream out)
      throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    zip.setLevel(Deflater.NO_COMPRESSION);
    text(zip, SETTINGS, ConfigFile.write(config));
    text(zip, "configuration.json", graph.getConfiguration().toJson());
    array(zip, "coefficients.bin", graph.params());
    array(zip, "updaterState.bin", graph.getUpdater(true).getUpdaterStateViewArray());
    zip.finish();
  }

  private static void text(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  private static void array(ZipOutputStream zip, String name, INDArray array) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    DataOutputStream data = new DataOutputStream(new BufferedOutputStream(zip, BUFFER));
    Nd4j.write(array, data);
    data.flush();
    zip.closeEntry();
  }

  /**
   * Reads a state.
   *
   * @throws UserError where it was not trained with this configuration, or one that can be gone on
   *     with as this
   */
  static ComputationGraph read(Path file, PretrainConfig config) throws IOException {
    requireSame(settings(file), config, file);
    return ModelSerializer.restoreComputationGraph(file.toFile(), true);
  }

  /** The configuration that a state was trained with. */
  static PretrainConfig settings(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(SETTINGS);
      if (entry == null) {
        throw new UserError(
            file + " is no checkpoint of a pretraining: bring back the run's own checkpoints");
      }
      try (InputStream in = zip.getInputStream(entry)) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        return ConfigFile.parse(text, file + " " + SETTINGS, PretrainConfig.defaults());
      }
    }
  }

  private static void requireSame(PretrainConfig found, PretrainConfig wanted, Path file) {
    for (Setting<?> setting : Settings.ALL) {
      if (setting.changesResult()
          && !Settings.CONTINUED.contains(setting)
          && !found.text(setting).equals(wanted.text(setting))) {
        throw new UserError(
            "%s was trained with %s %s, and config.yaml says %s: bring back the run's own files"
                .formatted(file, setting, found.text(setting), wanted.text(setting)));
      }
    }
  }
}
