package org.flsl.views.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileProblemTest {
  private static final String NAME = "a (copy).jpg";

  @TempDir private Path folder;

  private static String explained(Executable action) {
    return FileProblem.explain(assertThrows(Exception.class, action));
  }

  @Test
  void whatTheSystemRefusesIsSaidInWords() throws IOException {
    Path missing = folder.resolve(NAME);
    Path file = Files.write(folder.resolve("file"), new byte[] {(byte) 0xff});

    assertEquals("it does not exist", explained(() -> Files.newInputStream(missing)));
    assertEquals(
        "no such file or directory", explained(() -> new FileInputStream(missing.toFile())));
    assertEquals("is a directory", explained(() -> new FileInputStream(folder.toFile())));
    assertEquals("it is not a folder", explained(() -> Files.list(file)));
    assertEquals("a file of that name is in the way", explained(() -> Files.createDirectory(file)));
    assertEquals("it is not text in UTF-8", explained(() -> Files.readString(file)));
    assertEquals(
        "it is not text in UTF-8",
        explained(
            () -> {
              try (Stream<String> lines = Files.lines(file)) {
                lines.count();
              }
            }));
  }

  /** What exceptions say that are thrown where no test can provoke them. */
  static Stream<Exception> ofOneFile() {
    String path = "photos/" + NAME;
    return Stream.of(
        new AccessDeniedException(path),
        new FileSystemException(path),
        new FileSystemException(path, path, null),
        new FileSystemException(path, null, "Input/output error"),
        new UncheckedIOException(new AccessDeniedException(path)),
        new java.io.FileNotFoundException(path + " (Permission denied)"));
  }

  @ParameterizedTest
  @MethodSource("ofOneFile")
  void theReasonIsNeverTheNameOfTheFile(Exception e) {
    String reason = FileProblem.explain(e);
    assertFalse(reason.contains(NAME), reason);
    assertFalse(reason.isBlank());
    assertEquals(
        e.toString().contains("ccessDenied") || e.toString().contains("Permission"),
        reason.equals("permission denied"),
        reason);
  }

  @Test
  void otherExceptionsSayTheirFirstLine() {
    assertEquals("one", FileProblem.explain(new IllegalArgumentException("one\ntwo")));
    assertEquals(
        "NullPointerException", FileProblem.explain(new NullPointerException((String) null)));
  }
}
