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
 * The photos that are shipped with the program.
 *
 * <p>In a source tree they are a folder; out of the jar they are copied into the run folder, with
 * the file that names their authors and licences.
 */
final class SamplePhotos {
  private static final String SAMPLE = "/sample/";
  private static final String ATTRIBUTION = "ATTRIBUTION.tsv";

  private SamplePhotos() {}

  /**
   * @param run where a copy may be put
   */
  static Path folder(Path run) throws IOException {
    URL attribution = SamplePhotos.class.getResource(SAMPLE + ATTRIBUTION);
    if (attribution.getProtocol().equals("file")) {
      return Path.of(uri(attribution)).resolveSibling("photos");
    }
    Path copy = run.resolve("photos");
    Path complete = copy.resolve(ATTRIBUTION);
    if (!Files.exists(complete)) {
      Files.createDirectories(copy);
      for (String photo : names()) {
        copy("photos/" + photo, copy.resolve(photo));
      }
      copy(ATTRIBUTION, complete);
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

  private static void copy(String name, Path file) throws IOException {
    try (InputStream in = open(name)) {
      AtomicFile.write(file, in::transferTo);
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
