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
import org.flsl.examples.report.Example;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.settings.Config;
import org.flsl.views.ViewConfig;

/** The labelled images of a task, and what it makes of them. */
interface TaskData {

  /** The same with a share of the images to learn from, drawn by seed. */
  TaskData share(double percentage, long seed);

  /** The images to learn from. */
  LabelledImages train();

  /** The same in numbers: tells sets of images and labels apart. */
  ImageSet images();

  /** What there is, in a few words. */
  String summary();

  /** What is put on the backbone. */
  Head head(Config config);

  /**
   * Makes labels of the images to learn from.
   *
   * @param graph that they are for
   * @param size canvas that images are shown on
   */
  LabelMaker labels(ComputationGraphConfiguration graph, ImageSize size);

  /**
   * How well a graph does on the images that are not learned from, the decisive value first.
   *
   * @param size canvas that images are shown on
   */
  Map<String, Double> validate(
      ComputationGraph graph, ImageSize size, ViewConfig views, int batch, Progress progress);

  /** The numbers by which files store the classes, in their order. */
  List<Integer> storedLabels();

  /** Pictures of what a graph says of a few images that are not learned from, beside the truth. */
  List<Example> examples(ComputationGraph graph, ImageSize size, ViewConfig views);
}
