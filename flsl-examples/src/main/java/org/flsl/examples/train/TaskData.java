package org.flsl.examples.train;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.Head;
import org.flsl.downstream.data.LabelMaker;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.report.Example;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.settings.Config;
import org.flsl.views.ViewConfig;

/** The labelled images of a task, and what it makes of them. */
interface TaskData {

  /**
   * The same, some of whose images to learn from are held out.
   *
   * @param terminal is warned where those tell nothing
   */
  TaskData split(LabelSplit split, Terminal terminal);

  /** The images to learn from. */
  LabelledImages train();

  /** The same in numbers: tells sets of images and labels apart. */
  ImageSet images();

  /** What is put on the backbone. */
  Head head(Config config);

  /**
   * Makes labels of the images to learn from.
   *
   * @param graph that they are for
   * @param size canvas that images are shown on
   */
  LabelMaker labels(ComputationGraphConfiguration graph, ImageSize size);

  /** Images that epochs are compared by: those held out. */
  int validationImages();

  /** Images that nothing is chosen by. */
  int testImages();

  /**
   * How well a graph does on the images held out, the decisive value first.
   *
   * @param size canvas that images are shown on
   */
  Map<String, Double> validate(
      ComputationGraph graph, ImageSize size, ViewConfig views, int batch, Progress progress);

  /** The same on the images that nothing is chosen by. */
  Map<String, Double> test(
      ComputationGraph graph, ImageSize size, ViewConfig views, int batch, Progress progress);

  /** What there is, in a few words. */
  default String summary() {
    return "%,d to learn from, %,d held out to validate on, %,d to test on, classes: %d"
        .formatted(train().size(), validationImages(), testImages(), train().classes().size());
  }

  /** The numbers by which files store the classes, in their order. */
  List<Integer> storedLabels();

  /** Pictures of what a graph says of a few images to test on, beside the truth. */
  List<Example> examples(ComputationGraph graph, ImageSize size, ViewConfig views);
}
