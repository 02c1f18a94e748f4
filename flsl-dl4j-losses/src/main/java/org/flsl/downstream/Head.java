package org.flsl.downstream;

import org.flsl.layers.GraphSection;
import org.flsl.layers.dense.FeatureMap;

/**
 * What a task puts on top of a backbone: layers that say something about every place of the image,
 * and their loss.
 *
 * <p>Implement it for a task of your own; {@link TaskGraph} does the rest.
 */
public interface Head {

  /**
   * Adds the layers, the last of which is a loss with labels.
   *
   * @param section receives them
   * @param map what the backbone makes of the image
   * @param image name of the graph's input
   * @return name of the loss
   */
  String addTo(GraphSection section, FeatureMap map, String image);
}
