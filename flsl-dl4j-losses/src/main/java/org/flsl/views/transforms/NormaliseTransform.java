package org.flsl.views.transforms;

import java.nio.FloatBuffer;
import java.util.Random;
import org.bytedeco.javacv.Frame;
import org.bytedeco.opencv.opencv_core.Mat;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.transform.BaseImageTransform;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.RgbImage;

/**
 * Turns an 8-bit image into one of floats, {@code (value / 255 - mean) / std} per channel; see
 * {@link ChannelNormaliser}.
 *
 * <p>Put it last in a pipeline, and use no scaler afterwards. Channels stay in DataVec's order,
 * blue first; means and deviations are given red first.
 */
public final class NormaliseTransform extends BaseImageTransform<Mat> {

  private final ChannelNormaliser normaliser;

  /**
   * Makes a transform.
   *
   * @param mean of red, green and blue, on a scale of 0 to 1
   * @param std of red, green and blue, on a scale of 0 to 1
   */
  public NormaliseTransform(float[] mean, float[] std) {
    super(null);
    normaliser = new ChannelNormaliser(mean, std);
  }

  @Override
  protected ImageWritable doTransform(ImageWritable image, Random random) {
    if (image == null) {
      return null;
    }
    RgbImage rgb = Frames.toRgb(image.getFrame());
    Frame frame = new Frame(rgb.width(), rgb.height(), Frame.DEPTH_FLOAT, RgbImage.CHANNELS);
    FloatBuffer numbers = (FloatBuffer) frame.image[0];
    for (int y = 0; y < rgb.height(); y++) {
      int to = y * frame.imageStride;
      for (int x = 0; x < rgb.width(); x++) {
        for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
          numbers.put(to + 2 - channel, normaliser.normalise(channel, rgb.value(x, y, channel)));
        }
        to += RgbImage.CHANNELS;
      }
    }
    return new ImageWritable(frame);
  }

  /** The coordinates themselves: nothing moves. */
  @Override
  public float[] query(float... coordinates) {
    return coordinates;
  }
}
