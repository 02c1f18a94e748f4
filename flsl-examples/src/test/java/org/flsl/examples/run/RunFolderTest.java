package org.flsl.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Training;
import org.flsl.examples.pretrain.ForwardingTraining;
import org.flsl.examples.pretrain.PretrainConfig;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.ToyTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir private Path folder;

  private static String errorOf(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(UserError.class, action).getMessage();
  }

  @Test
  void theConfigurationComesBack() throws IOException {
    Path path = folder.resolve("a/b");
    try (RunFolder run = RunFolder.create(path)) {
      run.write(PretrainConfig.defaults().with(Settings.BATCH, 7));
    }
    assertEquals(7, RunFolder.config(path).get(Settings.BATCH));
  }

  @Test
  void oneProcessAtATime() throws IOException {
    try (RunFolder run = RunFolder.create(folder)) {
      run.write(PretrainConfig.defaults());
      assertEquals(
          "another process (%d) works on %s: wait until it ends, or stop it"
              .formatted(ProcessHandle.current().pid(), folder),
          errorOf(() -> RunFolder.open(folder)));
    }
    RunFolder.open(folder).close();
  }

  @Test
  void aRunIsNotOverwritten() throws IOException {
    try (RunFolder run = RunFolder.create(folder)) {
      run.write(PretrainConfig.defaults());
    }
    assertEquals(
        folder
            + " holds a run already: go on with --resume "
            + folder
            + ", or choose another --out",
        errorOf(() -> RunFolder.create(folder)));
  }

  @Test
  void othersFilesAreNotMixedWithARun() throws IOException {
    Files.writeString(folder.resolve("thesis.tex"), "");
    assertEquals(
        folder + " is not empty: choose another --out", errorOf(() -> RunFolder.create(folder)));
  }

  private static Training with(String fingerprint) {
    return new ForwardingTraining(ToyTraining.quick()) {
      @Override
      public String imagesFingerprint() {
        return fingerprint;
      }
    };
  }

  @Test
  void aRunKeepsItsImages() throws IOException {
    Path photos = folder.resolve("photos");
    Path others = folder.resolve("others");
    try (RunFolder run = RunFolder.create(folder.resolve("run"))) {
      run.requireSameImages(with("abc"), photos);
      run.write(PretrainConfig.defaults().with(Settings.IMAGES, photos));
      run.writeImages(with("abc"));
      run.requireSameImages(with("abc"), others);
      assertEquals(
          "the images in %s are not those that the run began with: found 130, the run has 130 images of %s; name that folder, or a copy, with --images"
              .formatted(others, photos),
          errorOf(() -> run.requireSameImages(with("abd"), others)));
      assertEquals(
          "the images in %s are no longer those that the run began with: found 130, the run has 130 images; bring those back, or name a copy of them with --images"
              .formatted(photos),
          errorOf(() -> run.requireSameImages(with("abd"), photos)));
      run.write(PretrainConfig.defaults());
      assertTrue(
          errorOf(() -> run.requireSameImages(with("abd"), others))
              .contains("130 images of the shipped photos"));
    }
  }

  @Test
  void aFolderThatNoRunCameOfIsTakenAway() throws IOException {
    Path path = folder.resolve("run");
    RunFolder.create(path).close();
    assertTrue(Files.notExists(path));
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertTrue(errorOf(() -> RunFolder.create(file)).startsWith("cannot make the run folder"));
    assertEquals(
        "--resume takes the folder of a run, and " + file + " is not a folder",
        errorOf(() -> RunFolder.config(file)));
    assertEquals(
        "--resume takes the folder of a run, and " + folder + " holds no config.yaml",
        errorOf(() -> RunFolder.config(folder)));
  }
}
