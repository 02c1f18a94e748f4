package org.flsl.views.pixels;

/**
 * Blurs an image with three extended box blurs, which is what Pillow calls {@code GaussianBlur}.
 *
 * <p>A box of whole width 2r+1 cannot have just any standard deviation; the extended box (Gwosdek
 * et al., "Theoretical foundations of Gaussian convolution by extended box filtering", SSVM 2011)
 * adds one lighter pixel at both ends so that three passes have the deviation asked for. Values are
 * rounded to 8 bits after every pass, and the border pixel is repeated outwards, as in Pillow.
 *
 * @param radius the standard deviation in pixels, 0 to 100; 0 changes nothing
 */
public record GaussianBlur(float radius) implements PixelOperation {

  private static final int PASSES = 3;
  private static final int WEIGHT_BITS = 24;
  private static final int HALF = 1 << (WEIGHT_BITS - 1);

  /** Columns are blurred in strips of this many bytes, so that a strip stays in the cache. */
  private static final int STRIP = 96;

  /** Checks the radius. */
  public GaussianBlur {
    if (!(radius >= 0 && radius <= 100)) {
      throw new IllegalArgumentException("The blur radius must be 0 to 100, got " + radius);
    }
  }

  @Override
  public void applyTo(RgbImage image) {
    if (radius == 0) {
      return;
    }
    float boxRadius = boxRadius();
    int whole = (int) boxRadius;
    int centreWeight = (int) ((1 << WEIGHT_BITS) / (boxRadius * 2 + 1));
    int edgeWeight = ((1 << WEIGHT_BITS) - (whole * 2 + 1) * centreWeight) / 2;
    Box box = new Box(whole, centreWeight, edgeWeight);

    int rowLength = RgbImage.CHANNELS * image.width();
    Lines rows = new Lines(image.width(), RgbImage.CHANNELS, whole + 1);
    for (int y = 0; y < image.height(); y++) {
      rows.blur(box, image.data(), y * rowLength, RgbImage.CHANNELS);
    }
    int strip = Math.min(STRIP, rowLength);
    Lines columns = new Lines(image.height(), strip, whole + 1);
    for (int start = 0; start < rowLength; start += strip) {
      int width = Math.min(strip, rowLength - start);
      Lines lines = width == strip ? columns : new Lines(image.height(), width, whole + 1);
      lines.blur(box, image.data(), start, rowLength);
    }
  }

  /** A plain Gaussian, cut off where it has fallen to a hundredth of a percent. */
  @Override
  public void applyTo(FloatImage image) {
    if (radius == 0) {
      return;
    }
    float[] kernel = new float[1 + (int) Math.ceil(4.3 * radius)];
    double sum = 0;
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = (float) Math.exp(-0.5 * i * i / ((double) radius * radius));
      sum += i == 0 ? kernel[i] : 2 * kernel[i];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= (float) sum;
    }
    int row = image.width() * image.channels();
    for (int y = 0; y < image.height(); y++) {
      for (int c = 0; c < image.channels(); c++) {
        blur(image.data(), y * row + c, image.width(), image.channels(), kernel);
      }
    }
    for (int i = 0; i < row; i++) {
      blur(image.data(), i, image.height(), row, kernel);
    }
  }

  /** Blurs one line of numbers, its ends repeated outwards. */
  private static void blur(float[] data, int start, int steps, int stride, float[] kernel) {
    float[] line = new float[steps];
    for (int i = 0; i < steps; i++) {
      line[i] = data[start + i * stride];
    }
    for (int i = 0; i < steps; i++) {
      float sum = kernel[0] * line[i];
      for (int k = 1; k < kernel.length; k++) {
        sum += kernel[k] * (line[Math.max(0, i - k)] + line[Math.min(steps - 1, i + k)]);
      }
      data[start + i * stride] = sum;
    }
  }

  /** The box radius, with its fractional part, whose three passes have this deviation. */
  private float boxRadius() {
    float variance = radius * radius / PASSES;
    float length = (float) Math.sqrt(12.0 * variance + 1.0);
    float whole = (float) Math.floor((length - 1.0) / 2.0);
    float fraction = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
    fraction /= 6 * (variance - (whole + 1) * (whole + 1));
    return whole + fraction;
  }

  /** An extended box: 2 radius + 1 values of one weight, one value of a lesser at either end. */
  private record Box(int radius, int centreWeight, int edgeWeight) {}

  /**
   * Parallel lines, {@code lanes} values per step, with a border on both sides. The lanes of a row
   * are its colour channels; those of a strip of columns are all its values in one row.
   */
  private static final class Lines {
    private final int steps;
    private final int lanes;
    private final int border;
    private int[] now;
    private int[] next;

    Lines(int steps, int lanes, int border) {
      this.steps = steps;
      this.lanes = lanes;
      this.border = border;
      this.now = new int[(steps + 2 * border) * lanes];
      this.next = new int[now.length];
    }

    void blur(Box box, byte[] data, int start, int stride) {
      // A row is one contiguous run, a strip of columns is a run per step.
      int runs = stride == lanes ? 1 : steps;
      int run = steps * lanes / runs;
      for (int r = 0; r < runs; r++) {
        int from = start + r * stride;
        int to = border * lanes + r * run;
        for (int i = 0; i < run; i++) {
          now[to + i] = data[from + i] & 0xff;
        }
      }
      for (int pass = 0; pass < PASSES; pass++) {
        repeatBorders();
        pass(box);
        int[] done = next;
        next = now;
        now = done;
      }
      for (int r = 0; r < runs; r++) {
        int to = start + r * stride;
        int from = border * lanes + r * run;
        for (int i = 0; i < run; i++) {
          data[to + i] = (byte) now[from + i];
        }
      }
    }

    private void repeatBorders() {
      int first = border * lanes;
      int last = (border + steps - 1) * lanes;
      for (int step = 0; step < border; step++) {
        System.arraycopy(now, first, now, step * lanes, lanes);
        System.arraycopy(now, last, now, last + (step + 1) * lanes, lanes);
      }
    }

    private void pass(Box box) {
      int from = border * lanes;
      int to = from + steps * lanes;
      switch (box.radius) {
        case 0 -> passOfRadius0(now, next, from, to, lanes, box.centreWeight, box.edgeWeight);
        case 1 -> passOfRadius1(now, next, from, to, lanes, box.centreWeight, box.edgeWeight);
        default -> passOfAnyRadius(box, from, to);
      }
    }

    // The published radii (up to 2) need boxes of radius 0 and 1 only: plain loops that vectorise.

    private static void passOfRadius0(
        int[] in, int[] out, int from, int to, int step, int centre, int edge) {
      for (int i = from; i < to; i++) {
        out[i] = (in[i] * centre + (in[i - step] + in[i + step]) * edge + HALF) >>> WEIGHT_BITS;
      }
    }

    private static void passOfRadius1(
        int[] in, int[] out, int from, int to, int step, int centre, int edge) {
      int step2 = 2 * step;
      for (int i = from; i < to; i++) {
        int middle = in[i - step] + in[i] + in[i + step];
        int ends = in[i - step2] + in[i + step2];
        out[i] = (middle * centre + ends * edge + HALF) >>> WEIGHT_BITS;
      }
    }

    private void passOfAnyRadius(Box box, int from, int to) {
      int reach = box.radius * lanes;
      for (int lane = 0; lane < lanes; lane++) {
        int sum = 0;
        for (int i = from + lane - reach; i <= from + lane + reach; i += lanes) {
          sum += now[i];
        }
        for (int i = from + lane; i < to; i += lanes) {
          int ends = now[i - reach - lanes] + now[i + reach + lanes];
          next[i] = (sum * box.centreWeight + ends * box.edgeWeight + HALF) >>> WEIGHT_BITS;
          if (i + lanes < to) {
            sum += now[i + reach + lanes] - now[i - reach];
          }
        }
      }
    }
  }
}
