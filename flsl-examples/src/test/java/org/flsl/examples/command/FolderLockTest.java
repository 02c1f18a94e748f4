package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flsl.examples.ForkedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // that a folder is taken is what counts
class FolderLockTest {
  @TempDir private Path folder;

  /** Takes a folder; its exit code says whether it could. */
  public static final class Taker {
    private Taker() {}

    public static void main(String[] arguments) throws IOException {
      try (FolderLock lock = FolderLock.of(Path.of(arguments[0]))) {
        System.out.println("taken");
      } catch (UserError e) {
        System.out.println(e.getMessage());
        System.exit(1);
      }
    }
  }

  private int othersExitCode() throws Exception {
    return ForkedJvm.start(
            Taker.class, folder.resolve("output.txt"), Map.of(), List.of(folder.toString()))
        .await();
  }

  @Test
  void aRefusalInThisProcessLeavesTheFirstOneItsFolder() throws Exception {
    try (FolderLock first = FolderLock.of(folder)) {
      assertThrows(UserError.class, () -> FolderLock.of(folder));
      assertEquals(1, othersExitCode(), "another process takes what the first one holds");
    }
    assertEquals(0, othersExitCode());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need rights there")
  void otherNamesOfTheFolderAreTheSame() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    try (FolderLock first = FolderLock.of(folder)) {
      for (Path name :
          List.of(link, link.resolve("."), folder.resolve("..").resolve(folder.getFileName()))) {
        assertThrows(UserError.class, () -> FolderLock.of(name));
      }
      assertEquals(1, othersExitCode());
    }
  }

  @Test
  void closingTwiceGivesNothingOfTheNextOnesAway() throws Exception {
    FolderLock first = FolderLock.of(folder);
    first.close();
    try (FolderLock second = FolderLock.of(folder)) {
      first.close();
      assertThrows(UserError.class, () -> FolderLock.of(folder));
      assertEquals(1, othersExitCode());
    }
  }

  @Test
  void whatCouldNotBeTakenCanBeTakenLater() throws Exception {
    Path file = Files.createDirectory(folder.resolve(FolderLock.FILE));
    assertThrows(IOException.class, () -> FolderLock.of(folder));
    Files.delete(file);
    FolderLock.of(folder).close();
  }
}
