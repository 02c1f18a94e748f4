package org.flsl.evaluation.data;

import java.util.List;
import org.flsl.views.ImageFolder;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** All images that lie in a folder; those who extend it know their labels. */
abstract class FolderImages implements LabelledImages {
  private final ImageFolder folder;
  private final List<String> classes;

  FolderImages(ImageFolder folder, List<String> classes) {
    this.folder = folder;
    this.classes = List.copyOf(classes);
  }

  final ImageFolder folder() {
    return folder;
  }

  @Override
  public final int size() {
    return folder.size();
  }

  @Override
  public final String leftOut() {
    return folder.leftOut().toString();
  }

  @Override
  public final String name(int image) {
    return folder.relativePath(image);
  }

  @Override
  public final Image image(int image, ImageDecoder decoder) {
    return StoredImage.decode(folder.path(image), () -> folder.read(image), decoder);
  }

  @Override
  public final List<String> classes() {
    return classes;
  }
}
