package org.flsl.examples.ui;

import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.ui.api.UIServer;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.flsl.examples.pretrain.TrainingUi;

/** DL4J's training UI, fed by its StatsListener. */
public final class Dl4jTrainingUi implements TrainingUi {
  /** Histograms of all parameters take time: not in every step. */
  private static final int STEPS_BETWEEN_REPORTS = 10;

  @Override
  public TrainingListener start() {
    StatsStorage storage = new InMemoryStatsStorage();
    UIServer.getInstance().attach(storage);
    return new StatsListener(storage, STEPS_BETWEEN_REPORTS);
  }

  @Override
  public String url() {
    return UIServer.getInstance().getAddress() + "/train";
  }
}
