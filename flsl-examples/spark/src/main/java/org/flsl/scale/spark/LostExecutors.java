package org.flsl.scale.spark;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says which executors were lost: their tasks are taken again by others. */
final class LostExecutors extends SparkListener {
  private static final Logger LOG = LoggerFactory.getLogger(LostExecutors.class);

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    LOG.warn(
        "Executor {} is lost ({}); its part of the round is taken again by another",
        removed.executorId(),
        removed.reason().lines().findFirst().orElse("no reason"));
  }
}
