package org.flsl.views.decode;

import org.flsl.views.pixels.FloatImage;
import org.flsl.views.pixels.Greyscale;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;

/**
 * Brings what a file holds to the number of channels that a network takes.
 *
 * <p>Colours become grey by their luma (ITU-R 601), grey becomes three equal channels, and alpha is
 * dropped where colours or grey are wanted. Any other number has to be what the file holds.
 */
final class Bands {

  private static final int GREY = 1;
  private static final int GREY_ALPHA = 2;
  private static final int RGB_ALPHA = 4;

  private Bands() {}

  /** Whether colours or grey are wanted, which can be had of most files. */
  static boolean arePicture(int channels) {
    return channels == GREY || channels == RgbImage.CHANNELS;
  }

  static Image of(Image stored, int channels) throws UnreadableImageException {
    int found = stored.channels();
    if (found == channels) {
      return stored;
    }
    if (!arePicture(channels) || found > RGB_ALPHA) {
      throw new UnreadableImageException(
          "it has %d channel(s), and the network takes %d".formatted(found, channels));
    }
    boolean grey = found <= GREY_ALPHA;
    if (stored instanceof RgbImage rgb) {
      return grey(rgb);
    }
    FloatImage from = (FloatImage) stored;
    FloatImage to = new FloatImage(from.width(), from.height(), channels);
    float[] in = from.data();
    for (int pixel = 0, i = 0; i < in.length; pixel++, i += found) {
      for (int c = 0; c < channels; c++) {
        to.data()[channels * pixel + c] = grey ? in[i] : channels == GREY ? luma(in, i) : in[i + c];
      }
    }
    return to;
  }

  private static float luma(float[] data, int at) {
    return 0.299f * data[at] + 0.587f * data[at + 1] + 0.114f * data[at + 2];
  }

  /** Rounded to 8 bits, as Pillow does; what was grey keeps its values. */
  private static FloatImage grey(RgbImage colours) {
    FloatImage grey = new FloatImage(colours.width(), colours.height(), GREY);
    RgbImage luma = new RgbImage(colours.width(), colours.height(), colours.data().clone());
    new Greyscale().applyTo(luma);
    for (int i = 0; i < grey.data().length; i++) {
      grey.data()[i] = (luma.data()[RgbImage.CHANNELS * i] & 0xff) / 255f;
    }
    return grey;
  }
}
