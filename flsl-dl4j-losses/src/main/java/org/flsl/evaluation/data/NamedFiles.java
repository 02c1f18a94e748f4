package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flsl.views.FileNames;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageFormat;

/**
 * Finds the files of a folder by names that others wrote down.
 *
 * <p>A name that is there as written is taken. Otherwise names that look alike are alike: an accent
 * may be part of its letter or a character behind it (Unicode's NFC and NFD; macOS writes the
 * latter), and an extension may be in capitals.
 */
final class NamedFiles {
  private static final List<String> IMAGE_EXTENSIONS =
      Arrays.stream(ImageFormat.values()).flatMap(format -> format.extensions().stream()).toList();

  private final Path root;
  private final Map<Path, Map<String, List<Path>>> listings = new ConcurrentHashMap<>();

  NamedFiles(Path root) {
    this.root = root;
  }

  /**
   * The file of a name.
   *
   * @param name relative to the folder, with slashes
   * @return where it is, or, if it is not there, where it was expected
   */
  Path find(String name) {
    Path exact = FileNames.resolve(root, name);
    if (FileNames.path(name).isAbsolute() || Files.exists(exact)) {
      return exact;
    }
    Path found = root;
    for (String part : name.split("/")) {
      found = child(found, part).orElse(FileNames.resolve(found, part));
    }
    return found;
  }

  /**
   * The image of a name without extension.
   *
   * @return where it is, or, if there is none, the JPEG that was expected
   */
  Path findImage(String stem) {
    return IMAGE_EXTENSIONS.stream()
        .map(extension -> find(stem + "." + extension))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(FileNames.resolve(root, stem + ".jpg"));
  }

  private Optional<Path> child(Path folder, String name) {
    Path exact = FileNames.resolve(folder, name);
    List<Path> alike =
        listings.computeIfAbsent(folder, NamedFiles::listing).getOrDefault(lookOf(name), List.of());
    if (alike.size() > 1 && !alike.contains(exact)) {
      throw new DatasetException(
          "There is no %s, but %d files in its folder look like it: their accents (Unicode NFC and NFD) or capitals differ; rename or remove one"
              .formatted(exact, alike.size()));
    }
    return alike.contains(exact) ? Optional.of(exact) : alike.stream().findFirst();
  }

  private static Map<String, List<Path>> listing(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Map.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.collect(
          Collectors.groupingBy(file -> lookOf(FileNames.text(file.getFileName()))));
    } catch (IOException e) {
      throw new DatasetException("Cannot list " + folder + ": " + FileProblem.explain(e), e);
    }
  }

  /** What two names have in common that a reader cannot tell apart. */
  private static String lookOf(String name) {
    String composed = FileNames.composed(name);
    int dot = composed.lastIndexOf('.') + 1;
    return composed.substring(0, dot) + composed.substring(dot).toLowerCase(Locale.ROOT);
  }
}
