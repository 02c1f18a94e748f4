package org.flsl.examples.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.flsl.examples.settings.Setting;
import org.flsl.training.checkpoint.ModelZip;

/**
 * A training's whole state as a file that DL4J's ModelSerializer reads as a model with updater.
 *
 * <p>The configuration lies in the same file, so that a state and the run it belongs to cannot be
 * mixed up.
 */
public final class CheckpointFile {
  private static final String SETTINGS = "flsl.yaml";

  private CheckpointFile() {}

  public static void write(ComputationGraph graph, Config config, OutputStream out)
      throws IOException {
    ModelZip zip = new ModelZip(out);
    zip.text(SETTINGS, ConfigFile.write(config));
    zip.training(graph);
    zip.finish();
  }

  /**
   * Reads a state.
   *
   * @throws UserError where it was not trained with this configuration, or one that can be gone on
   *     with as this
   */
  public static ComputationGraph read(Path file, RunKind kind, Config config) throws IOException {
    requireSame(settings(file, kind), config, file);
    return ModelSerializer.restoreComputationGraph(file.toFile(), true);
  }

  /** The configuration that a state was trained with. */
  public static Config settings(Path file, RunKind kind) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(SETTINGS);
      if (entry == null) {
        throw new UserError(
            "%s is no checkpoint of a %s: bring back the run's own checkpoints"
                .formatted(file, kind.name()));
      }
      try (InputStream in = zip.getInputStream(entry)) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        return ConfigFile.parse(text, file + " " + SETTINGS, kind.settings().defaults());
      }
    }
  }

  private static void requireSame(Config found, Config wanted, Path file) {
    for (Setting<?> setting : wanted.schema().settings()) {
      if (RunSettings.isFixed(setting) && !found.text(setting).equals(wanted.text(setting))) {
        throw new UserError(
            "%s was trained with %s %s, and config.yaml says %s: bring back the run's own files"
                .formatted(file, setting, found.text(setting), wanted.text(setting)));
      }
    }
  }
}
