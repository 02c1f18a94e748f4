package org.flsl.downstream.detection;

import java.util.Optional;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.RunLengths;

/**
 * An object that was found.
 *
 * @param box with its class
 * @param score from 0 to 1
 * @param mask its pixels in the photo; empty where the detector tells boxes alone
 */
public record Detection(LabelledBox box, double score, Optional<RunLengths> mask) {

  /** An object in a box. */
  public Detection(LabelledBox box, double score) {
    this(box, score, Optional.empty());
  }
}
