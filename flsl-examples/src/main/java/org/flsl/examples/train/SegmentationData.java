package org.flsl.examples.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.Head;
import org.flsl.downstream.data.LabelMaker;
import org.flsl.downstream.segmentation.MaskLabels;
import org.flsl.downstream.segmentation.SegmentationHead;
import org.flsl.downstream.segmentation.SegmentationPredictor;
import org.flsl.evaluation.ConfusionMatrix;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.ChosenMasks;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelCounts;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.eval.TrainAndTest;
import org.flsl.examples.pictures.MaskOverlay;
import org.flsl.examples.report.DataUri;
import org.flsl.examples.report.Example;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.settings.Config;
import org.flsl.views.EvenPicks;
import org.flsl.views.ViewConfig;
import org.flsl.views.pixels.Image;

/** Images with masks to learn from, to validate on and to test on. */
final class SegmentationData extends SplitData<SegmentationSet> {
  private static final int EXAMPLES = 6;

  private final LabelCounts counts;

  private SegmentationData(SegmentationSet train, SegmentationSet held, SegmentationSet test) {
    super(train, held, test);
    this.counts = LabelCounts.of(train);
  }

  /** All images. */
  static SegmentationData of(TrainAndTest sets) {
    return new SegmentationData(
        sets.train(), new ChosenMasks(sets.train(), new int[0]), sets.test());
  }

  @Override
  public SegmentationData split(LabelSplit split, Terminal terminal) {
    return new SegmentationData(
        new ChosenMasks(train, split.learned()), new ChosenMasks(train, split.held()), test);
  }

  /** The fingerprint knows names and how many pixels each class has. */
  @Override
  public ImageSet images() {
    return Fingerprint.imageSet(train, described(counts), held, described(LabelCounts.of(held)));
  }

  private String described(LabelCounts counted) {
    StringBuilder text = new StringBuilder();
    for (int label : counted.labels()) {
      text.append(train.classes().get(label)).append(counted.share(label)).append('\n');
    }
    return text.toString();
  }

  @Override
  public Head head(Config config) {
    int classes = train.classes().size();
    return new SegmentationHead(
        config.get(TrainSettings.HEAD_WIDTH),
        classes,
        weights(config.get(SegmentationTask.BALANCE)));
  }

  /** One on average over the classes that occur; those that do not weigh nothing anyway. */
  private List<Double> weights(double balance) {
    if (balance == 0) {
      return List.of();
    }
    double[] weights = new double[train.classes().size()];
    Arrays.fill(weights, 1);
    int[] labels = counts.labels();
    for (int label : labels) {
      weights[label] = Math.pow(counts.share(label), -balance);
    }
    double mean = IntStream.of(labels).mapToDouble(label -> weights[label]).average().orElse(1);
    IntStream.of(labels).forEach(label -> weights[label] /= mean);
    return Arrays.stream(weights).boxed().toList();
  }

  @Override
  public LabelMaker labels(ComputationGraphConfiguration graph, ImageSize size) {
    return new MaskLabels(train);
  }

  @Override
  Scores scores(
      SegmentationSet set,
      ComputationGraph graph,
      ImageSize size,
      ViewConfig views,
      int batch,
      Progress progress) {
    ConfusionMatrix matrix =
        new SegmentationPredictor(graph, size, views).compare(set, batch, progress);
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("mIoU", matrix.meanIou());
    values.put("pixel accuracy", matrix.accuracy());
    Map<String, Double> ofClasses = new LinkedHashMap<>();
    for (int label = 0; label < set.classes().size(); label++) {
      ofClasses.put(set.classes().get(label), matrix.iou(label));
    }
    ofClasses.values().removeIf(value -> value.isNaN());
    return new Scores(values, "IoU", ofClasses);
  }

  @Override
  public List<Integer> storedLabels() {
    return IntStream.range(0, train.classes().size()).map(train::stored).boxed().toList();
  }

  @Override
  public List<Example> examples(ComputationGraph graph, ImageSize size, ViewConfig views) {
    SegmentationPredictor predictor = new SegmentationPredictor(graph, size, views);
    List<Example> examples = new ArrayList<>();
    for (int i : EvenPicks.middles(EXAMPLES, test.size())) {
      Image photo = test.image(i, predictor.decoder());
      LabelMask found = predictor.masks(List.of(photo)).get(0);
      examples.add(
          new Example(
              test.name(i),
              List.of(
                  new Example.Picture("photo", DataUri.of(MaskOverlay.photo(photo))),
                  new Example.Picture("truth", DataUri.of(MaskOverlay.of(photo, test.mask(i)))),
                  new Example.Picture("prediction", DataUri.of(MaskOverlay.of(photo, found))))));
    }
    return examples;
  }
}
