package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Configurations that begin with others, and those that are shipped. */
class RecipesTest {
  @TempDir private Path folder;
  private Path mine;

  @BeforeEach
  void name() {
    mine = folder.resolve("mine.yaml");
  }

  private Config read(String text) throws IOException {
    Files.writeString(mine, text);
    return named(mine.toString());
  }

  private static Config named(String fileOrName) {
    return Recipes.read(fileOrName, Settings.SCHEMA.defaults());
  }

  private String errorOf(String text) {
    return assertThrows(UserError.class, () -> read(text)).getMessage();
  }

  static List<String> shipped() {
    return Recipes.NAMES;
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void shippedRecipesAreWhole(String name) {
    Setup.of(named(name));
  }

  @Test
  void aFileWinsOverWhatItBeginsWithWhereverThatStands() throws IOException {
    Config content = named("content");
    Config config = read("batch: 3\nconfig: content\n");
    assertEquals(3, config.get(RunSettings.BATCH));
    assertEquals(ConfigFile.write(content.with(RunSettings.BATCH, 3)), ConfigFile.write(config));
  }

  @Test
  void filesBeginWithFiles() throws IOException {
    Path first = folder.resolve("first.yaml");
    Files.writeString(first, "config: small-machine\nbatch: 3\ncentroids: 8\n");
    Config config = read("config: " + first + "\ncentroids: 9\n");
    assertEquals(3, config.get(RunSettings.BATCH));
    assertEquals(9, config.get(Settings.CENTROIDS));
    assertEquals(10, config.get(RunSettings.MINUTES));
  }

  @Test
  void epochsWinOverTheMinutesBeneath() throws IOException {
    Config config = read("config: content\nepochs: 7\n");
    assertNull(config.get(RunSettings.MINUTES));
    assertEquals(7, config.get(RunSettings.EPOCHS));
  }

  @Test
  void whatIsNotThereIsNamedWithItsLine() {
    assertEquals(
        mine
            + ", line 2: config takes a YAML file or one of the recipes photos, small-machine,"
            + " content, vit-small-16-published, and there is no 'contents'",
        errorOf("batch: 3\nconfig: contents\n"));
  }

  @Test
  void foldersAreNoConfigurations() {
    assertEquals(
        mine
            + ", line 1: config takes a YAML file or one of the recipes photos, small-machine,"
            + " content, vit-small-16-published, and not the folder '"
            + folder
            + "'",
        errorOf("config: " + folder + "\n"));
  }

  @Test
  void circlesAreRefused() throws IOException {
    Path other = folder.resolve("other.yaml");
    Files.writeString(other, "config: " + mine + "\n");
    assertEquals(
        other + ", line 1: config: " + mine + " begins with itself; take this line out",
        errorOf("config: " + other + "\n"));
  }
}
