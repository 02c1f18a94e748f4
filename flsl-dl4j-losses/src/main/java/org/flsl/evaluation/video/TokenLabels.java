package org.flsl.evaluation.video;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.layers.TokenGrid;

/**
 * Between the pixels of a mask and the labels of tokens, as DINO's evaluation goes: the pixel in
 * the middle of a token gives its label; labels become pixels by bilinear interpolation at the size
 * that the network saw, each label scaled from 0 to 1 over the frame, the largest one taken, and
 * nearest pixels at the size of the mask.
 */
final class TokenLabels {

  private final TokenGrid grid;
  private final int[] objects;

  /**
   * Prepares for a sequence.
   *
   * @param objects the numbers of the objects in masks; the background, 0, comes first by itself
   */
  TokenLabels(TokenGrid grid, int[] objects) {
    this.grid = grid;
    this.objects = objects.clone();
  }

  /** The background and the objects. */
  int count() {
    return 1 + objects.length;
  }

  /** One for the label of each token, zero for the others; other numbers are background. */
  float[] of(LabelMask mask) {
    float[] labels = new float[grid.tokens() * count()];
    for (int i = 0; i < grid.tokens(); i++) {
      int y = nearest(i / grid.width(), grid.height(), mask.height());
      int x = nearest(i % grid.width(), grid.width(), mask.width());
      int object = Arrays.binarySearch(objects, mask.label(x, y));
      labels[i * count() + Math.max(0, object + 1)] = 1;
    }
    return labels;
  }

  /**
   * The mask that labels stand for.
   *
   * @param seen the size that the network saw
   * @param size of the mask
   */
  LabelMask mask(float[] labels, ImageSize seen, ImageSize size) {
    float[] best = new float[seen.height() * seen.width()];
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    int[] found = new int[best.length];
    for (int label = 0; label < count(); label++) {
      float[] plane = plane(labels, label, seen);
      stretch(plane);
      int number = label == 0 ? 0 : objects[label - 1];
      for (int i = 0; i < best.length; i++) {
        if (plane[i] > best[i]) {
          best[i] = plane[i];
          found[i] = number;
        }
      }
    }
    int[] pixels = new int[size.height() * size.width()];
    for (int y = 0; y < size.height(); y++) {
      int row = nearest(y, size.height(), seen.height()) * seen.width();
      for (int x = 0; x < size.width(); x++) {
        pixels[y * size.width() + x] = found[row + nearest(x, size.width(), seen.width())];
      }
    }
    return new LabelMask(size.width(), size.height(), pixels);
  }

  /** Of a number of cells the one that holds the middle of a cell of another division. */
  private static int nearest(int cell, int of, int cells) {
    return (int) ((2L * cell + 1) * cells / (2L * of));
  }

  /** One label at every pixel; rows are independent, so they are shared among threads. */
  private float[] plane(float[] labels, int label, ImageSize size) {
    float[] plane = new float[size.height() * size.width()];
    IntStream.range(0, size.height())
        .parallel()
        .forEach(
            y -> {
              double down = position(y, size.height(), grid.height());
              for (int x = 0; x < size.width(); x++) {
                double across = position(x, size.width(), grid.width());
                plane[y * size.width() + x] = interpolate(labels, label, down, across);
              }
            });
    return plane;
  }

  private static double position(int pixel, int pixels, int tokens) {
    return Math.max(0, (pixel + 0.5) * tokens / pixels - 0.5);
  }

  private float interpolate(float[] labels, int label, double down, double across) {
    int top = (int) down;
    int left = (int) across;
    int bottom = Math.min(top + 1, grid.height() - 1);
    int right = Math.min(left + 1, grid.width() - 1);
    double fromLeft = across - left;
    double above =
        at(labels, label, top, left) * (1 - fromLeft) + at(labels, label, top, right) * fromLeft;
    double below =
        at(labels, label, bottom, left) * (1 - fromLeft)
            + at(labels, label, bottom, right) * fromLeft;
    return (float) (above + (below - above) * (down - top));
  }

  private float at(float[] labels, int label, int y, int x) {
    return labels[(y * grid.width() + x) * count() + label];
  }

  /** From 0 to 1, so that a weak object is not drowned; a plane without contrast becomes 0. */
  private static void stretch(float[] plane) {
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (float value : plane) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    float range = most - least;
    for (int i = 0; i < plane.length; i++) {
      plane[i] = range == 0 ? 0 : (plane[i] - least) / range;
    }
  }
}
