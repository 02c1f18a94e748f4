package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The lines of a small text file, whatever editor wrote it. */
public final class TextLines {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private TextLines() {}

  /**
   * Reads all lines, stripped of blanks, line ends of Windows and the mark that its editors put
   * first.
   *
   * @throws DatasetException if it is no text in UTF-8
   * @throws IOException if it is missing or cannot be read
   */
  public static List<String> of(Path file) throws IOException {
    try {
      String text = Files.readString(file);
      return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text)
          .lines()
          .map(String::strip)
          .toList();
    } catch (CharacterCodingException e) {
      throw new DatasetException(file + " is no text in UTF-8; save it as such", e);
    }
  }
}
