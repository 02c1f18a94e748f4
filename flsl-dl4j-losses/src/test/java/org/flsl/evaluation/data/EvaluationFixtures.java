package org.flsl.evaluation.data;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.stream.Stream;

/** The small data sets of {@code src/test/resources/evaluation}. */
public final class EvaluationFixtures {

  private EvaluationFixtures() {}

  public static Path path(String name) {
    try {
      return Path.of(EvaluationFixtures.class.getResource("/evaluation/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static LabelMask mask(Path file) {
    return MaskReader.ofIndices(Set.of(255)).read(file);
  }

  /** A copy of a data set that a test may damage. */
  public static Path copy(String name, Path to) throws IOException {
    Path from = path(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return to;
  }
}
