package org.flsl.evaluation.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The objects of an image, each with its pixels; boxes are as small as their masks allow.
 *
 * @param boxes of those that are to be found
 * @param ignored boxes where it is not known what is there
 * @param masks of the boxes, then of the ignored ones
 */
record MaskedObjects(List<LabelledBox> boxes, List<LabelledBox> ignored, List<RunLengths> masks) {

  /**
   * An object.
   *
   * @param known whether it is to be found
   */
  record Masked(int category, BinaryMask mask, boolean known) {}

  /** The objects of an image, none of which is empty. */
  static MaskedObjects of(List<Masked> objects) {
    List<LabelledBox> boxes = new ArrayList<>();
    List<LabelledBox> ignored = new ArrayList<>();
    List<RunLengths> masks = new ArrayList<>();
    for (boolean known : new boolean[] {true, false}) {
      for (Masked object : objects) {
        if (object.known == known) {
          RunLengths runs = RunLengths.of(object.mask);
          double[] edges = runs.bounds();
          (known ? boxes : ignored)
              .add(new LabelledBox(object.category, edges[0], edges[1], edges[2], edges[3]));
          masks.add(runs);
        }
      }
    }
    return new MaskedObjects(List.copyOf(boxes), List.copyOf(ignored), List.copyOf(masks));
  }
}
