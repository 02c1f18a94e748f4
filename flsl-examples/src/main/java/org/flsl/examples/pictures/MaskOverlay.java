package org.flsl.examples.pictures;

import java.awt.image.BufferedImage;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.Palette;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;

/** A mask in PASCAL VOC's colours over its photo, both of the photo's size. */
public final class MaskOverlay {
  /** How much of the photo shines through. */
  private static final double PHOTO = 0.45;

  private MaskOverlay() {}

  /** The photo itself. */
  public static BufferedImage photo(Image photo) {
    RgbImage rgb = photo.toRgb();
    BufferedImage picture =
        new BufferedImage(rgb.width(), rgb.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < rgb.height(); y++) {
      for (int x = 0; x < rgb.width(); x++) {
        picture.setRGB(
            x, y, rgb.value(x, y, 0) << 16 | rgb.value(x, y, 1) << 8 | rgb.value(x, y, 2));
      }
    }
    return picture;
  }

  /** The classes over the photo; pixels that do not count show it as it is. */
  public static BufferedImage of(Image photo, LabelMask mask) {
    BufferedImage picture = photo(photo);
    for (int y = 0; y < mask.height(); y++) {
      for (int x = 0; x < mask.width(); x++) {
        int label = mask.label(x, y);
        if (label != LabelMask.IGNORED) {
          int colour = Palette.PASCAL_VOC.rgb(label);
          picture.setRGB(
              x, y, org.flsl.examples.pictures.Palette.mixed(colour, picture.getRGB(x, y), PHOTO));
        }
      }
    }
    return picture;
  }
}
