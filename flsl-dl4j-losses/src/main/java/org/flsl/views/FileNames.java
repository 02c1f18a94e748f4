package org.flsl.views;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.text.Normalizer;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of files as text and back, the same in every locale.
 *
 * <p>Java turns a path into text, and text into a path, by the locale's encoding. Without a UTF-8
 * locale (containers, cron, {@code LC_ALL=C}) that loses every letter outside of ASCII, or throws.
 * The names on disk are bytes; here they are read and written as UTF-8, through the file's URI,
 * where the locale cannot.
 */
public final class FileNames {

  /** What Java puts where it cannot decode a byte. */
  private static final char UNKNOWN = '\ufffd';

  private static final Pattern ELSEWHERE = Pattern.compile("([a-z][a-z0-9+]+)://([^/]*)(.*)");

  private FileNames() {}

  /** A path as text, with slashes; bytes that are no UTF-8 show as question marks in a diamond. */
  public static String text(Path path) {
    String separator = path.getFileSystem().getSeparator();
    String text = path.toString().replace(separator, "/");
    if (text.indexOf(UNKNOWN) < 0) {
      return text;
    }
    String here = path.isAbsolute() ? "" : decoded(Path.of("").toUri());
    return withoutEnd(decoded(path.toUri())).substring(here.length());
  }

  /**
   * The path that text names, inside a folder or absolute.
   *
   * @param name in UTF-8, with slashes
   * @throws InvalidPathException if no path can have this name, such as one with a zero in it
   */
  public static Path resolve(Path folder, String name) {
    try {
      return folder.resolve(name);
    } catch (InvalidPathException e) {
      if (name.indexOf(0) >= 0 || !folder.toUri().getScheme().equals("file")) {
        throw e;
      }
      String start = name.startsWith("/") ? "" : withSlash(folder.toUri().getRawPath());
      return Path.of(URI.create("file://" + start + encoded(name)));
    }
  }

  /**
   * The path that text names, as {@link #resolve} from the working directory; or, as {@code
   * hdfs://HOST/FOLDER}, one in another file system that this program knows.
   */
  public static Path path(String name) {
    Matcher elsewhere = ELSEWHERE.matcher(name);
    if (!elsewhere.matches()) {
      return resolve(Path.of(""), name);
    }
    try {
      String folder = elsewhere.group(3).isEmpty() ? "/" : elsewhere.group(3);
      return path(new URI(elsewhere.group(1), elsewhere.group(2), folder, null, null));
    } catch (URISyntaxException | FileSystemNotFoundException e) {
      throw new InvalidPathException(name, "no file system that this program knows");
    }
  }

  /**
   * The path of a URI.
   *
   * @throws FileSystemNotFoundException if this program does not know its file system
   */
  public static Path path(URI uri) {
    // Java itself looks among those that came with the program, not among what was loaded since.
    return ServiceLoader.load(FileSystemProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.getScheme().equalsIgnoreCase(uri.getScheme()))
        .findFirst()
        .map(provider -> provider.getPath(uri))
        .orElseGet(() -> Path.of(uri));
  }

  /**
   * The name with each accent as part of its letter (Unicode's NFC): names that look alike are
   * equal then, though some systems write the accent as a character behind its letter.
   */
  public static String composed(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC);
  }

  /** A file's neighbour whose name ends otherwise: {@code a/b.jpg} becomes {@code a/b.png}. */
  public static Path withEnding(Path file, String ending) {
    String name = file.getFileName().toString();
    if (name.indexOf(UNKNOWN) < 0) {
      return file.resolveSibling(withoutEnding(name) + ending);
    }
    return Path.of(URI.create("file://" + withoutEnding(file.toUri().getRawPath()) + ending));
  }

  /** A path up to the last dot of the file's name: {@code a.b/c.jpg} becomes {@code a.b/c}. */
  public static String withoutEnding(String path) {
    int dot = path.lastIndexOf('.');
    return dot > path.lastIndexOf('/') ? path.substring(0, dot) : path;
  }

  private static String withSlash(String folder) {
    return folder.endsWith("/") ? folder : folder + "/";
  }

  /** A folder's URI ends in a slash, its path does not. */
  private static String withoutEnd(String text) {
    return text.endsWith("/") && text.length() > 1 ? text.substring(0, text.length() - 1) : text;
  }

  private static String decoded(URI uri) {
    String raw = uri.getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '%') {
        bytes.write(Integer.parseInt(raw.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        bytes.write(raw.charAt(i));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static String encoded(String name) {
    StringBuilder uri = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      boolean plain = b == '/' || b == '-' || b == '.' || b == '_' || Character.isLetterOrDigit(b);
      uri.append(plain && b > 0 ? String.valueOf((char) b) : "%%%02X".formatted(b));
    }
    return uri.toString();
  }
}
