package org.flsl.downstream.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.flsl.downstream.data.LabelMaker;
import org.flsl.downstream.data.Placement;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.losses.dense.DetectionLoss;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The boxes of a set as labels of a {@link DetectionHead}, {@code [B, places, classes + 5]}.
 *
 * <p>Padding does not count, nor do boxes of which little is left in a crop: a network cannot know
 * what they were.
 *
 * @param set whose images are trained on
 * @param levels of the detector, for images of the batches' size
 * @param assignment of boxes to places
 */
public record BoxLabels(BoxSet set, DetectionLevels levels, LocationAssignment assignment)
    implements LabelMaker {

  /** Share of a box that has to be seen for it to be found. */
  private static final double VISIBLE = 0.25;

  /** Labels as FCOS assigns them. */
  public static BoxLabels of(BoxSet set, DetectionLevels levels) {
    return new BoxLabels(set, levels, LocationAssignment.FCOS);
  }

  @Override
  public INDArray[] labels(List<Placed> batch) {
    int numbers = levels.classes() + DetectionLoss.BOX;
    int length = levels.places() * numbers;
    float[] values = new float[Math.multiplyExact(batch.size(), length)];
    IntStream.range(0, batch.size())
        .parallel()
        .forEach(i -> assignment.write(levels, truth(batch.get(i)), values, i * length));
    return new INDArray[] {
      Nd4j.create(values, new long[] {batch.size(), levels.places(), numbers}, 'c')
    };
  }

  LocationAssignment.Truth truth(Placed image) {
    Placement placement = image.placement();
    SortedMap<Integer, LabelledBox> seen = seen(image);
    List<LabelledBox> ignored = new ArrayList<>();
    List<LabelledBox> all = set.boxes(image.image());
    for (int i = 0; i < all.size(); i++) {
      if (!seen.containsKey(i)) {
        placement.box(all.get(i)).ifPresent(ignored::add);
      }
    }
    set.ignored(image.image()).forEach(box -> placement.box(box).ifPresent(ignored::add));
    return new LocationAssignment.Truth(List.copyOf(seen.values()), ignored, placement.seen());
  }

  /** The boxes of which enough is seen, as they lie in the image, by their numbers in the set. */
  SortedMap<Integer, LabelledBox> seen(Placed image) {
    SortedMap<Integer, LabelledBox> seen = new TreeMap<>();
    List<LabelledBox> all = set.boxes(image.image());
    for (int i = 0; i < all.size(); i++) {
      int number = i;
      double least = VISIBLE * image.placement().area(all.get(i).area());
      image
          .placement()
          .box(all.get(i))
          .filter(box -> box.area() >= least)
          .ifPresent(box -> seen.put(number, box));
    }
    return seen;
  }
}
