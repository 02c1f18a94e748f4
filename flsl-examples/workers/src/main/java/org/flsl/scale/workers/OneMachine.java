package org.flsl.scale.workers;

import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Steps;
import org.flsl.examples.settings.Config;

/**
 * Workers that are threads of this process, each on a device of its own where there are several.
 */
public final class OneMachine implements Steps.Workers {

  @Override
  public boolean areMeantBy(Config config) {
    return config.get(Settings.WORKERS) > 1 && config.get(Settings.SPARK) == null;
  }

  @Override
  public Steps begin(Steps.Task task) {
    return new AveragedSteps(task);
  }
}
