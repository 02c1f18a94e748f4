package org.flsl.views.transforms;

import java.nio.ByteBuffer;
import org.bytedeco.javacv.Frame;
import org.flsl.views.pixels.RgbImage;

/** Between DataVec's frames, whose channels are blue, green, red, and {@link RgbImage}. */
final class Frames {

  private Frames() {}

  /** Copies a frame; one channel is grey, a fourth (alpha) is dropped. */
  static RgbImage toRgb(Frame frame) {
    int channels = frame.imageChannels;
    boolean known = channels == 1 || channels == 3 || channels == 4;
    if (frame.imageDepth != Frame.DEPTH_UBYTE || !known) {
      throw new IllegalArgumentException(
          "Expected an 8-bit image of 1, 3 or 4 channels, got depth %d and %d channels"
                  .formatted(frame.imageDepth, channels)
              + "; put normalisation last in the pipeline");
    }
    ByteBuffer pixels = ((ByteBuffer) frame.image[0]).duplicate();
    RgbImage image = new RgbImage(frame.imageWidth, frame.imageHeight);
    byte[] data = image.data();
    int red = channels == 1 ? 0 : 2;
    int green = channels == 1 ? 0 : 1;
    int to = 0;
    for (int y = 0; y < frame.imageHeight; y++) {
      int from = y * frame.imageStride;
      for (int x = 0; x < frame.imageWidth; x++) {
        data[to] = pixels.get(from + red);
        data[to + 1] = pixels.get(from + green);
        data[to + 2] = pixels.get(from);
        from += channels;
        to += RgbImage.CHANNELS;
      }
    }
    return image;
  }

  /** Copies an image into a new frame. */
  static Frame fromRgb(RgbImage image) {
    Frame frame = new Frame(image.width(), image.height(), Frame.DEPTH_UBYTE, RgbImage.CHANNELS);
    ByteBuffer pixels = (ByteBuffer) frame.image[0];
    for (int y = 0; y < image.height(); y++) {
      int to = y * frame.imageStride;
      for (int x = 0; x < image.width(); x++) {
        for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
          pixels.put(to + 2 - channel, (byte) image.value(x, y, channel));
        }
        to += RgbImage.CHANNELS;
      }
    }
    return frame;
  }
}
