package org.flsl.scale.spark;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says which executors were lost, and what becomes of their tasks. */
final class LostExecutors extends SparkListener {
  private static final Logger LOG = LoggerFactory.getLogger(LostExecutors.class);

  private final String consequence;

  LostExecutors(String consequence) {
    this.consequence = consequence;
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    LOG.warn(
        "Executor {} is lost ({}); {}",
        removed.executorId(),
        removed.reason().lines().findFirst().orElse("no reason"),
        consequence);
  }
}
