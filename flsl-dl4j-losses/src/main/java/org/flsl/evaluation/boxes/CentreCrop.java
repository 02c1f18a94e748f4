package org.flsl.evaluation.boxes;

import java.util.Optional;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;

/**
 * Brings images to a square, and their boxes exactly along: the shorter side is resized, bicubic,
 * and the middle is cut out.
 *
 * <p>The same pixels as torchvision's {@code Resize(resize)} followed by {@code CenterCrop(crop)}.
 *
 * @param resize pixels of the shorter side, 256 as published
 * @param crop pixels of a side of the square, 224 as published
 */
public record CentreCrop(int resize, int crop) {

  private static final int PUBLISHED_RESIZE = 256;
  private static final int PUBLISHED_CROP = 224;

  /** Refuses squares larger than the image. */
  public CentreCrop {
    if (crop < 1 || resize < crop) {
      throw new IllegalArgumentException(
          "A crop of %d pixels cannot be cut out of %d".formatted(crop, resize));
    }
  }

  /** A square of any size in the published proportion, 256 to 224. */
  public static CentreCrop of(int crop) {
    return new CentreCrop(
        (int) Math.round((double) crop * PUBLISHED_RESIZE / PUBLISHED_CROP), crop);
  }

  /** The size of an image before the middle is cut out. */
  private ImageSize resized(int height, int width) {
    return height <= width
        ? new ImageSize(resize, (int) ((long) resize * width / height))
        : new ImageSize((int) ((long) resize * height / width), resize);
  }

  private int margin(int side) {
    return (int) Math.rint((side - crop) / 2.0);
  }

  /** The square. */
  public Image image(Image image) {
    ImageSize size = resized(image.height(), image.width());
    BicubicResize bicubic = new BicubicResize();
    Image whole = bicubic.resize(image, CropBox.whole(image), size.height(), size.width());
    CropBox middle = new CropBox(margin(size.height()), margin(size.width()), crop, crop);
    return bicubic.resize(whole, middle, crop, crop);
  }

  /**
   * What the square shows of a box.
   *
   * @param height rows of the image
   * @param width columns of the image
   * @return in pixels of the square; empty if the box lies outside
   */
  public Optional<LabelledBox> box(LabelledBox box, int height, int width) {
    ImageSize size = resized(height, width);
    double across = (double) size.width() / width;
    double down = (double) size.height() / height;
    double left = inside(box.left() * across - margin(size.width()));
    double right = inside(box.right() * across - margin(size.width()));
    double top = inside(box.top() * down - margin(size.height()));
    double bottom = inside(box.bottom() * down - margin(size.height()));
    return left < right && top < bottom
        ? Optional.of(new LabelledBox(box.category(), left, top, right, bottom))
        : Optional.empty();
  }

  private double inside(double at) {
    return Math.max(0, Math.min(crop, at));
  }
}
