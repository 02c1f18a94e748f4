package org.flsl.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.Backbone;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.Backbone.Tokens;
import org.flsl.layers.GraphSection;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.cluster.PreviousStageAttention;
import org.flsl.layers.cluster.TokenSelection;
import org.flsl.schedules.Scheduled;
import org.flsl.views.ViewNames;

/**
 * The teacher of an earlier training that guides the cross-attention of this one (multi-stage
 * training).
 *
 * <p>It sees the crops without colour changes, as additional inputs of the graph (see {@link
 * ViewNames}), and is never trained. The paper uses the features of its block 11 of 12 without the
 * final norm: build the backbone with depth 11 and {@code finalNorm(false)}.
 */
public final class PreviousStage {

  /** Prefix of the previous teacher's vertices. */
  public static final String PREVIOUS = "previous/";

  private static final String STUDENT_SIDE = "student/";
  private static final double TAU = 0.2 / Math.sqrt(384);
  private static final double SHARPNESS = 1e4;

  private final Backbone backbone;
  private final ComputationGraph weights;
  private final Scheduled mixture;
  private final double tau;
  private final double sharpness;

  /**
   * A previous stage with the paper's temperature and sharpness.
   *
   * @param backbone its network, up to the features to use
   * @param weights its exported teacher, which holds at least the layers of {@code backbone}
   * @param mixtureBias how much the guidance keeps to the end: the share of this stage's own
   *     attention runs from 0 to {@code 1 - mixtureBias}
   */
  public PreviousStage(Backbone backbone, ComputationGraph weights, double mixtureBias) {
    this(backbone, weights, mixtureBias, TAU, SHARPNESS);
  }

  /**
   * A previous stage for a training that is gone on with: its weights came with the others.
   *
   * @see #PreviousStage(Backbone, ComputationGraph, double)
   */
  public static PreviousStage restored(Backbone backbone, double mixtureBias) {
    return new PreviousStage(backbone, null, mixtureBias);
  }

  /** A previous stage with every setting. */
  public PreviousStage(
      Backbone backbone,
      ComputationGraph weights,
      double mixtureBias,
      double tau,
      double sharpness) {
    if (!(mixtureBias >= 0 && mixtureBias <= 1)) {
      throw new IllegalArgumentException(
          "Previous stage: the mixture bias must lie between 0 and 1, got " + mixtureBias);
    }
    // The constructor holds the rules for both.
    new PreviousStageAttention(tau, sharpness);
    this.backbone = Objects.requireNonNull(backbone, "backbone");
    this.weights = weights;
    this.mixture = Scheduled.cosine(0, 1 - mixtureBias);
    this.tau = tau;
    this.sharpness = sharpness;
  }

  Scheduled mixture() {
    return mixture;
  }

  /** The inputs with the crops: the teacher's, then the student's. */
  List<ImageInput> crops(ViewLayout views) {
    List<ImageInput> crops = new ArrayList<>();
    crops.add(renamed(views.teacher(), ViewNames.TEACHER_CROP));
    for (int i = 0; i < views.students().size(); i++) {
      String name = i == 0 ? ViewNames.STUDENT_CROP : ViewNames.localCrop(i);
      crops.add(renamed(views.students().get(i), name));
    }
    return crops;
  }

  private static ImageInput renamed(ImageInput view, String name) {
    return new ImageInput(name, view.channels(), view.height(), view.width());
  }

  /** Adds the previous teacher twice, for either side, and returns the vertex of its attention. */
  String addTo(GraphBuilder builder, ViewLayout views) {
    List<ImageInput> crops = crops(views);
    GraphSection keySide = new GraphSection(builder, PREVIOUS, true);
    GraphSection querySide = new GraphSection(builder, PREVIOUS + STUDENT_SIDE, true);
    Tokens keys = backbone.addTo(keySide, crops.subList(0, 1));
    Tokens tokens = backbone.addTo(querySide, crops.subList(1, crops.size()));
    String queries =
        querySide.vertex(
            FlslGraph.QUERIES, new TokenSelection(), tokens.vertex(), ViewNames.QUERY_SELECTOR);
    PreviousStageAttention attention = new PreviousStageAttention(tau, sharpness);
    return keySide.vertex("attention", attention, queries, keys.vertex());
  }

  /** Fills the previous teacher's weights into a new graph. */
  void copyWeights(ComputationGraph graph) {
    if (weights == null) {
      throw new IllegalStateException("Previous stage: a new training needs its weights");
    }
    for (var vertex : graph.getVertices()) {
      String name = vertex.getVertexName();
      if (!name.startsWith(PREVIOUS) || vertex.numParams() == 0) {
        continue;
      }
      String inner = name.substring(PREVIOUS.length());
      if (inner.startsWith(STUDENT_SIDE)) {
        inner = inner.substring(STUDENT_SIDE.length());
      }
      var source = weights.getVertex(inner);
      if (source == null) {
        throw new IllegalArgumentException(
            String.format(
                "Previous stage: its weights have no layer %s; give the exported teacher of a"
                    + " network of the same shape",
                inner));
      }
      try {
        ParameterCopy.copy(source, vertex);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "Previous stage: give the exported teacher of a network of the same shape. "
                + e.getMessage(),
            e);
      }
    }
  }
}
