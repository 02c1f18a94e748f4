package org.flsl.downstream.detection;

import org.flsl.downstream.Head;
import org.flsl.layers.GraphSection;
import org.flsl.layers.dense.FeatureMap;
import org.flsl.losses.dense.InstanceLoss;

/**
 * The head of instance segmentation: a detector whose places also tell how to mix the mask of their
 * object from prototypes, as in YOLACT.
 *
 * <p>Prototypes and not dynamic convolutions, since a mask is then one product, in the loss too.
 * Labels of the graph are {@code [B, places, classes + 5 + 5 masks]} as {@code InstanceLabels}
 * makes them; {@code Detector} reads its output.
 *
 * @param boxes the detector
 * @param prototypes of which masks are mixed
 * @param masks that are learned from in an image, at most; of large objects several places learn
 *     the same one
 */
public record InstanceHead(DetectionHead boxes, int prototypes, int masks) implements Head {
  private static final int USUAL_PROTOTYPES = 16;
  private static final int USUAL_MASKS = 48;

  /** Refuses what its loss refuses. */
  public InstanceHead {
    new InstanceLoss(boxes.classes(), prototypes, masks);
  }

  /** On a usual detector of some width. */
  public static InstanceHead of(int width, int classes) {
    return new InstanceHead(DetectionHead.of(width, classes), USUAL_PROTOTYPES, USUAL_MASKS);
  }

  @Override
  public String addTo(GraphSection section, FeatureMap map, String image) {
    String places = boxes.towers(section, map, prototypes);
    return section.layer("loss", new InstanceLoss(boxes.classes(), prototypes, masks), places);
  }
}
