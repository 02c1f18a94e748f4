package org.flsl.downstream.data;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Makes the labels of a batch, as the loss of a task wants them. */
public interface LabelMaker {

  /**
   * An image of a set and where it went.
   *
   * @param image its number
   */
  record Placed(int image, Placement placement) {}

  /** The arrays for the outputs of a graph, for images in the order of the batch. */
  INDArray[] labels(List<Placed> batch);
}
