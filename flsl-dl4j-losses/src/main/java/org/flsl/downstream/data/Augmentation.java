package org.flsl.downstream.data;

import java.util.random.RandomGenerator;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.views.ColourJitter;
import org.flsl.views.Range;
import org.flsl.views.ViewSeed;
import org.flsl.views.ViewSeed.Purpose;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Greyscale;
import org.flsl.views.pixels.Image;

/**
 * How images of a training with labels are changed at random: resized and cropped, turned over,
 * other colours.
 *
 * <p>An image is first as large as the canvas allows, times a factor whose logarithm is uniform in
 * that of {@code scale}; what does not fit is cut off, what is missing is padding, both at a random
 * place. Every choice depends on its {@link ViewSeed} alone.
 *
 * @param scale smallest and largest factor
 * @param flip how often an image is turned over, left to right
 * @param colours strengths of the change of colours
 * @param recolour how often colours change
 * @param grey how often an image loses its colours
 */
public record Augmentation(
    Range scale, double flip, ColourJitter colours, double recolour, double grey) {

  /** No change: the whole image, as large as the canvas allows. */
  public static final Augmentation NONE =
      new Augmentation(new Range(1, 1), 0, new ColourJitter(0, 0, 0, 0), 0, 0);

  /** Half to twice the size, half of them turned over, moderate colours. */
  public static final Augmentation USUAL =
      new Augmentation(new Range(0.5, 2), 0.5, new ColourJitter(0.4, 0.4, 0.2, 0.1), 0.5, 0.1);

  /** Checks the values. */
  public Augmentation {
    if (!(scale.min() > 0)) {
      throw new IllegalArgumentException("A factor of size must be above 0, got " + scale);
    }
    share("flip", flip);
    share("recolour", recolour);
    share("grey", grey);
  }

  private static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "The augmentation's %s must be from 0 to 1, got %s".formatted(name, value));
    }
  }

  /** Where an image goes. */
  public Placement place(Image photo, ImageSize canvas, ViewSeed seed) {
    RandomGenerator random = seed.generator(0, Purpose.CROP);
    double factor = Math.exp(new Range(Math.log(scale.min()), Math.log(scale.max())).draw(random));
    double zoom = factor * Placement.fitting(photo.height(), photo.width(), canvas);
    Axis down = Axis.draw(photo.height(), canvas.height(), zoom, random);
    Axis across = Axis.draw(photo.width(), canvas.width(), zoom, random);
    return new Placement(
        new CropBox(down.from, across.from, down.length, across.length),
        new CropBox(down.to, across.to, down.placed, across.placed),
        canvas,
        random.nextDouble() < flip);
  }

  /** Changes the colours of an image in place. */
  public void recolour(Image image, ViewSeed seed) {
    RandomGenerator random = seed.generator(0, Purpose.COLOUR);
    if (random.nextDouble() < recolour) {
      colours.applyTo(image, random);
    }
    if (random.nextDouble() < grey) {
      new Greyscale().applyTo(image);
    }
  }

  /**
   * A direction of a placement.
   *
   * @param from first pixel of the photo that is seen
   * @param length how many of them
   * @param to where they begin on the canvas
   * @param placed how many pixels they become there
   */
  private record Axis(int from, int length, int to, int placed) {

    static Axis draw(int photo, int canvas, double zoom, RandomGenerator random) {
      double at = random.nextDouble();
      if (photo * zoom <= canvas) {
        int placed = Placement.scaled(photo, zoom, canvas);
        return new Axis(0, photo, (int) Math.round(at * (canvas - placed)), placed);
      }
      int length = Placement.scaled(canvas, 1 / zoom, photo);
      return new Axis((int) Math.round(at * (photo - length)), length, 0, canvas);
    }
  }
}
