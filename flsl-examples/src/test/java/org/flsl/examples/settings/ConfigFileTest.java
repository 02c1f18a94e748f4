package org.flsl.examples.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Settings;
import org.flsl.layers.vit.VitSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  private static Config parse(String text) {
    return ConfigFile.parse(text, "my.yaml", Settings.SCHEMA.defaults());
  }

  private static String errorOf(String text) {
    return assertThrows(UserError.class, () -> parse(text)).getMessage();
  }

  @Test
  void whatIsNotNamedKeepsItsValue() {
    Config config = parse("batch: 16\nlr: 1e-4 # lower\n");
    assertEquals(16, config.get(Settings.BATCH));
    assertEquals(1e-4, config.get(Settings.LEARNING_RATE));
    assertEquals(300, config.get(Settings.EPOCHS));
  }

  @Test
  void anEmptyFileChangesNothing() {
    assertEquals(
        ConfigFile.write(Settings.SCHEMA.defaults()), ConfigFile.write(parse("# nothing\n")));
  }

  @Test
  void aListIsASpan() {
    assertEquals(new Span(0.1, 0.3), parse("local-scale: [0.1, 0.3]").get(Settings.LOCAL_SCALE));
  }

  @Test
  void yesAndNoAreWhatYamlMakesThem() {
    assertEquals(true, parse("centring: true").get(Settings.CENTRING));
    assertEquals(false, parse("random-queries: no").get(Settings.RANDOM_QUERIES));
  }

  @Test
  void writtenAndReadAgainItIsTheSame() {
    Config config =
        Settings.SCHEMA
            .defaults()
            .with(Settings.IMAGES, Path.of("/photos of: me, it's #1"))
            .with(Settings.TAU_SA, new Span(0.1 / 3, 0.2 / 3))
            .with(Settings.ARCH, VitSize.TINY);
    String text = ConfigFile.write(config);
    Config again = parse(text);
    for (Setting<?> setting : Settings.SCHEMA.settings()) {
      assertEquals(config.get(setting), again.get(setting), setting.name());
    }
  }

  @Test
  void theRunFolderIsNotPartOfTheRecipe() {
    String text = ConfigFile.write(Settings.SCHEMA.defaults().with(Settings.OUT, Path.of("here")));
    assertTrue(text.lines().noneMatch(line -> line.startsWith("out:")), text);
  }

  @Test
  void anUnknownKeyIsNamedWithItsLineAndALikelyOne() {
    assertEquals(
        "my.yaml, line 2: there is no setting 'centriods'; did you mean 'centroids'?",
        errorOf("batch: 16\ncentriods: 512\n"));
  }

  @Test
  void anUnknownKeyLikeNoOtherGetsTheListOfAll() {
    assertEquals(
        "my.yaml, line 1: there is no setting 'xyzzy'; ./flsl pretrain --help lists the settings",
        errorOf("xyzzy: 1\n"));
  }

  @Test
  void aWrongValueIsNamedWithItsLine() {
    assertEquals(
        "my.yaml, line 2: batch is 'x', but has to be a whole number of at least 1",
        errorOf("arch: tiny\nbatch: x\n"));
  }

  @Test
  void aKeyStandsOnce() {
    assertEquals(
        "my.yaml, line 3: 'batch' stands here a second time; keep one of them",
        errorOf("batch: 1\narch: tiny\nbatch: 2\n"));
  }

  @Test
  void nestingIsRefused() {
    assertEquals(
        "my.yaml, line 1: batch: expected one value, found a nested list or section",
        errorOf("batch:\n  size: 3\n"));
    assertTrue(
        errorOf("lr: [1, 2]\n").startsWith("my.yaml, line 1: lr is '[1, 2]', but has to be "));
    assertTrue(
        errorOf("seed: 99999999999999999999\n")
            .endsWith(
                "has to be a whole number other than 0, from -9223372036854775808 to 9223372036854775807"));
  }

  @Test
  void whatIsNotYamlIsNamedWithItsLine() {
    assertTrue(errorOf("batch: 1\nlr: [1, 2\n").startsWith("my.yaml, line 3 is not YAML: "));
    assertEquals(
        "my.yaml holds no settings: expected lines of the form 'name: value', such as 'batch: 16'",
        errorOf("just words"));
  }

  @Test
  void aBinaryFileIsRefused(@TempDir Path folder) throws Exception {
    Path photo = folder.resolve("photo.jpg");
    Files.write(photo, "\u00ff\u00d8\u0000".getBytes(StandardCharsets.ISO_8859_1));
    UserError error =
        assertThrows(UserError.class, () -> ConfigFile.read(photo, Settings.SCHEMA.defaults()));
    assertTrue(error.getMessage().endsWith("is not a text file: --config takes a YAML file"));
  }
}
