package org.flsl.scale.spark;

import java.io.Serializable;
import java.util.UUID;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Setup;
import org.flsl.examples.pretrain.Steps;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.flsl.training.FlslGraph;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;

/**
 * What an executor has to know of a training, beside its state.
 *
 * @param id tells trainings apart
 * @param settings the configuration as a file has it
 * @param graph the graph's configuration
 */
record Job(UUID id, String settings, String graph, int stepsPerEpoch, ImageFolder images)
    implements Serializable {

  static Job of(Steps.Task task) {
    return new Job(
        UUID.randomUUID(),
        ConfigFile.write(task.config()),
        task.graph().getConfiguration().toJson(),
        task.program().config().iterationsPerEpoch(),
        task.images());
  }

  private Config config() {
    return ConfigFile.parse(settings, "the configuration", Settings.SCHEMA.defaults());
  }

  FlslGraph program() {
    return Setup.of(config()).restored(stepsPerEpoch);
  }

  /** A graph without a state. */
  ComputationGraph newGraph() {
    ComputationGraph made = new ComputationGraph(ComputationGraphConfiguration.fromJson(graph));
    made.init();
    return made;
  }

  /** A worker's part of the batches. */
  MultiViewIterator batches(int worker) {
    Config config = config();
    return Pretraining.batches(config, images).part(worker, config.get(Settings.WORKERS)).build();
  }
}
