package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.flsl.examples.settings.YamlEntry;

/** The configurations that are shipped with the program, to be named instead of a file. */
public final class Recipes {
  /** What runs when neither images nor a configuration are given. */
  public static final String PHOTOS = "photos";

  public static final List<String> NAMES =
      List.of(PHOTOS, "small-machine", "content", "vit-small-16-published");

  /** In a file: what it begins with. */
  private static final String BASE = "config";

  private Recipes() {}

  /** Reads a file, or the shipped recipe of pretraining of that name, over a configuration. */
  public static Config read(String fileOrName, Config base) {
    return read(fileOrName, NAMES, base);
  }

  /**
   * Reads a file, or a shipped recipe, over a configuration. Either may begin with another: its
   * {@code config} names a file or a recipe, and what it says itself wins.
   *
   * @param names of the recipes that are meant for such configurations
   */
  public static Config read(String fileOrName, List<String> names, Config base) {
    return read(fileOrName, "--config", names, List.of(), base);
  }

  private static Config read(
      String fileOrName, String asked, List<String> names, List<String> within, Config base) {
    if (within.contains(fileOrName)) {
      throw new UserError(
          "%s: %s begins with itself; take this line out".formatted(asked, fileOrName));
    }
    List<String> chain = Stream.concat(within.stream(), Stream.of(fileOrName)).toList();
    Config config = base;
    List<YamlEntry> own = new ArrayList<>();
    for (YamlEntry entry : entries(fileOrName, asked, names)) {
      if (entry.key().equals(BASE)) {
        config = read(entry.text(), entry.where() + BASE, names, chain, base);
      } else {
        own.add(entry);
      }
    }
    Set<String> said = own.stream().map(YamlEntry::key).collect(Collectors.toSet());
    return ConfigFile.over(own, RunSettings.under(said, config));
  }

  private static List<YamlEntry> entries(String fileOrName, String asked, List<String> names) {
    // A folder of photos may well be called photos.
    if (names.contains(fileOrName) && !Files.isRegularFile(Path.of(fileOrName))) {
      return YamlEntry.parse(shipped(fileOrName), "recipe " + fileOrName);
    }
    boolean folder = Files.isDirectory(Path.of(fileOrName));
    if (folder || !Files.exists(Path.of(fileOrName))) {
      throw new UserError(
          "%s takes a YAML file or one of the recipes %s, and %s '%s'"
              .formatted(
                  asked,
                  String.join(", ", names),
                  folder ? "not the folder" : "there is no",
                  fileOrName));
    }
    return ConfigFile.entries(Path.of(fileOrName));
  }

  private static String shipped(String name) {
    try (InputStream in = Recipes.class.getResourceAsStream("/recipes/" + name + ".yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
