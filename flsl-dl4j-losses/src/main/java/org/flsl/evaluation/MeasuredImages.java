package org.flsl.evaluation;

import java.nio.file.Path;
import java.util.Set;
import org.flsl.evaluation.data.ReadableImages;

/**
 * What a {@link Measure} measures on.
 *
 * @param folder of images; how labels lie in it or beside them is the measure's
 * @param ignored labels of masks that do not count
 * @param readable takes down which images cannot be read; decodes to the channels of the networks
 */
public record MeasuredImages(Path folder, Set<Integer> ignored, ReadableImages readable) {

  /** Copies the labels. */
  public MeasuredImages {
    ignored = Set.copyOf(ignored);
  }
}
