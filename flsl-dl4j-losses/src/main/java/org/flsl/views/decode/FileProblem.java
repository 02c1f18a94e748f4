package org.flsl.views.decode;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts what went wrong with a file into words.
 *
 * <p>Use it wherever a message names a file and says why it could not be read or written: the
 * message of many of Java's exceptions is the file's name and nothing else.
 */
public final class FileProblem {

  /** What the streams of java.io say: the name, and the system's reason in parentheses. */
  private static final Pattern REASON = Pattern.compile("(?s).*\\(([^()]+)\\)");

  private FileProblem() {}

  /** What happened, in one line and without the name of the file. */
  public static String explain(Throwable e) {
    if (e instanceof UncheckedIOException unchecked) {
      return explain(unchecked.getCause());
    }
    if (e instanceof NoSuchFileException) {
      return "it does not exist";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "a file of that name is in the way";
    }
    if (e instanceof NotDirectoryException) {
      return "it is not a folder";
    }
    if (e instanceof FileSystemLoopException) {
      return "a link in it leads back to it";
    }
    if (e instanceof FileSystemException file) {
      return file.getReason() == null ? "the system gives no reason" : firstLine(file.getReason());
    }
    if (e instanceof CharacterCodingException) {
      return "it is not text in UTF-8";
    }
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    Matcher reason = REASON.matcher(message);
    if (e instanceof FileNotFoundException && reason.matches()) {
      return reason.group(1).toLowerCase(Locale.ROOT);
    }
    return firstLine(message);
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
