package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.flsl.views.decode.ImageHeader;
import org.flsl.views.decode.Orientation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the labels of each photo of a set have to be turned, since photos with an EXIF orientation
 * are turned upright.
 *
 * <p>Labels as large as the stored pixels, and not as the upright photo, were drawn on the stored
 * pixels, and the other way round. Where sizes do not tell, as at 180 degrees or in squares, it is
 * as {@link DrawnOn} says, else as with the other photos of the set, if they agree, else stored.
 */
final class Turns {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

  private final List<Photo> photos;
  private final DrawnOn otherwise;

  private Turns(List<Photo> photos, DrawnOn otherwise) {
    this.photos = photos;
    this.otherwise = otherwise;
  }

  /**
   * Looks at all photos of a set.
   *
   * @param files the photos
   * @param labels the size of what the labels of a photo were drawn on, if it is known
   * @param drawnOn where sizes do not tell
   */
  static Turns of(List<Path> files, IntFunction<Optional<ImageSize>> labels, DrawnOn drawnOn) {
    List<Photo> photos =
        IntStream.range(0, files.size())
            .parallel()
            .mapToObj(i -> Photo.of(files.get(i), i, labels))
            .toList();
    if (drawnOn != DrawnOn.UNKNOWN) {
      return new Turns(photos, drawnOn);
    }
    List<DrawnOn> told =
        photos.stream().filter(Photo::isTold).map(Photo::drawnOn).distinct().toList();
    DrawnOn otherwise = told.size() == 1 ? told.get(0) : DrawnOn.STORED;
    int[] untold = IntStream.range(0, files.size()).filter(i -> photos.get(i).isUntold()).toArray();
    if (untold.length > 0) {
      LOG.warn(
          "{} of {} photos, such as {}, are turned upright by their EXIF orientation, and sizes do"
              + " not tell whether labels were drawn on the pixels as stored or on the upright"
              + " photo; taken: {}; where that is wrong, choose drawn-on stored or upright",
          untold.length,
          files.size(),
          files.get(untold[0]),
          otherwise.name().toLowerCase(Locale.ROOT));
    }
    return new Turns(photos, otherwise);
  }

  /** The mask of a photo as it lies on the upright photo. */
  LabelMask turned(int image, LabelMask mask) {
    return isTurned(image) ? mask.turned(photos.get(image).orientation) : mask;
  }

  /** Some pixels of a photo as they lie on the upright photo. */
  BinaryMask turned(int image, BinaryMask mask) {
    if (!isTurned(image)) {
      return mask;
    }
    int[] labels = new int[mask.inside().length];
    mask.paint(1, labels);
    LabelMask drawn = new LabelMask(mask.width(), mask.height(), labels);
    return BinaryMask.of(turned(image, drawn), label -> label == 1);
  }

  /** The boxes of a photo as they lie on the upright photo. */
  List<LabelledBox> turned(int image, List<LabelledBox> boxes) {
    if (!isTurned(image)) {
      return boxes;
    }
    Photo photo = photos.get(image);
    return boxes.stream()
        .map(box -> box.turned(photo.orientation, photo.width, photo.height))
        .toList();
  }

  /** The size of the upright photo; empty where it cannot be read. */
  Optional<ImageSize> upright(int image) {
    Photo photo = photos.get(image);
    if (photo.width < 1 || photo.height < 1) {
      return Optional.empty();
    }
    return Optional.of(
        exchangesSides(image)
            ? new ImageSize(photo.width, photo.height)
            : new ImageSize(photo.height, photo.width));
  }

  /** The size of the photo as its labels were drawn; empty where it cannot be read. */
  Optional<ImageSize> drawn(int image) {
    Photo photo = photos.get(image);
    return isTurned(image) && exchangesSides(image)
        ? Optional.of(new ImageSize(photo.height, photo.width))
        : upright(image);
  }

  /** Whether width and height of a photo are exchanged when it is turned upright. */
  boolean exchangesSides(int image) {
    return photos.get(image).orientation.exchangesSides();
  }

  private boolean isTurned(int image) {
    Photo photo = photos.get(image);
    DrawnOn drawnOn = photo.isUntold() ? otherwise : photo.drawnOn;
    return !photo.orientation.isUpright() && drawnOn == DrawnOn.STORED;
  }

  /**
   * A photo.
   *
   * @param width as stored
   * @param height as stored
   * @param drawnOn what sizes tell
   */
  private record Photo(Orientation orientation, int width, int height, DrawnOn drawnOn) {

    static Photo of(Path file, int image, IntFunction<Optional<ImageSize>> labels) {
      try {
        ImageHeader header = ImageHeader.of(file);
        Photo photo =
            new Photo(
                new Orientation(header.orientation()),
                header.width(),
                header.height(),
                DrawnOn.UNKNOWN);
        return photo.orientation.exchangesSides() && photo.width != photo.height
            ? labels.apply(image).map(photo::told).orElse(photo)
            : photo;
      } catch (IOException unreadable) {
        // Found out when it is read.
        return new Photo(Orientation.UPRIGHT, 0, 0, DrawnOn.UNKNOWN);
      }
    }

    private Photo told(ImageSize labels) {
      boolean stored = labels.width() == width && labels.height() == height;
      boolean upright = labels.width() == height && labels.height() == width;
      DrawnOn told = stored ? DrawnOn.STORED : upright ? DrawnOn.UPRIGHT : DrawnOn.UNKNOWN;
      return new Photo(orientation, width, height, told);
    }

    boolean isTold() {
      return drawnOn != DrawnOn.UNKNOWN;
    }

    boolean isUntold() {
      return !orientation.isUpright() && !isTold();
    }
  }
}
