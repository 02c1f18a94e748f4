package org.flsl.arbiter.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.run.RunFolder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The folder of a sweep is made, refused and taken away as that of a run. */
class SweepFolderTest {

  /** What is worked on. */
  enum Work {
    RUN("config.yaml", SweepFolderTest::run),
    SWEEP("sweep.yaml", folder -> SweepFolder.create(folder, "unused"));

    private final String mark;
    private final Function<Path, AutoCloseable> create;

    Work(String mark, Function<Path, AutoCloseable> create) {
      this.mark = mark;
      this.create = create;
    }

    private AutoCloseable create(Path folder) {
      return create.apply(folder);
    }
  }

  private static AutoCloseable run(Path folder) {
    try {
      return RunFolder.create(Pretraining.KIND, folder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @TempDir private Path folder;

  private Path file(String name) throws IOException {
    Files.createDirectories(folder.resolve("work"));
    return Files.writeString(folder.resolve("work").resolve(name), "mine");
  }

  private Path work() {
    return folder.resolve("work");
  }

  private String refused(Work work) {
    return assertThrows(UserError.class, () -> work.create(work())).getMessage();
  }

  @ParameterizedTest
  @EnumSource
  void whatAKilledProcessLeavesBehindIsNotInTheWay(Work work) throws Exception {
    file(".lock");
    file(work.mark + ".unfinished");
    AutoCloseable open = work.create(work());
    assertTrue(refused(work).startsWith("another process ("), "locked");
    Files.writeString(work().resolve(work.mark), "");
    open.close();
    assertTrue(Files.exists(work().resolve(work.mark)));
    String name = work.name().toLowerCase();
    assertEquals(
        "%1$s holds a %2$s already: go on with --resume %1$s, or choose another --out"
            .formatted(work(), name),
        refused(work));
  }

  @ParameterizedTest
  @EnumSource
  void aFolderThatNothingCameOfIsTakenAway(Work work) throws Exception {
    work.create(work()).close();
    assertFalse(Files.exists(work()));
  }

  @ParameterizedTest
  @EnumSource
  void soAreTheFoldersThatWereMadeForIt(Work work) throws Exception {
    Path deep = folder.resolve("made/for/it");
    work.create(deep).close();
    assertFalse(Files.exists(folder.resolve("made")));
    Files.createDirectories(folder.resolve("mine"));
    work.create(folder.resolve("mine/for/it")).close();
    assertTrue(Files.exists(folder.resolve("mine")));
    assertFalse(Files.exists(folder.resolve("mine/for")));
    AutoCloseable open = work.create(deep);
    Files.writeString(folder.resolve("made/notes"), "of another program");
    open.close();
    assertFalse(Files.exists(folder.resolve("made/for")));
    assertTrue(Files.exists(folder.resolve("made/notes")));
  }

  @ParameterizedTest
  @EnumSource
  void othersFilesAreNeitherMixedInNorTakenAway(Work work) throws Exception {
    AutoCloseable open = work.create(work());
    file("thesis.tex");
    open.close();
    try (Stream<Path> left = Files.list(work())) {
      assertEquals(
          "[thesis.tex]", left.map(Path::getFileName).map(Path::toString).toList().toString());
    }
    assertEquals(work() + " is not empty: choose another --out", refused(work));
    // As a killed process leaves it, and somebody uses it.
    file(".lock");
    assertEquals(work() + " is not empty: choose another --out", refused(work));
  }

  @ParameterizedTest
  @EnumSource
  void aFileIsNoFolder(Work work) throws Exception {
    Files.writeString(work(), "");
    assertEquals(
        "cannot make the %s folder %s: a file of that name is in the way; choose another with --out"
            .formatted(work.name().toLowerCase(), work()),
        refused(work));
  }
}
