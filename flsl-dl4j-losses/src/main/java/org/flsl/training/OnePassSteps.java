package org.flsl.training;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;

/**
 * Lets {@code graph.fit} take each step of {@link AdamW} in one pass over the parameters, not in
 * DL4J's five.
 *
 * <p>Use it for graphs that train on labels, new or restored, such as those of {@code TaskGraph};
 * {@link FlslGraph} does the same by itself. State, files and results stay DL4J's, to rounding of
 * the norms that clip. In double, on CUDA, without our kernels or with another updater in one of
 * the layers than {@link AdamW} the graph goes DL4J's way, as it does when {@code setListeners}
 * takes this listener away.
 */
public final class OnePassSteps extends BaseTrainingListener {
  /** There is none. */
  private static final double TEACHERS_MOMENTUM = 1;

  private OnePassSteps() {}

  /**
   * Begins with it, in a new graph or one that was restored; once more changes nothing.
   *
   * @return {@code graph}
   */
  public static ComputationGraph attach(ComputationGraph graph) {
    List<TrainingListener> listeners = new ArrayList<>(graph.getListeners());
    if (listeners.stream().noneMatch(OnePassSteps.class::isInstance)) {
      listeners.add(0, new OnePassSteps());
      graph.setListeners(listeners);
    }
    OnePassUpdater.install(graph);
    return graph;
  }

  @Override
  public void onGradientCalculation(Model model) {
    OnePassUpdater.of((ComputationGraph) model)
        .ifPresent(updater -> updater.expectStep(TEACHERS_MOMENTUM));
  }
}
