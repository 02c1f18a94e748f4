package org.flsl.views.pixels;

/**
 * Cuts a rectangle out of an image and resizes it, bicubic and antialiased.
 *
 * <p>Use one per thread: it keeps its working memory between calls. Same values as {@code
 * image.crop(box).resize(size, BICUBIC)} in Pillow: pixels outside the rectangle play no part, rows
 * are resized first and rounded to 8 bits, then columns. Images of real numbers get the same
 * weights and no rounding.
 */
public final class BicubicResize {

  private static final int HALF = 1 << (BicubicWeights.FRACTION_BITS - 1);

  /** Source rows already resized to the target width; row r is in slot {@code r % slots}. */
  private int[] rows = new int[0];

  private int[] sums = new int[0];

  /**
   * Makes the resized crop.
   *
   * @param image the source, unchanged
   * @param box the rectangle, inside the image
   * @param height rows of the result
   * @param width columns of the result
   */
  public Image resize(Image image, CropBox box, int height, int width) {
    return image instanceof RgbImage rgb
        ? resize(rgb, box, height, width)
        : resize((FloatImage) image, box, height, width);
  }

  /** Makes the resized crop of an image of real numbers. */
  public FloatImage resize(FloatImage image, CropBox box, int height, int width) {
    box.requireInside(image);
    BicubicWeights across = new BicubicWeights(box.width(), width);
    BicubicWeights down = new BicubicWeights(box.height(), height);
    int channels = image.channels();
    FloatImage narrow = new FloatImage(width, box.height(), channels);
    for (int y = 0; y < box.height(); y++) {
      int from = channels * ((box.top() + y) * image.width() + box.left());
      for (int c = 0; c < channels; c++) {
        line(image.data(), from + c, channels, across, narrow.data(), y * width * channels + c);
      }
    }
    FloatImage result = new FloatImage(width, height, channels);
    for (int i = 0; i < width * channels; i++) {
      line(narrow.data(), i, width * channels, down, result.data(), i);
    }
    for (int i = 0; i < result.data().length; i++) {
      result.data()[i] = FloatImage.inside(result.data()[i]);
    }
    return result;
  }

  /** Resizes one line of numbers that lie {@code stride} apart, in source and target. */
  private static void line(
      float[] source, int start, int stride, BicubicWeights by, float[] target, int targetStart) {
    for (int t = 0; t < by.first.length; t++) {
      float sum = 0;
      for (int k = 0; k < by.taps[t]; k++) {
        sum += by.weights[t * by.maxTaps + k] * source[start + (by.first[t] + k) * stride];
      }
      target[targetStart + t * stride] = sum / (1 << BicubicWeights.FRACTION_BITS);
    }
  }

  /** Makes the resized crop of an 8-bit image. */
  public RgbImage resize(RgbImage image, CropBox box, int height, int width) {
    box.requireInside(image);
    BicubicWeights across = new BicubicWeights(box.width(), width);
    BicubicWeights down = new BicubicWeights(box.height(), height);
    RgbImage result = new RgbImage(width, height);

    int rowLength = RgbImage.CHANNELS * width;
    int slots = down.maxTaps;
    if (rows.length < slots * rowLength) {
      rows = new int[slots * rowLength];
    }
    if (sums.length < rowLength) {
      sums = new int[rowLength];
    }

    int nextRow = 0;
    for (int y = 0; y < height; y++) {
      int first = down.first[y];
      int taps = down.taps[y];
      for (; nextRow < first + taps; nextRow++) {
        int sourceStart = RgbImage.CHANNELS * ((box.top() + nextRow) * image.width() + box.left());
        resizeRow(image.data(), sourceStart, across, rows, nextRow % slots * rowLength);
      }
      weighRows(down, y, slots, rowLength);
      roundInto(result.data(), y * rowLength, rowLength);
    }
    return result;
  }

  private static void resizeRow(
      byte[] source, int sourceStart, BicubicWeights across, int[] target, int targetStart) {
    int[] weights = across.weights;
    int at = targetStart;
    for (int x = 0; x < across.first.length; x++) {
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      int pixel = sourceStart + RgbImage.CHANNELS * across.first[x];
      int from = x * across.maxTaps;
      int to = from + across.taps[x];
      for (int k = from; k < to; k++) {
        int weight = weights[k];
        red += weight * (source[pixel] & 0xff);
        green += weight * (source[pixel + 1] & 0xff);
        blue += weight * (source[pixel + 2] & 0xff);
        pixel += RgbImage.CHANNELS;
      }
      target[at] = clip(red);
      target[at + 1] = clip(green);
      target[at + 2] = clip(blue);
      at += RgbImage.CHANNELS;
    }
  }

  /** Adds the weighted rows into {@link #sums}; loops over whole rows, which vectorise. */
  private void weighRows(BicubicWeights down, int y, int slots, int rowLength) {
    int[] in = rows;
    int[] out = sums;
    int first = down.first[y];
    int taps = down.taps[y];
    int weightsAt = y * down.maxTaps;
    for (int i = 0; i < rowLength; i++) {
      out[i] = HALF;
    }
    int k = 0;
    for (; k + 1 < taps; k += 2) {
      int weight0 = down.weights[weightsAt + k];
      int weight1 = down.weights[weightsAt + k + 1];
      int row0 = (first + k) % slots * rowLength;
      int row1 = (first + k + 1) % slots * rowLength;
      for (int i = 0; i < rowLength; i++) {
        out[i] += weight0 * in[row0 + i] + weight1 * in[row1 + i];
      }
    }
    for (; k < taps; k++) {
      int weight = down.weights[weightsAt + k];
      int row = (first + k) % slots * rowLength;
      for (int i = 0; i < rowLength; i++) {
        out[i] += weight * in[row + i];
      }
    }
  }

  private void roundInto(byte[] target, int start, int rowLength) {
    for (int i = 0; i < rowLength; i++) {
      target[start + i] = (byte) clip(sums[i]);
    }
  }

  private static int clip(int fixedPoint) {
    return Math.max(0, Math.min(255, fixedPoint >> BicubicWeights.FRACTION_BITS));
  }
}
