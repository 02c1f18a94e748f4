package org.flsl.downstream.data;

import java.util.Arrays;
import java.util.Optional;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;

/**
 * Where a part of a photo lies on a canvas of fixed size, so that photos of any size fill batches
 * of one: image, mask and boxes go through the same one.
 *
 * <p>The part is resized to its place; what the canvas has beside it is padding: zeros in the image
 * (the mean colour, where channels are normalised), {@link LabelMask#IGNORED} in masks.
 *
 * @param source the part, in pixels of the photo
 * @param target its place, in pixels of the canvas before it is turned over
 * @param canvas size of the result
 * @param flipped whether the canvas is turned over, left to right
 */
public record Placement(CropBox source, CropBox target, ImageSize canvas, boolean flipped) {

  /** Checks that the place is on the canvas. */
  public Placement {
    if (target.top() + target.height() > canvas.height()
        || target.left() + target.width() > canvas.width()) {
      throw new IllegalArgumentException(
          "The place %s is not on a canvas of %s pixels".formatted(target, canvas));
    }
  }

  /** The whole photo as large as the canvas allows, in its left upper corner. */
  public static Placement fit(Image photo, ImageSize canvas) {
    double scale = fitting(photo.height(), photo.width(), canvas);
    return new Placement(
        CropBox.whole(photo),
        new CropBox(
            0,
            0,
            scaled(photo.height(), scale, canvas.height()),
            scaled(photo.width(), scale, canvas.width())),
        canvas,
        false);
  }

  /** The factor by which the whole photo just fits on the canvas. */
  public static double fitting(int height, int width, ImageSize canvas) {
    return Math.min((double) canvas.height() / height, (double) canvas.width() / width);
  }

  static int scaled(int pixels, double scale, int most) {
    return (int) Math.max(1, Math.min(most, Math.round(pixels * scale)));
  }

  /** Where a point of the photo lies on the canvas, from the left. */
  public double x(double photoX) {
    double x = target.left() + (photoX - source.left()) * target.width() / source.width();
    return flipped ? canvas.width() - x : x;
  }

  /** Where a point of the photo lies on the canvas, from above. */
  public double y(double photoY) {
    return target.top() + (photoY - source.top()) * target.height() / source.height();
  }

  /** Where a point of the canvas lies in the photo, from the left. */
  public double photoX(double x) {
    double unturned = flipped ? canvas.width() - x : x;
    return source.left() + (unturned - target.left()) * source.width() / target.width();
  }

  /** Where a point of the canvas lies in the photo, from above. */
  public double photoY(double y) {
    return source.top() + (y - target.top()) * source.height() / target.height();
  }

  /** The part of the canvas that is no padding. */
  public LabelledBox seen() {
    double left = x(source.left());
    double right = x(source.left() + source.width());
    return new LabelledBox(
        0,
        Math.min(left, right),
        target.top(),
        Math.max(left, right),
        target.top() + target.height());
  }

  /** How many pixels of the canvas so many pixels of the photo would become. */
  public double area(double photoPixels) {
    return photoPixels * target.width() / source.width() * target.height() / source.height();
  }

  /** The visible part of a box; empty where nothing of it is seen. */
  public Optional<LabelledBox> box(LabelledBox box) {
    double left = Math.max(box.left(), source.left());
    double top = Math.max(box.top(), source.top());
    double right = Math.min(box.right(), source.left() + source.width());
    double bottom = Math.min(box.bottom(), source.top() + source.height());
    if (!(left < right && top < bottom)) {
      return Optional.empty();
    }
    double x1 = x(left);
    double x2 = x(right);
    return Optional.of(
        new LabelledBox(box.category(), Math.min(x1, x2), y(top), Math.max(x1, x2), y(bottom)));
  }

  /** A mask of the photo, as large as the canvas: every pixel takes the label of the nearest. */
  public LabelMask mask(LabelMask mask) {
    int[] labels = new int[canvas.height() * canvas.width()];
    Arrays.fill(labels, LabelMask.IGNORED);
    for (int y = 0; y < target.height(); y++) {
      int photoY = source.top() + nearest(y, target.height(), source.height());
      int row = (target.top() + y) * canvas.width();
      for (int x = 0; x < target.width(); x++) {
        int photoX = source.left() + nearest(x, target.width(), source.width());
        labels[row + column(x)] = mask.label(photoX, photoY);
      }
    }
    return new LabelMask(canvas.width(), canvas.height(), labels);
  }

  private static int nearest(int pixel, int pixels, int of) {
    return (int) ((2L * pixel + 1) * of / (2L * pixels));
  }

  /** The column of the canvas that a column of the place comes to. */
  private int column(int x) {
    return flipped ? canvas.width() - 1 - target.left() - x : target.left() + x;
  }

  /** The part of a photo that is seen, resized to its place, not turned over. */
  public Image part(Image photo, BicubicResize resize) {
    return resize.resize(photo, source, target.height(), target.width());
  }

  /**
   * Writes the seen part onto the canvas, normalised.
   *
   * @param part as {@link #part} gives it, its colours changed or not
   * @param canvases receives {@code [channels, height, width]}; padding stays as it is
   * @param start where the canvas begins in it
   */
  public void write(Image part, ChannelNormaliser normaliser, float[] canvases, int start) {
    int plane = target.height() * target.width();
    float[] values = new float[normaliser.channels() * plane];
    normaliser.write(part, values, 0);
    for (int channel = 0; channel < normaliser.channels(); channel++) {
      int to = start + channel * canvas.height() * canvas.width();
      for (int y = 0; y < target.height(); y++) {
        int row = to + (target.top() + y) * canvas.width();
        int from = channel * plane + y * target.width();
        for (int x = 0; x < target.width(); x++) {
          canvases[row + column(x)] = values[from + x];
        }
      }
    }
  }
}
