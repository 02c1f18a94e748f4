package org.flsl.examples.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.Head;
import org.flsl.downstream.data.LabelMaker;
import org.flsl.downstream.detection.BoxLabels;
import org.flsl.downstream.detection.Detection;
import org.flsl.downstream.detection.DetectionHead;
import org.flsl.downstream.detection.DetectionLevels;
import org.flsl.downstream.detection.Detector;
import org.flsl.downstream.detection.InstanceHead;
import org.flsl.downstream.detection.InstanceLabels;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ChosenBoxes;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.evaluation.data.ReclassedBoxes;
import org.flsl.evaluation.data.SizedBoxes;
import org.flsl.evaluation.detection.CocoScores;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pictures.BoxOverlay;
import org.flsl.examples.pictures.MaskOverlay;
import org.flsl.examples.report.DataUri;
import org.flsl.examples.report.Example;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.settings.Config;
import org.flsl.views.EvenPicks;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** Images with boxes, and maybe masks, to learn from, to validate on and to test on. */
final class DetectionData extends SplitData<BoxSet> {
  private static final int EXAMPLES = 6;

  /** Classes that are named in a line. */
  private static final int NAMED = 12;

  private final boolean masks;

  private DetectionData(BoxSet train, BoxSet held, BoxSet test, boolean masks) {
    super(train, held, test);
    this.masks = masks;
  }

  /**
   * All images that can be read, after a word on what is in them.
   *
   * @param stored those to learn from, and those to test on
   * @param masks whether the masks of objects are learned as well
   * @param canvas that they will be shown on
   */
  static DetectionData of(
      List<BoxSet> stored,
      boolean masks,
      ImageSize canvas,
      ImageDecoder decoder,
      Terminal terminal) {
    ReadableImages readable = new ReadableImages(decoder);
    SizedBoxes train = readable.of(stored.get(0));
    SizedBoxes test = readable.of(stored.get(1));
    Problems.tell(readable, terminal);
    List<String> classes = ReclassedBoxes.union(train, test);
    BoxSet all = new ReclassedBoxes(train, classes);
    DetectionData data =
        new DetectionData(
            all, new ChosenBoxes(all, new int[0]), new ReclassedBoxes(test, classes), masks);
    long[] known = counts(data.train);
    long[] asked = counts(data.test);
    terminal.plain("boxes to learn from: " + named(known, classes));
    terminal.plain("boxes to test on: " + named(asked, classes));
    terminal.plain(new ObjectSizes(train, canvas).toString());
    String unknown =
        IntStream.range(0, classes.size())
            .filter(category -> known[category] == 0 && asked[category] > 0)
            .mapToObj(classes::get)
            .collect(Collectors.joining(", "));
    if (!unknown.isEmpty()) {
      terminal.warn("only in the images to test on, so that nothing tells them: " + unknown);
    }
    return data;
  }

  @Override
  public DetectionData split(LabelSplit split, Terminal terminal) {
    BoxSet learned = new ChosenBoxes(train, split.learned());
    BoxSet held = new ChosenBoxes(train, split.held());
    if (isEmpty(learned)) {
      throw new UserError(
          "no image to learn from (%d) has a box that counts: take a larger share with"
                  .formatted(learned.size())
              + " --labels, or look at the labels (crowds and difficult objects do not count)");
    }
    if (held.size() > 0 && isEmpty(held)) {
      terminal.warn(
          "no image held out to validate on (%d) has a box that counts, so that the last epoch counts: raise --validation, or name images with --validation-list"
              .formatted(held.size()));
      held = new ChosenBoxes(train, new int[0]);
    }
    return new DetectionData(learned, held, test, masks);
  }

  private static boolean isEmpty(BoxSet set) {
    return LongStream.of(counts(set)).sum() == 0;
  }

  private static long[] counts(BoxSet set) {
    long[] counts = new long[set.classes().size()];
    for (int i = 0; i < set.size(); i++) {
      set.boxes(i).forEach(box -> counts[box.category()]++);
    }
    return counts;
  }

  /** The commonest first. */
  private static String named(long[] counts, List<String> classes) {
    String names =
        IntStream.range(0, counts.length)
            .boxed()
            .sorted((a, b) -> Long.compare(counts[b], counts[a]))
            .limit(NAMED)
            .map(category -> "%s %,d".formatted(classes.get(category), counts[category]))
            .collect(Collectors.joining(", "));
    int more = counts.length - NAMED;
    return more > 0 ? names + ", %d more".formatted(more) : names;
  }

  @Override
  public ImageSet images() {
    return Fingerprint.imageSet(
        train, train.classes() + "\n" + described(train), held, described(held));
  }

  private static String described(BoxSet set) {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < set.size(); i++) {
      labels.append(set.boxes(i)).append(set.ignored(i));
      set.masks(i).forEach(mask -> labels.append(mask.compressed()).append(' '));
      labels.append('\n');
    }
    return labels.toString();
  }

  @Override
  public Head head(Config config) {
    int width = config.get(TrainSettings.HEAD_WIDTH);
    int classes = train.classes().size();
    return masks ? InstanceHead.of(width, classes) : DetectionHead.of(width, classes);
  }

  @Override
  public LabelMaker labels(ComputationGraphConfiguration graph, ImageSize size) {
    return masks
        ? InstanceLabels.of(train, graph, size)
        : BoxLabels.of(train, DetectionLevels.of(graph, size));
  }

  @Override
  Scores scores(
      BoxSet set,
      ComputationGraph graph,
      ImageSize size,
      ViewConfig views,
      int batch,
      Progress progress) {
    CocoScores scores =
        CocoScores.of(
            new Detector(graph, size, views).judge(set, batch, progress), set.classes().size());
    Map<String, Double> all = scores.summary();
    Map<String, Double> values = new LinkedHashMap<>();
    List.of("AP", "AP50", "AP75").forEach(name -> values.put(name, all.get(name)));
    Map<String, Double> ofClasses = new LinkedHashMap<>();
    for (int category = 0; category < set.classes().size(); category++) {
      ofClasses.put(set.classes().get(category), scores.ap(category));
    }
    ofClasses.values().removeIf(value -> value.isNaN());
    return new Scores(values, "AP", ofClasses);
  }

  /** COCO counts categories from 1. */
  @Override
  public List<Integer> storedLabels() {
    return IntStream.rangeClosed(1, train.classes().size()).boxed().toList();
  }

  @Override
  public List<Example> examples(ComputationGraph graph, ImageSize size, ViewConfig views) {
    Detector detector = new Detector(graph, size, views);
    List<Example> examples = new ArrayList<>();
    for (int i : EvenPicks.middles(EXAMPLES, test.size())) {
      Image photo = test.image(i, detector.decoder());
      List<Detection> found = detector.detect(List.of(photo)).get(0);
      BoxOverlay overlay = new BoxOverlay(photo, test.classes());
      examples.add(
          new Example(
              test.name(i),
              List.of(
                  new Example.Picture("photo", DataUri.of(MaskOverlay.photo(photo))),
                  new Example.Picture(
                      "truth", DataUri.of(overlay.objects(test.boxes(i), test.masks(i)))),
                  new Example.Picture(
                      "prediction",
                      DataUri.of(overlay.detections(found, BoxOverlay.USUAL_LEAST_SCORE))))));
    }
    return examples;
  }
}
