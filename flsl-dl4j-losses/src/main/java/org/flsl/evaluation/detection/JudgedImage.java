package org.flsl.evaluation.detection;

import java.util.List;
import org.flsl.evaluation.data.LabelledBox;

/**
 * An image to judge a detector by: what is in it, and what was found.
 *
 * @param truth the objects
 * @param found the detections, in any order; of equal scores the first counts first
 */
public record JudgedImage(List<TrueObject> truth, List<FoundObject> found) {

  /** Copies the lists. */
  public JudgedImage {
    truth = List.copyOf(truth);
    found = List.copyOf(found);
  }

  /**
   * An object that is there.
   *
   * @param category number of its class, from 0
   * @param area by which it is called small or large; of its outline, where that is known
   * @param crowd whether it may be found in parts or not at all, and does not count either way
   */
  public record TrueObject(int category, Region region, double area, boolean crowd) {

    /** An object in a box. */
    public TrueObject(LabelledBox box, boolean crowd) {
      this(box.category(), Region.Box.of(box), box.area(), crowd);
    }
  }

  /**
   * A detection.
   *
   * @param category number of its class, from 0
   * @param score the higher, the surer
   */
  public record FoundObject(int category, double score, Region region) {}
}
