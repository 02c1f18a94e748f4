package org.flsl.examples.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.examples.run.MeasuresCsv;
import org.flsl.views.ViewConfig;

/**
 * Three sets of images with labels of one kind, the last two of which are judged alike.
 *
 * @param <S> images with such labels
 */
abstract class SplitData<S extends LabelledImages> implements TaskData {
  /** To learn from. */
  final S train;

  /** Held out, to validate on. */
  final S held;

  /** To test on, once. */
  final S test;

  SplitData(S train, S held, S test) {
    this.train = train;
    this.held = held;
    this.test = test;
  }

  /**
   * How well a graph does on a set.
   *
   * @param whole the decisive value first
   * @param ofClasses by the names of the classes that occur
   * @param what the latter are
   */
  record Scores(Map<String, Double> whole, String what, Map<String, Double> ofClasses) {}

  /** How well a graph does on a set. */
  abstract Scores scores(
      S set,
      ComputationGraph graph,
      ImageSize size,
      ViewConfig views,
      int batch,
      Progress progress);

  @Override
  public final LabelledImages train() {
    return train;
  }

  @Override
  public final int validationImages() {
    return held.size();
  }

  @Override
  public final int testImages() {
    return test.size();
  }

  @Override
  public final Map<String, Double> validate(
      ComputationGraph graph, ImageSize size, ViewConfig views, int batch, Progress progress) {
    return scores(held, graph, size, views, batch, progress).whole;
  }

  @Override
  public final Map<String, Double> test(
      ComputationGraph graph, ImageSize size, ViewConfig views, int batch, Progress progress) {
    Scores scores = scores(test, graph, size, views, batch, progress);
    Map<String, Double> all = new LinkedHashMap<>(scores.whole);
    scores.ofClasses.forEach((name, value) -> all.put(MeasuresCsv.part(scores.what, name), value));
    return all;
  }
}
