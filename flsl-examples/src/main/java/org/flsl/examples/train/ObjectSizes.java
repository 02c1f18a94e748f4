package org.flsl.examples.train;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.flsl.downstream.data.Placement;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.SizedBoxes;

/** How large objects are where a network sees them: on the canvas, where images just fit. */
final class ObjectSizes {
  /** COCO calls objects small up to this side. */
  private static final int SMALL = 32;

  private final ImageSize canvas;

  /** Roots of the areas of boxes, in pixels of the canvas. */
  private final double[] sides;

  ObjectSizes(SizedBoxes set, ImageSize canvas) {
    this.canvas = canvas;
    this.sides =
        IntStream.range(0, set.size())
            .boxed()
            .flatMapToDouble(image -> sides(set, image))
            .sorted()
            .toArray();
  }

  private DoubleStream sides(SizedBoxes set, int image) {
    ImageSize size = set.imageSize(image);
    double scale = Placement.fitting(size.height(), size.width(), canvas);
    return set.boxes(image).stream().mapToDouble(box -> scale * Math.sqrt(box.area()));
  }

  /** In words, and what to do where most are small. */
  @Override
  public String toString() {
    if (sides.length == 0) {
      return "no objects";
    }
    long side = Math.round(sides[(sides.length - 1) / 2]);
    String words =
        "half of the objects are of at most %d x %d pixels on a canvas of %s"
            .formatted(side, side, canvas);
    return side < SMALL ? words + ": a larger --size may find more of them" : words;
  }
}
