package org.flsl.views.pixels;

/**
 * Pillow's {@code Image.blend} of two values: {@code from + factor * (to - from)} in single
 * precision, clipped to 0..255 and truncated.
 */
final class Blend {

  private Blend() {}

  static int of(int from, int to, float factor) {
    float value = from + factor * (to - from);
    if (value <= 0f) {
      return 0;
    }
    return value >= 255f ? 255 : (int) value;
  }

  /** The same on a scale of 0 to 1, not truncated. */
  static float of(float from, float to, float factor) {
    return FloatImage.inside(from + factor * (to - from));
  }
}
