package org.flsl.views.transforms;

import java.util.Random;
import org.bytedeco.opencv.opencv_core.Mat;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.transform.BaseImageTransform;
import org.flsl.views.pixels.RgbImage;

/**
 * The base of the transforms: from DataVec's image to {@link RgbImage}, the work, and back.
 *
 * <p>Randomness comes from the generator given to {@link #transform(ImageWritable, Random)}, else
 * from the one given to the constructor. Without either, a transform behaves as with {@code new
 * Random(0)} every time, as DataVec asks for ("null for deterministic").
 */
public abstract class RgbTransform extends BaseImageTransform<Mat> {

  /** Takes the generator to draw from; may be null. */
  protected RgbTransform(Random random) {
    super(random);
  }

  @Override
  protected final ImageWritable doTransform(ImageWritable image, Random given) {
    if (image == null) {
      return null;
    }
    Random source = given == null ? new Random(0) : given;
    return new ImageWritable(Frames.fromRgb(apply(Frames.toRgb(image.getFrame()), source)));
  }

  /** Does the work; may change the image in place and return it. */
  protected abstract RgbImage apply(RgbImage image, Random random);

  /** The coordinates themselves, as most transforms move nothing. */
  @Override
  public float[] query(float... coordinates) {
    return coordinates;
  }
}
