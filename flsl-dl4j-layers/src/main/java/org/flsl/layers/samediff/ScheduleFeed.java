package org.flsl.layers.samediff;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.ISchedule;

/** Feeds the current value of a schedule. */
record ScheduleFeed(String name, ISchedule schedule) implements Feed {

  @Override
  public INDArray value(Step step, long batch, DataType dataType) {
    return Nd4j.scalar(dataType, schedule.valueAt(step.iteration(), step.epoch()));
  }
}
