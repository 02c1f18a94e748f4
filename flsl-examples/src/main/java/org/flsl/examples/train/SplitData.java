package org.flsl.examples.train;

import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledImages;
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

  /** How well a graph does on a set, the decisive value first. */
  abstract Map<String, Double> scores(
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
    return scores(held, graph, size, views, batch, progress);
  }

  @Override
  public final Map<String, Double> test(
      ComputationGraph graph, ImageSize size, ViewConfig views, int batch, Progress progress) {
    return scores(test, graph, size, views, batch, progress);
  }
}
