package org.flsl.evaluation.data;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.views.ImageFolder;

/**
 * A folder of images whose names begin with their class: {@code fishes-fish1.jpg}, {@code
 * tools_wrench.jpg}.
 */
public final class NamedCategories extends FolderImages implements CategorySet {
  private final int[] categories;

  private NamedCategories(ImageFolder images, List<String> classes) {
    super(images, classes);
    this.categories =
        IntStream.range(0, images.size()).map(i -> classes.indexOf(prefix(images, i))).toArray();
  }

  /**
   * Opens a folder.
   *
   * @throws DatasetException where the names tell no classes
   */
  public static NamedCategories open(Path root) {
    ImageFolder images = ImageFolder.scan(root);
    List<String> classes =
        IntStream.range(0, images.size())
            .mapToObj(i -> prefix(images, i))
            .distinct()
            .sorted()
            .toList();
    if (classes.size() < 2 || 2 * classes.size() > images.size()) {
      throw new DatasetException(
          "%s tells no classes: expected a folder for each class, or names such as cat-1.jpg and dog-7.jpg (found %d images and %d beginnings of names)"
              .formatted(root, images.size(), classes.size()));
    }
    return new NamedCategories(images, classes);
  }

  private static String prefix(ImageFolder images, int image) {
    return images.path(image).getFileName().toString().replaceFirst("[-_.].*", "");
  }

  @Override
  public int category(int image) {
    return categories[image];
  }
}
