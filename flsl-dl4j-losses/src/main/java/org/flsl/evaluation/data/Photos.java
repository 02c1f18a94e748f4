package org.flsl.evaluation.data;

import java.nio.file.Path;
import java.util.List;
import org.flsl.views.EvenPicks;
import org.flsl.views.ImageFolder;

/** Images without labels, for measures that need none. */
public final class Photos extends FolderImages {

  private Photos(ImageFolder folder) {
    super(folder, List.of());
  }

  /** All images in a folder and its subfolders. */
  public static Photos in(Path root) {
    return new Photos(ImageFolder.scan(root));
  }

  /** So many of them, evenly spaced; all, if there are fewer. */
  public LabelledImages atMost(int most) {
    return new ChosenImages(this, EvenPicks.fromFirst(most, size()));
  }
}
