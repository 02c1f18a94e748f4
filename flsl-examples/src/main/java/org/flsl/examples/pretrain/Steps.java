package org.flsl.examples.pretrain;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.training.FlslGraph;
import org.flsl.training.StepMetrics;
import org.flsl.training.TrainingMemory;
import org.flsl.views.ImageFolder;

/**
 * Takes the steps of a pretraining: in this thread, or shared among workers.
 *
 * <p>A step depends on the state of the graph, the configuration and its number alone.
 */
public interface Steps extends AutoCloseable {

  /**
   * What there is to train.
   *
   * @param program the graph's makers
   * @param graph where the state is, before the first step and after {@link #settle}
   */
  record Task(Config config, FlslGraph program, ComputationGraph graph, ImageFolder images) {}

  /**
   * Shares steps among workers; modules of their own bring them, for the libraries that they need.
   *
   * <p>Found with {@link java.util.ServiceLoader}.
   */
  interface Workers {

    /**
     * The error where no module brings what a command is asked for.
     *
     * @param asked the setting that the module is called by
     */
    static UserError missing(String command, Setting<?> asked) {
      return new UserError(
          "--%2$s needs a module that this program is built without: in a clone, ./flsl %1$s --%2$s ... builds it (with Maven, mvn -P%2$s -DskipTests package makes flsl-examples/%2$s/target/flsl.jar)"
              .formatted(command, asked));
    }

    /** Whether these workers are the ones that a configuration asks for. */
    boolean areMeantBy(Config config);

    /** Brings them to where the graph stands. */
    Steps begin(Task task);
  }

  /** Takes the next step. */
  StepMetrics next();

  /** Brings the graph to the state after the last step, the mean of all workers. */
  void settle();

  /**
   * Memory that the steps take on this machine.
   *
   * @param ofGraph what the graph takes that is given a worker's images
   */
  TrainingMemory memory(TrainingMemory ofGraph);

  /** Lets a listener of DL4J look on; at one of the workers, where there are several. */
  void observe(TrainingListener listener);

  /** Files so far that turned out not to be readable images. */
  int unreadableImages();

  @Override
  void close();
}
