package org.flsl.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.Settings;
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
    try (RunFolder run = RunFolder.create(Pretraining.KIND, path)) {
      run.write(Settings.SCHEMA.defaults().with(Settings.BATCH, 7));
    }
    assertEquals(7, new RunFiles(Pretraining.KIND, path).resumed().get(Settings.BATCH));
  }

  @Test
  void oneProcessAtATime() throws IOException {
    try (RunFolder run = RunFolder.create(Pretraining.KIND, folder)) {
      run.write(Settings.SCHEMA.defaults());
      assertEquals(
          "another process (%d) works on %s: wait until it ends, or stop it"
              .formatted(ProcessHandle.current().pid(), folder),
          errorOf(() -> RunFolder.open(Pretraining.KIND, folder)));
    }
    RunFolder.open(Pretraining.KIND, folder).close();
  }

  @Test
  void aRunIsNotOverwritten() throws IOException {
    try (RunFolder run = RunFolder.create(Pretraining.KIND, folder)) {
      run.write(Settings.SCHEMA.defaults());
    }
    assertEquals(
        folder
            + " holds a run already: go on with --resume "
            + folder
            + ", or choose another --out",
        errorOf(() -> RunFolder.create(Pretraining.KIND, folder)));
  }

  @Test
  void othersFilesAreNotMixedWithARun() throws IOException {
    Files.writeString(folder.resolve("thesis.tex"), "");
    assertEquals(
        folder + " is not empty: choose another --out",
        errorOf(() -> RunFolder.create(Pretraining.KIND, folder)));
  }

  private static ImageSet with(String fingerprint) {
    return new ImageSet(130, "", fingerprint);
  }

  @Test
  void aRunKeepsItsImages() throws IOException {
    Path photos = folder.resolve("photos");
    Path others = folder.resolve("others");
    try (RunFolder run = RunFolder.create(Pretraining.KIND, folder.resolve("run"))) {
      run.requireSame(with("abc"), photos);
      run.write(Settings.SCHEMA.defaults().with(Settings.IMAGES, photos));
      run.write(with("abc"));
      run.requireSame(with("abc"), others);
      assertEquals(
          "the images in %s are not those that the run began with: found 130, the run has 130 images of %s; name that folder, or a copy, with --images"
              .formatted(others, photos),
          errorOf(() -> run.requireSame(with("abd"), others)));
      assertEquals(
          "the images in %s are no longer those that the run began with: found 130, the run has 130 images; bring those back, or name a copy of them with --images"
              .formatted(photos),
          errorOf(() -> run.requireSame(with("abd"), photos)));
      run.write(Settings.SCHEMA.defaults());
      assertTrue(
          errorOf(() -> run.requireSame(with("abd"), others))
              .contains("130 images of the shipped photos"));
    }
  }

  @Test
  void aFolderThatNoRunCameOfIsTakenAway() throws IOException {
    Path path = folder.resolve("run");
    RunFolder.create(Pretraining.KIND, path).close();
    assertTrue(Files.notExists(path));
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertTrue(
        errorOf(() -> RunFolder.create(Pretraining.KIND, file))
            .startsWith("cannot make the run folder"));
    assertEquals(
        "--resume takes the folder of a run, and " + file + " is not a folder",
        errorOf(() -> new RunFiles(Pretraining.KIND, file).resumed()));
    assertEquals(
        "--resume takes the folder of a run, and " + folder + " holds no config.yaml",
        errorOf(() -> new RunFiles(Pretraining.KIND, folder).resumed()));
  }
}
