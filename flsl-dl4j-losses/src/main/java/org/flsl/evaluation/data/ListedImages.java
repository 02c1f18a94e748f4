package org.flsl.evaluation.data;

import java.nio.file.Path;
import java.util.List;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** Images that a list or annotations name; those who extend it know their labels. */
abstract class ListedImages implements LabelledImages {
  private final List<String> names;
  private final List<Path> files;
  private final List<String> classes;

  /**
   * @param files where the images of these names are, or should be
   */
  ListedImages(List<String> names, List<Path> files, List<String> classes) {
    this.names = names;
    this.files = files;
    this.classes = List.copyOf(classes);
  }

  @Override
  public final int size() {
    return names.size();
  }

  @Override
  public final String name(int image) {
    return names.get(image);
  }

  @Override
  public Image image(int image, ImageDecoder decoder) {
    return StoredImage.read(files.get(image), decoder);
  }

  @Override
  public final List<String> classes() {
    return classes;
  }
}
