package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;

/** The configurations that are shipped with the program, to be named instead of a file. */
public final class Recipes {
  /** What runs when neither images nor a configuration are given. */
  public static final String PHOTOS = "photos";

  public static final List<String> NAMES =
      List.of(PHOTOS, "small-machine", "content", "vit-small-16-published");

  private Recipes() {}

  /** Reads a file, or the shipped recipe of pretraining of that name, over a configuration. */
  public static Config read(String fileOrName, Config base) {
    return read(fileOrName, NAMES, base);
  }

  /**
   * Reads a file, or a shipped recipe, over a configuration.
   *
   * @param names of the recipes that are meant for such configurations
   */
  public static Config read(String fileOrName, List<String> names, Config base) {
    // A folder of photos may well be called photos.
    if (names.contains(fileOrName) && !Files.isRegularFile(Path.of(fileOrName))) {
      return ConfigFile.parse(shipped(fileOrName), "recipe " + fileOrName, base);
    }
    if (!Files.exists(Path.of(fileOrName))) {
      throw new UserError(
          "--config takes a YAML file or one of the recipes %s, and there is no '%s'"
              .formatted(String.join(", ", names), fileOrName));
    }
    return ConfigFile.read(Path.of(fileOrName), base);
  }

  private static String shipped(String name) {
    try (InputStream in = Recipes.class.getResourceAsStream("/recipes/" + name + ".yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
