package org.flsl.evaluation.data;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.views.ImageFolder;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** Images without labels, for measures that need none. */
public final class Photos implements LabelledImages {
  private final List<Path> files;
  private final List<String> names;
  private final String leftOut;

  private Photos(List<Path> files, List<String> names, String leftOut) {
    this.files = files;
    this.names = names;
    this.leftOut = leftOut;
  }

  /** All images in a folder and its subfolders. */
  public static Photos in(Path root) {
    ImageFolder folder = ImageFolder.scan(root);
    return new Photos(
        folder.paths(),
        IntStream.range(0, folder.size()).mapToObj(folder::relativePath).toList(),
        folder.leftOut().toString());
  }

  /** So many of them, evenly spaced; all, if there are fewer. */
  public Photos atMost(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("At least one image is needed, got " + most);
    }
    int kept = Math.min(most, size());
    int[] picked = IntStream.range(0, kept).map(i -> (int) ((long) i * size() / kept)).toArray();
    return new Photos(
        IntStream.of(picked).mapToObj(files::get).toList(),
        IntStream.of(picked).mapToObj(names::get).toList(),
        leftOut);
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public String leftOut() {
    return leftOut;
  }

  @Override
  public String name(int image) {
    return names.get(image);
  }

  @Override
  public Image image(int image, ImageDecoder decoder) {
    return StoredImage.decode(files.get(image), decoder);
  }

  @Override
  public List<String> classes() {
    return List.of();
  }
}
