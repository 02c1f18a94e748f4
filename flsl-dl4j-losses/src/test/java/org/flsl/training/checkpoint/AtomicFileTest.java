package org.flsl.training.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path folder;

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("model.zip");
    AtomicFile.write(file, out -> out.write('a'));
    assertThrows(
        IOException.class,
        () ->
            AtomicFile.write(
                file,
                out -> {
                  out.write('b');
                  throw new IOException("No space left on device");
                }));
    assertEquals("a", Files.readString(file));
    assertOnly("model.zip");
  }

  @Test
  void leftOversOfAKillAreCleanedUp() throws IOException {
    Files.writeString(folder.resolve("step-1.zip.unfinished"), "half");
    Files.writeString(folder.resolve("step-0.zip"), "whole");
    AtomicFile.cleanUp(folder);
    assertOnly("step-0.zip");
  }

  @Test
  void aLinkFollowsTheNewestFile() throws IOException {
    Path first = Files.writeString(folder.resolve("1"), "one");
    Path second = Files.writeString(folder.resolve("2"), "two");
    Path best = folder.resolve("best");
    AtomicFile.link(best, first);
    AtomicFile.link(best, second);
    AtomicFile.link(best, second);
    Files.delete(second);
    assertEquals("two", Files.readString(best));
    assertOnly("1", "best");
  }

  private void assertOnly(String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          Stream.of(names).sorted().toList(),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }
}
