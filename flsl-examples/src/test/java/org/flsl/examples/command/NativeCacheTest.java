package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCacheTest {
  @TempDir private Path folder;
  private final Properties system = new Properties();

  @BeforeEach
  void nameTheTemporaryFolder() throws IOException {
    system.setProperty("java.io.tmpdir", Files.createDirectory(folder.resolve("tmp")).toString());
  }

  /** Where nobody, not even root, can make a folder. */
  private Path unwritable() throws IOException {
    Path file = folder.resolve("file");
    return (Files.exists(file) ? file : Files.createFile(file)).resolve("home");
  }

  private Path chosen(String userHome, String shellsHome) {
    if (userHome != null) {
      system.setProperty("user.home", userHome);
    }
    new NativeCache(system, shellsHome == null ? Map.of() : Map.of("HOME", shellsHome)).choose();
    return Path.of(system.getProperty(NativeCache.FOLDER));
  }

  private void assertUnderTheTemporaryFolder(Path cache) throws IOException {
    assertEquals(folder.resolve("tmp"), cache.getParent());
    assertTrue(Files.isWritable(cache));
    try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
      assertEquals(1, left.count());
    }
  }

  @Test
  void theHomeIsTheRule() {
    Path home = folder.resolve("me");
    assertEquals(home.resolve(".javacpp/cache"), chosen(home.toString(), "/elsewhere"));
    assertTrue(Files.isDirectory(home.resolve(".javacpp/cache")));
  }

  @Test
  void withoutAPasswdEntryTheShellsHomeCounts() {
    Path home = folder.resolve("me");
    assertEquals(home.resolve(".javacpp/cache"), chosen("?", home.toString()));
    assertTrue(Files.notExists(Path.of("?")));
  }

  @Test
  void withoutAnyHomeItIsAFolderOfTheUsersOwn() throws IOException {
    assertUnderTheTemporaryFolder(chosen("?", null));
    assertEquals(
        "rwx------",
        java.nio.file.attribute.PosixFilePermissions.toString(
            Files.getPosixFilePermissions(Path.of(system.getProperty(NativeCache.FOLDER)))));
  }

  @Test
  void homesThatCannotBeWrittenAreNone() throws IOException {
    assertUnderTheTemporaryFolder(chosen(unwritable().toString(), unwritable().toString()));
  }

  @Test
  void noHomeAtAllIsNoError() throws IOException {
    assertUnderTheTemporaryFolder(chosen(null, ""));
  }

  @Test
  void theNextProcessFindsTheSameFolder() {
    Path first = chosen("?", null);
    system.remove(NativeCache.FOLDER);
    assertEquals(first, chosen("?", null));
  }

  @Test
  void whoNamesAFolderGetsIt() {
    Path wanted = folder.resolve("wanted");
    system.setProperty(NativeCache.FOLDER, wanted.toString());
    assertEquals(wanted, chosen(folder.toString(), null));
  }

  @Test
  void librariesThatCannotBeLoadedAreOneLine() {
    LinkageError error = new ExceptionInInitializerError(new UnsatisfiedLinkError("a.so: noexec"));
    String line = NativeCache.explain(error);
    assertEquals(1, line.lines().count(), line);
    assertTrue(line.contains("a.so: noexec") && line.contains(NativeCache.FOLDER), line);

    NoClassDefFoundError other = new NoClassDefFoundError("a.B");
    assertSame(other, assertThrows(LinkageError.class, () -> NativeCache.explain(other)));
  }

  @Test
  void nowhereToWriteIsOneLine() throws IOException {
    system.setProperty("java.io.tmpdir", unwritable().toString());
    UserError error =
        assertThrows(UserError.class, () -> chosen(unwritable().toString(), "/dev/null"));
    assertTrue(error.getMessage().contains(unwritable().toString()), error.getMessage());
    assertTrue(
        error.getMessage().contains("JDK_JAVA_OPTIONS=-D" + NativeCache.FOLDER + "=FOLDER"),
        error.getMessage());

    system.setProperty(NativeCache.FOLDER, unwritable().toString());
    assertThrows(UserError.class, () -> chosen(folder.toString(), null));
  }
}
