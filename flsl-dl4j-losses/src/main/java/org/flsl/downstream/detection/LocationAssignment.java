package org.flsl.downstream.detection;

import java.util.Arrays;
import java.util.List;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.losses.dense.DetectionLoss;

/**
 * Which box of an image each place of a detector has to find, as FCOS decides it.
 *
 * <p>A place is responsible for a box if it lies inside, at most {@code radius} strides from the
 * middle in either direction, and the farthest edge is 4 to 8 strides away; on the finest level
 * also nearer, on the coarsest also farther. Of several boxes it takes the smallest. As torchvision
 * does it.
 *
 * @param radius strides around the middle of a box; 1.5 in FCOS
 */
public record LocationAssignment(double radius) {
  /** As in FCOS. */
  public static final LocationAssignment FCOS = new LocationAssignment(1.5);

  /** For places without a box. */
  static final int NONE = -1;

  private static final double NEAREST = 4;
  private static final double FARTHEST = 8;

  /** Refuses a radius that leaves no place. */
  public LocationAssignment {
    if (!(radius > 0)) {
      throw new IllegalArgumentException(
          "Location assignment: the radius must be above 0, got " + radius);
    }
  }

  /** The box of each place, {@link #NONE} or an index into {@code boxes}. */
  int[] assign(DetectionLevels levels, List<LabelledBox> boxes) {
    int[] assigned = new int[levels.places()];
    Arrays.fill(assigned, NONE);
    int first = 0;
    for (int number = 0; number < levels.levels().size(); number++) {
      DetectionLevels.Level level = levels.levels().get(number);
      double nearest = number == 0 ? 0 : NEAREST * level.stride();
      boolean isLast = number == levels.levels().size() - 1;
      double farthest = isLast ? Double.POSITIVE_INFINITY : FARTHEST * level.stride();
      for (int place = 0; place < level.grid().tokens(); place++) {
        assigned[first + place] =
            box(level.x(place), level.y(place), radius * level.stride(), nearest, farthest, boxes);
      }
      first += level.grid().tokens();
    }
    return assigned;
  }

  private static int box(
      double x, double y, double reach, double nearest, double farthest, List<LabelledBox> boxes) {
    int best = NONE;
    for (int i = 0; i < boxes.size(); i++) {
      LabelledBox box = boxes.get(i);
      double[] edges = edges(box, x, y);
      double least = Arrays.stream(edges).min().orElseThrow();
      double most = Arrays.stream(edges).max().orElseThrow();
      double across = Math.abs(x - (box.left() + box.right()) / 2);
      double down = Math.abs(y - (box.top() + box.bottom()) / 2);
      if (least > 0
          && most > nearest
          && most < farthest
          && Math.max(across, down) < reach
          && (best == NONE || box.area() < boxes.get(best).area())) {
        best = i;
      }
    }
    return best;
  }

  /** Distances to the left, upper, right and lower edge. */
  private static double[] edges(LabelledBox box, double x, double y) {
    return new double[] {x - box.left(), y - box.top(), box.right() - x, box.bottom() - y};
  }

  /**
   * Writes the labels of one image.
   *
   * @param image in pixels of the image as it enters the network
   * @param labels receives {@code places * (classes + 5)} numbers as {@link DetectionLoss} takes
   *     them
   * @param offset where they begin
   */
  public void write(DetectionLevels levels, Truth image, float[] labels, int offset) {
    int[] assigned = assign(levels, image.boxes);
    int classes = levels.classes();
    int at = offset;
    int first = 0;
    for (DetectionLevels.Level level : levels.levels()) {
      for (int place = 0; place < level.grid().tokens(); place++) {
        double x = level.x(place);
        double y = level.y(place);
        int index = assigned[first + place];
        if (index != NONE) {
          LabelledBox box = image.boxes.get(index);
          labels[at + box.category()] = 1;
          double[] edges = edges(box, x, y);
          for (int i = 0; i < edges.length; i++) {
            labels[at + classes + i] = (float) (edges[i] / level.stride());
          }
        }
        at += classes + DetectionLoss.BOX;
        labels[at - 1] = index != NONE || image.counts(x, y) ? 1 : 0;
      }
      first += level.grid().tokens();
    }
  }

  /**
   * What is in an image.
   *
   * @param boxes to be found
   * @param ignored where nobody knows what is there, such as in crowds
   * @param seen the part of the image that is no padding
   */
  public record Truth(List<LabelledBox> boxes, List<LabelledBox> ignored, LabelledBox seen) {

    boolean counts(double x, double y) {
      return seen.contains(x, y) && ignored.stream().noneMatch(box -> box.contains(x, y));
    }
  }
}
