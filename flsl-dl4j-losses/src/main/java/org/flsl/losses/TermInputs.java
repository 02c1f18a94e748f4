package org.flsl.losses;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.flsl.layers.samediff.BatchPart;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.Softmax;
import org.flsl.layers.samediff.UnitRows;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What terms are computed from; each quantity is computed once, when the first term asks for it.
 *
 * <p>Rows are all queries of all views and images, N together.
 */
public final class TermInputs {

  /**
   * Name of the student's mean assignment {@code [K]}, on which a term may depend; for {@link
   * BatchPart#missing}.
   */
  public static final String MEAN_ASSIGNMENT = "meanAssignment";

  private final Definition definition;
  private final FlslLosses losses;
  private final Map<String, SDVariable> computed = new HashMap<>();

  TermInputs(Definition definition, FlslLosses losses) {
    this.definition = definition;
    this.losses = losses;
  }

  /** Where to write the computation. */
  public Definition definition() {
    return definition;
  }

  /** K. */
  public int centroids() {
    return losses.centroids();
  }

  /** What the mean assignment should be; null for uniform. */
  public double[] prior() {
    return losses.prior();
  }

  /** The queries scaled to length one, {@code [N, C]}. */
  public SDVariable queries() {
    return once("queries", () -> unitRows("queries"));
  }

  /** The student's modes scaled to length one, {@code [N, C]}. */
  public SDVariable modes() {
    return once("modes", () -> unitRows("modes"));
  }

  /** {@code log P_s = log softmax(l_s / T_s)}, {@code [N, K]}. */
  public SDVariable logAssignment() {
    return once(
        "logAssignment", () -> Softmax.log(definition, logits("logits").div(studentTemperature())));
  }

  /** {@code T_s}, a scalar. */
  public SDVariable studentTemperature() {
    return once(
        "studentTemperature",
        () -> definition.scheduled("studentTemperature", losses.studentTemperature()));
  }

  /**
   * The student's modes behind the projection head, of length one, {@code [N, bottleneck]}; for
   * terms that {@link LossTerm#readsEmbeddings}.
   */
  public SDVariable embeddings() {
    return once("embeddings", () -> rows(FlslLosses.EMBEDDINGS));
  }

  /** The teacher's modes behind its head, of length one, without gradient; as the student's. */
  public SDVariable teacherEmbeddings() {
    return once(
        "teacherEmbeddings", () -> definition.stopGradient(rows(FlslLosses.TEACHER_EMBEDDINGS)));
  }

  /** {@code P_t = softmax((l_t - c) / T_t)}, which gets no gradient, {@code [N, K]}. */
  public SDVariable teacherAssignment() {
    return once(
        "teacherAssignment",
        () -> {
          SDVariable logits = logits("teacherLogits");
          SDVariable centred =
              losses.isCentring() ? logits.sub(definition.param(FlslLosses.CENTRE)) : logits;
          SDVariable temperature =
              definition.scheduled("teacherTemperature", losses.teacherTemperature());
          return definition.stopGradient(
              definition.sameDiff().nn.softmax(centred.div(temperature), -1));
        });
  }

  /** {@code mean P_s} over the whole batch, where this may be a part of it, {@code [K]}. */
  public SDVariable meanAssignment() {
    return once(
        MEAN_ASSIGNMENT,
        () ->
            definition.batchMean(
                MEAN_ASSIGNMENT,
                definition.sameDiff().math.exp(logAssignment()).mean(0),
                centroids()));
  }

  private SDVariable unitRows(String input) {
    return UnitRows.apply(definition, rows(input));
  }

  private SDVariable rows(String input) {
    SDVariable sequence = definition.inputs().get(input);
    return sequence.reshape(-1, sequence.getShape()[2]);
  }

  private SDVariable logits(String input) {
    return definition.inputs().get(input).reshape(-1, centroids());
  }

  private SDVariable once(String quantity, Supplier<SDVariable> computation) {
    SDVariable found = computed.get(quantity);
    if (found == null) {
      found = computation.get();
      computed.put(quantity, found);
    }
    return found;
  }
}
