package org.flsl.layers.samediff;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Feeds what the mean over a part of the batch lacks to that over the whole. */
record BatchMeanFeed(String name, long[] shape) implements Feed {

  @Override
  public INDArray value(Step step, long batch, DataType dataType) {
    INDArray missing = step.part().missing().get(name);
    return missing == null ? Nd4j.zeros(dataType, shape) : missing.castTo(dataType);
  }
}
