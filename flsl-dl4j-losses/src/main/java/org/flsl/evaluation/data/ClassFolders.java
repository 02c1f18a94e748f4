package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.flsl.views.FileNames;
import org.flsl.views.ImageFolder;
import org.flsl.views.LeftOut;
import org.flsl.views.decode.FileProblem;

/**
 * A folder with a folder of images for each class: {@code cat/1.jpg}, {@code dog/a/2.jpg}.
 *
 * <p>Classes are numbered in the order of their names; names that look alike are alike, however
 * their accents are written (Unicode's NFC and NFD). Hidden folders and those of the system ({@link
 * LeftOut}) are no classes.
 */
public final class ClassFolders extends FolderImages implements CategorySet {
  private final int[] categories;

  private ClassFolders(ImageFolder images, List<String> classes) {
    super(images, classes);
    this.categories = new int[images.size()];
    for (int i = 0; i < categories.length; i++) {
      categories[i] = classes.indexOf(FileNames.composed(name(i).replaceFirst("/.*", "")));
    }
  }

  /**
   * Opens a folder of class folders.
   *
   * @throws DatasetException if there are fewer than two, or one holds no image
   */
  public static ClassFolders open(Path root) {
    return open(root, namesIn(root));
  }

  /**
   * Opens a folder that has to have the same class folders as another, for example test images
   * beside those trained on.
   *
   * @throws DatasetException if a class is missing, unknown or empty
   */
  public static ClassFolders open(Path root, List<String> classes) {
    List<String> found = namesIn(root);
    if (!found.equals(classes)) {
      List<String> unknown = found.stream().filter(name -> !classes.contains(name)).toList();
      List<String> missing = classes.stream().filter(name -> !found.contains(name)).toList();
      throw new DatasetException(
          "The class folders in %s differ from those trained on: missing %s, unknown %s"
              .formatted(root, missing, unknown));
    }
    if (classes.size() < 2) {
      throw new DatasetException(
          "%s holds %d class folder(s); expected a folder of images for each of at least two classes"
              .formatted(root, classes.size()));
    }
    ClassFolders set = new ClassFolders(ImageFolder.scan(root), classes);
    set.checkImages(root);
    return set;
  }

  private static List<String> namesIn(Path root) {
    if (!Files.isDirectory(root)) {
      throw new DatasetException(root + " is no folder; expected a folder of class folders");
    }
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .filter(Files::isDirectory)
          .filter(folder -> !LeftOut.isSystem(folder))
          .map(folder -> FileNames.composed(FileNames.text(folder.getFileName())))
          .distinct()
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DatasetException("Cannot read " + root + ": " + FileProblem.explain(e), e);
    }
  }

  private void checkImages(Path root) {
    TreeMap<Integer, Integer> counts = new TreeMap<>();
    for (int i = 0; i < categories.length; i++) {
      if (categories[i] < 0) {
        throw new DatasetException(
            "%s lies beside the class folders; expected every image inside one"
                .formatted(folder().path(i)));
      }
      counts.merge(categories[i], 1, Integer::sum);
    }
    List<String> empty = new ArrayList<>(classes());
    counts.keySet().forEach(k -> empty.remove(classes().get(k)));
    if (!empty.isEmpty()) {
      throw new DatasetException(
          "The class folder %s holds no image; put images into it, or take it away"
              .formatted(root.resolve(empty.get(0))));
    }
  }

  @Override
  public int category(int image) {
    return categories[image];
  }
}
