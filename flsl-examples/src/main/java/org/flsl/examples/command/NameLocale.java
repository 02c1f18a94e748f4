package org.flsl.examples.command;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;

/**
 * The locale in which names of files outside of ASCII survive.
 *
 * <p>Without one (containers, cron, {@code LC_ALL=C}) Java on Linux reads arguments as ASCII, and
 * cannot make a path of other letters. Photos found in a folder are read all the same.
 */
public final class NameLocale {
  private static final Map<String, String> UTF_8 = Map.of("LC_ALL", "C.UTF-8");
  private static final char UNKNOWN = '\ufffd';

  private final boolean sufficient;

  /**
   * @param encoding of the names of files, as the system property sun.jnu.encoding tells
   */
  NameLocale(String encoding) {
    sufficient = encoding == null || Charset.forName(encoding).newEncoder().canEncode('\u00e4');
  }

  /** That of this process. */
  public static NameLocale ofThisProcess() {
    return new NameLocale(System.getProperty("sun.jnu.encoding"));
  }

  /** What the environment of a process has to hold instead; nothing where this one will do. */
  Map<String, String> environment() {
    return sufficient ? Map.of() : UTF_8;
  }

  /** Whether letters of the arguments are lost in it. */
  public boolean loses(List<String> arguments) {
    return !sufficient && arguments.stream().anyMatch(text -> text.indexOf(UNKNOWN) >= 0);
  }
}
