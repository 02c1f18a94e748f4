package org.flsl.layers.weights;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The files of weights that tests read. */
final class Fixture {
  private Fixture() {}

  static Path file(String name) {
    try {
      return Path.of(Fixture.class.getResource("/weights/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
