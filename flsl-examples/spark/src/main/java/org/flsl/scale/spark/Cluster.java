package org.flsl.scale.spark;

import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Steps;
import org.flsl.examples.settings.Config;

/** Workers that are tasks of a Spark cluster. */
public final class Cluster implements Steps.Workers {

  @Override
  public boolean areMeantBy(Config config) {
    return config.get(Settings.SPARK) != null;
  }

  @Override
  public Steps begin(Steps.Task task) {
    return new ClusterSteps(task);
  }
}
