package org.flsl.downstream.detection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.flsl.downstream.data.LabelMaker;
import org.flsl.downstream.data.Placement;
import org.flsl.evaluation.data.BinaryMask;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.RunLengths;
import org.flsl.layers.dense.DetectionTowers;
import org.flsl.losses.dense.DetectionLoss;
import org.flsl.losses.dense.InstanceLoss;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The boxes and masks of a set as labels of an {@link InstanceHead}, {@code [B, places, classes + 5
 * + 5 masks]}.
 *
 * <p>The place in the middle of every object learns its mask first, then the next ones, until there
 * are as many as the loss takes.
 *
 * @param boxes makes the labels of the boxes, of a set that knows {@linkplain BoxSet#masks masks}
 * @param masks that are learned from in an image, at most
 */
public record InstanceLabels(BoxLabels boxes, int masks) implements LabelMaker {

  /**
   * Labels for a graph.
   *
   * @param graph a {@link org.flsl.downstream.TaskGraph} with an {@link InstanceHead}
   * @param size of the images that it is shown
   * @throws IllegalArgumentException if it is another graph
   */
  public static InstanceLabels of(BoxSet set, ComputationGraphConfiguration graph, ImageSize size) {
    int masks =
        graph.getVertices().values().stream()
            .filter(LayerVertex.class::isInstance)
            .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer())
            .filter(InstanceLoss.class::isInstance)
            .mapToInt(loss -> ((InstanceLoss) loss).masks())
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "The graph makes no instance masks: it has no instance loss but "
                            + graph.getVertices().keySet()));
    return new InstanceLabels(BoxLabels.of(set, DetectionLevels.of(graph, size)), masks);
  }

  /** Numbers of a place. */
  private int width() {
    return boxWidth() + (1 + DetectionTowers.QUARTERS) * masks;
  }

  private int boxWidth() {
    return boxes.levels().classes() + DetectionLoss.BOX;
  }

  @Override
  public INDArray[] labels(List<Placed> batch) {
    int places = boxes.levels().places();
    int length = places * width();
    float[] values = new float[Math.multiplyExact(batch.size(), length)];
    IntStream.range(0, batch.size())
        .parallel()
        .forEach(i -> write(batch.get(i), values, i * length));
    return new INDArray[] {Nd4j.create(values, new long[] {batch.size(), places, width()}, 'c')};
  }

  private void write(Placed image, float[] values, int start) {
    DetectionLevels levels = boxes.levels();
    LocationAssignment.Truth truth = boxes.truth(image);
    float[] ofBoxes = new float[levels.places() * boxWidth()];
    boxes.assignment().write(levels, truth, ofBoxes, 0);
    for (int place = 0; place < levels.places(); place++) {
      System.arraycopy(ofBoxes, place * boxWidth(), values, start + place * width(), boxWidth());
    }
    SortedMap<Integer, LabelledBox> seen = boxes.seen(image);
    List<Integer> numbers = List.copyOf(seen.keySet());
    List<RunLengths> all = boxes.set().masks(image.image());
    List<Responsible> learners = learners(truth.boxes());
    Map<Integer, BinaryMask> drawn = new HashMap<>();
    for (int slot = 0; slot < Math.min(masks, learners.size()); slot++) {
      Responsible learner = learners.get(slot);
      values[start + learner.place * width() + boxWidth() + slot] = 1;
      BinaryMask mask =
          drawn.computeIfAbsent(
              numbers.get(learner.object),
              object ->
                  all.get(object).rasterise(all.get(object).width(), all.get(object).height()));
      LabelledBox box = truth.boxes().get(learner.object);
      write(mask, box, image.placement(), slot, values, start);
    }
  }

  private void write(
      BinaryMask mask, LabelledBox box, Placement placement, int slot, float[] values, int start) {
    PrototypeCells cells = PrototypeCells.of(boxes.levels());
    for (int row = 0; row < cells.rows(); row++) {
      double y = cells.middle(row);
      for (int column = 0; column < cells.columns(); column++) {
        double x = cells.middle(column);
        if (box.left() <= x && x < box.right() && box.top() <= y && y < box.bottom()) {
          int photoX = within(placement.photoX(x), mask.width());
          int photoY = within(placement.photoY(y), mask.height());
          int at =
              start
                  + cells.place(row, column) * width()
                  + boxWidth()
                  + masks * (1 + PrototypeCells.quarter(row, column))
                  + slot;
          values[at] = mask.inside()[photoY * mask.width() + photoX] ? 1 : -1;
        }
      }
    }
  }

  private static int within(double pixel, int pixels) {
    return (int) Math.max(0, Math.min(pixels - 1, pixel));
  }

  /**
   * A place that has to find an object.
   *
   * @param rank how many places of the object are nearer to its middle
   */
  private record Responsible(int place, int object, double distance, int rank) {}

  /** The nearest place of each object, then the second of each, and so on. */
  private List<Responsible> learners(List<LabelledBox> objects) {
    DetectionLevels levels = boxes.levels();
    int[] assigned = boxes.assignment().assign(levels, objects);
    List<List<Responsible>> ofObjects = new ArrayList<>();
    objects.forEach(object -> ofObjects.add(new ArrayList<>()));
    int first = 0;
    for (DetectionLevels.Level level : levels.levels()) {
      for (int place = 0; place < level.grid().tokens(); place++) {
        int object = assigned[first + place];
        if (object != LocationAssignment.NONE) {
          LabelledBox box = objects.get(object);
          double across = level.x(place) - (box.left() + box.right()) / 2;
          double down = level.y(place) - (box.top() + box.bottom()) / 2;
          ofObjects
              .get(object)
              .add(new Responsible(first + place, object, Math.hypot(across, down), 0));
        }
      }
      first += level.grid().tokens();
    }
    List<Responsible> ranked = new ArrayList<>();
    for (List<Responsible> each : ofObjects) {
      each.sort(Comparator.comparingDouble(Responsible::distance));
      for (int rank = 0; rank < each.size(); rank++) {
        Responsible one = each.get(rank);
        ranked.add(new Responsible(one.place, one.object, one.distance, rank));
      }
    }
    ranked.sort(Comparator.comparingInt(Responsible::rank));
    return ranked;
  }
}
