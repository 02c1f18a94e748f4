package org.flsl.downstream.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  private LocationAssignment.Truth truth(Placed image) {
    Placement placement = image.placement();
    List<LabelledBox> boxes = new ArrayList<>();
    List<LabelledBox> ignored = new ArrayList<>();
    for (LabelledBox box : set.boxes(image.image())) {
      Optional<LabelledBox> seen = placement.box(box);
      boolean enough =
          seen.isPresent() && seen.get().area() >= VISIBLE * placement.area(box.area());
      seen.ifPresent((enough ? boxes : ignored)::add);
    }
    set.ignored(image.image()).forEach(box -> placement.box(box).ifPresent(ignored::add));
    return new LocationAssignment.Truth(boxes, ignored, placement.seen());
  }
}
