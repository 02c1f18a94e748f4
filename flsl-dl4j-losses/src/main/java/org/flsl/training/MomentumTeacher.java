package org.flsl.training;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.misc.DummyConfig;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.layers.ParameterCopy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Lets the teacher follow the student after every step: {@code teacher = m teacher + (1 - m)
 * student}.
 *
 * <p>{@link FlslGraph} attaches it. Teacher and student are the vertices of the same name behind
 * the prefixes {@code teacher/} and {@code student/}.
 */
final class MomentumTeacher extends BaseTrainingListener {
  private final ISchedule momentum;

  /** A teacher with the given momentum m by iteration. */
  public MomentumTeacher(ISchedule momentum) {
    this.momentum = momentum;
  }

  @Override
  public void onGradientCalculation(Model model) {
    ComputationGraph graph = (ComputationGraph) model;
    double m = momentum.valueAt(graph.getIterationCount(), graph.getEpochCount());
    OnePassUpdater.of(graph).ifPresent(updater -> updater.expectStep(m));
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    ComputationGraph graph = (ComputationGraph) model;
    if (OnePassUpdater.of(graph).filter(OnePassUpdater::tookStep).isEmpty()) {
      follow(graph, momentum.valueAt(iteration, epoch));
    }
  }

  /** Makes the teacher equal to the student. */
  void copyStudent(ComputationGraph graph) {
    for (GraphVertex teacher : teachers(graph)) {
      ParameterCopy.copy(student(graph, teacher), teacher);
    }
  }

  private static void follow(ComputationGraph graph, double m) {
    for (GraphVertex vertex : teachers(graph)) {
      GraphVertex student = student(graph, vertex);
      // Equal already, and to be so to the bit.
      if (!(student.getConfig() instanceof DummyConfig)) {
        INDArray teacher = vertex.params();
        teacher.muli(m);
        Nd4j.getBlasWrapper().axpy((Number) (1 - m), student.params(), teacher);
      }
    }
  }

  private static List<GraphVertex> teachers(ComputationGraph graph) {
    return Arrays.stream(graph.getVertices())
        .filter(vertex -> vertex.getVertexName().startsWith(FlslGraph.TEACHER))
        .filter(vertex -> vertex.numParams() > 0)
        .toList();
  }

  private static GraphVertex student(ComputationGraph graph, GraphVertex teacher) {
    String inner = teacher.getVertexName().substring(FlslGraph.TEACHER.length());
    return graph.getVertex(FlslGraph.STUDENT + inner);
  }
}
