package org.flsl.arbiter.score;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.CategorySet;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.UnreadablePhotoException;
import org.flsl.views.ImageFolder;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/**
 * A folder of images whose names begin with their class: {@code fishes-fish1.jpg}, {@code
 * tools_wrench.jpg}.
 */
final class NamedCategories implements CategorySet {
  private final ImageFolder images;
  private final List<String> classes;
  private final int[] categories;

  private NamedCategories(ImageFolder images, List<String> classes) {
    this.images = images;
    this.classes = classes;
    this.categories =
        IntStream.range(0, images.size()).map(i -> classes.indexOf(prefix(images, i))).toArray();
  }

  /**
   * Opens a folder.
   *
   * @throws DatasetException where the names tell no classes
   */
  static NamedCategories open(Path root) {
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
  public int size() {
    return images.size();
  }

  @Override
  public String name(int image) {
    return images.relativePath(image);
  }

  @Override
  public Image image(int image, ImageDecoder decoder) {
    try {
      return decoder.decode(images.path(image));
    } catch (IOException e) {
      throw new UnreadablePhotoException(
          "Cannot read " + images.path(image) + ": " + FileProblem.explain(e), e);
    }
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public int category(int image) {
    return categories[image];
  }
}
