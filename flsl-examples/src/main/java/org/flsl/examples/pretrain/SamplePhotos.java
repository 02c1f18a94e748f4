package org.flsl.examples.pretrain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The photos that are shipped with the program, as a folder for as long as this is open.
 *
 * <p>In a source tree they are a folder; out of the jar they are copied to a temporary one.
 */
public final class SamplePhotos implements AutoCloseable {
  private static final String SAMPLE = "/sample/";
  private static final String ATTRIBUTION = "ATTRIBUTION.tsv";

  private final Path folder;
  private final boolean temporary;

  /** Makes them a folder. */
  public SamplePhotos() throws IOException {
    URL attribution = SamplePhotos.class.getResource(SAMPLE + ATTRIBUTION);
    temporary = !attribution.getProtocol().equals("file");
    folder = temporary ? copied() : Path.of(uri(attribution)).resolveSibling("photos");
  }

  /** The folder. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    if (temporary) {
      for (String name : names()) {
        Files.deleteIfExists(folder.resolve(name));
      }
      Files.deleteIfExists(folder);
    }
  }

  private static Path copied() throws IOException {
    Path copy = Files.createTempDirectory("flsl-photos-");
    for (String name : names()) {
      try (InputStream photo = open("photos/" + name)) {
        Files.copy(photo, copy.resolve(name));
      }
    }
    return copy;
  }

  /** The names of the photos: the first column, below its title. */
  private static List<String> names() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(open(ATTRIBUTION), StandardCharsets.UTF_8))) {
      return lines.lines().skip(1).map(line -> line.substring(0, line.indexOf('\t'))).toList();
    }
  }

  private static InputStream open(String name) {
    return SamplePhotos.class.getResourceAsStream(SAMPLE + name);
  }

  private static URI uri(URL url) {
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(url + " is no URI", e);
    }
  }
}
