package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.losses.GraphGradients;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What a training step does to student, teacher and centre, worked out in plain arithmetic. */
class TrainingStepTest {
  private static final double CLIP = 0.05;

  /** Keeps copies of what a step computed. */
  private static final class Recorder extends BaseTrainingListener {
    final Map<String, INDArray> gradients = new HashMap<>();
    INDArray teacherLogits;

    @Override
    public void onForwardPass(Model model, Map<String, INDArray> activations) {
      teacherLogits = activations.get("teacher/prototypes").detach().dup();
    }

    @Override
    public void onGradientCalculation(Model model) {
      model.gradient().gradientForVariable().forEach((k, v) -> gradients.put(k, v.dup()));
    }
  }

  private static final class Moments {
    INDArray m;
    INDArray v;
    int t;
  }

  @Test
  void studentFollowsClippedAdamWithDecoupledDecayOfMatrices() {
    FlslConfig config =
        TinyFlsl.config(DataType.DOUBLE)
            .clipNorm(CLIP)
            .warmupFraction(0)
            .weightDecay(Scheduled.cosine(0.3, 0.9))
            .build();
    ComputationGraph graph = TinyFlsl.flsl(config).build().init();
    Recorder recorder = new Recorder();
    graph.addListeners(recorder);
    Map<String, Moments> moments = new HashMap<>();
    // One step tells the names of the trained tensors; then from scratch.
    graph.fit(TinyFlsl.batch(DataType.DOUBLE, 0, 2, false));
    graph = TinyFlsl.flsl(config).build().init();
    graph.addListeners(recorder);
    int clipped = 0;
    int unclipped = 0;
    for (int step = 0; step < 5; step++) {
      Map<String, INDArray> before = new HashMap<>();
      for (String name : recorder.gradients.keySet()) {
        before.put(name, GraphGradients.param(graph, name).dup());
      }
      graph.fit(TinyFlsl.batch(DataType.DOUBLE, step, 2, false));
      double rate = config.learningRateSchedule().valueAt(step, 0);
      double decay = config.weightDecaySchedule().valueAt(step, 0);
      for (String name : before.keySet()) {
        INDArray after = GraphGradients.param(graph, name);
        INDArray w = before.get(name);
        if (name.equals("student/prototypes_prototypes") && step < 1) {
          assertEquals(w, after, "prototypes are frozen in the first tenth of 12 steps");
          continue;
        }
        INDArray g = recorder.gradients.get(name).dup();
        double norm = g.norm2Number().doubleValue();
        if (norm > CLIP) {
          g.muli(CLIP / norm);
          clipped++;
        } else {
          unclipped++;
        }
        Moments state = moments.computeIfAbsent(name, n -> new Moments());
        state.m = state.t == 0 ? g.mul(0.1) : state.m.mul(0.9).add(g.mul(0.1));
        state.v = state.t == 0 ? g.mul(g).mul(0.001) : state.v.mul(0.999).add(g.mul(g).mul(0.001));
        state.t++;
        INDArray mHat = state.m.div(1 - Math.pow(0.9, state.t));
        INDArray vHat = state.v.div(1 - Math.pow(0.999, state.t));
        INDArray update = mHat.div(Transforms.sqrt(vHat).add(1e-8)).mul(rate);
        boolean matrix = name.endsWith("W") || name.endsWith("_prototypes");
        INDArray expected = w.sub(update).sub(matrix ? w.mul(rate * decay) : w.mul(0));
        double error = expected.sub(after).amaxNumber().doubleValue();
        assertTrue(error < 1e-10, name + " in step " + step + " is off by " + error);
      }
    }
    assertTrue(clipped > 10 && unclipped > 10, clipped + " clipped, " + unclipped + " not");
  }

  @Test
  void teacherFollowsTheStudentWithTheScheduledMomentum() {
    FlslConfig config =
        TinyFlsl.config(DataType.DOUBLE)
            .warmupFraction(0)
            .momentum(Scheduled.cosine(0.5, 1))
            .build();
    ComputationGraph graph = TinyFlsl.flsl(config).build().init();
    for (int step = 0; step < 4; step++) {
      Map<String, INDArray> before = new HashMap<>();
      for (GraphVertex vertex : graph.getVertices()) {
        if (vertex.getVertexName().startsWith("teacher/") && vertex.numParams() > 0) {
          before.put(vertex.getVertexName(), vertex.params().dup());
        }
      }
      graph.fit(TinyFlsl.batch(DataType.DOUBLE, step, 2, false));
      double m = 0.5 + 0.5 * (1 - (1 + Math.cos(Math.PI * step / 12)) / 2);
      for (String name : before.keySet()) {
        INDArray student = graph.getVertex(name.replace("teacher/", "student/")).params();
        INDArray expected = before.get(name).mul(m).add(student.mul(1 - m));
        double error = expected.sub(graph.getVertex(name).params()).amaxNumber().doubleValue();
        assertTrue(error < 1e-12, name + " is off by " + error);
      }
    }
  }

  @Test
  void centreFollowsTheTeachersLogits() {
    FlslConfig config = TinyFlsl.config(DataType.DOUBLE).centring(true).centreMomentum(0.7).build();
    ComputationGraph graph = TinyFlsl.flsl(config).build().init();
    Recorder recorder = new Recorder();
    graph.addListeners(recorder);
    double[] centre = new double[5];
    for (int step = 0; step < 3; step++) {
      graph.fit(TinyFlsl.batch(DataType.DOUBLE, step, 2, false));
      INDArray mean = recorder.teacherLogits.reshape(-1, 5).mean(0);
      INDArray actual = GraphGradients.param(graph, "losses_centre");
      for (int k = 0; k < 5; k++) {
        centre[k] = 0.7 * centre[k] + 0.3 * mean.getDouble(k);
        assertEquals(centre[k], actual.getDouble(k), 1e-12);
      }
    }
  }

  @Test
  void weightDecayAddsNothingToTheScore() {
    FlslConfig.Builder config = TinyFlsl.config(DataType.DOUBLE);
    ComputationGraph with =
        TinyFlsl.flsl(config.weightDecay(Scheduled.constant(10)).build()).build().init();
    ComputationGraph without =
        TinyFlsl.flsl(config.weightDecay(Scheduled.constant(0)).build()).build().init();
    with.fit(TinyFlsl.batch(DataType.DOUBLE, 1, 2, false));
    without.fit(TinyFlsl.batch(DataType.DOUBLE, 1, 2, false));
    assertEquals(without.score(), with.score());
  }
}
