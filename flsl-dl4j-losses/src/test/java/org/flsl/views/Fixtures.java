package org.flsl.views;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;

/** The small test images of {@code src/test/resources/images}. */
public final class Fixtures {

  private Fixtures() {}

  public static Path image(String name) {
    URL url = Fixtures.class.getResource("/images/" + name);
    if (url == null) {
      throw new IllegalArgumentException("No test image " + name);
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static byte[] bytes(String name) {
    try {
      return Files.readAllBytes(image(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
