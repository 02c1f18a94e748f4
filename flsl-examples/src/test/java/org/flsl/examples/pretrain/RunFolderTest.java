package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flsl.examples.UserError;
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

  @Test
  void aRunKeepsItsImages() throws IOException {
    try (RunFolder run = RunFolder.create(folder)) {
      run.sameImages(130, "abc");
      run.sameImages(130, "abc");
      assertEquals(
          "the images are not those that the run began with: found 129, the run has 130 images;"
              + " bring those back or name their folder with --images",
          errorOf(() -> run.sameImages(129, "abd")));
      run.write(PretrainConfig.defaults());
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
