package org.flsl.downstream.detection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.data.PhotoCanvas;
import org.flsl.downstream.data.Placement;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.RunLengths;
import org.flsl.evaluation.detection.JudgedImage;
import org.flsl.evaluation.detection.JudgedImage.FoundObject;
import org.flsl.evaluation.detection.JudgedImage.TrueObject;
import org.flsl.evaluation.detection.Region;
import org.flsl.losses.dense.DetectionLoss;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Finds objects in photos of any size, with a trained graph.
 *
 * <p>A photo is shown whole, as large as the canvas allows. The score of a box is the geometric
 * mean of its class's probability and its centerness, as in torchvision; boxes are clipped to the
 * photo, and what padding is taken for does not count. A graph with an {@link InstanceHead} tells
 * the masks of objects as well: what is positive of coefficients times prototypes, stretched over
 * the pixels of the box.
 */
public final class Detector {
  /** Scores below this are never right, and would only cost time. */
  private static final double LEAST_SCORE = 0.01;

  /** Boxes of a level that go into the suppression, as in FCOS. */
  private static final int CANDIDATES = 1000;

  private static final NonMaximumSuppression USUAL = new NonMaximumSuppression(0.6, 100);

  private final ComputationGraph graph;
  private final PhotoCanvas canvas;
  private final DetectionLevels levels;
  private final NonMaximumSuppression suppression;

  /**
   * Detects with a graph; of boxes that overlap by more than 0.6 the best remains, 100 in a photo.
   *
   * @param graph a {@link org.flsl.downstream.TaskGraph} with a {@link DetectionHead} or an {@link
   *     InstanceHead}
   * @param canvas size of the images that the graph is shown; that of its training is best
   * @param views how channels are normalised, as in its training
   * @throws IllegalArgumentException if the graph cannot take images of this size
   */
  public Detector(ComputationGraph graph, ImageSize canvas, ViewConfig views) {
    this(graph, canvas, views, USUAL);
  }

  /** Detects with a graph, and another suppression. */
  public Detector(
      ComputationGraph graph,
      ImageSize canvas,
      ViewConfig views,
      NonMaximumSuppression suppression) {
    this.graph = graph;
    this.canvas = new PhotoCanvas(canvas, views);
    this.levels = DetectionLevels.of(graph.getConfiguration(), canvas);
    this.suppression = suppression;
  }

  /** Reads photos with the channels that the graph takes. */
  public ImageDecoder decoder() {
    return canvas.decoder();
  }

  /**
   * The objects in photos that go through the graph together, in pixels of each, the best first.
   */
  public List<List<Detection>> detect(List<Image> photos) {
    try (PhotoCanvas.Shown shown = canvas.show(photos);
        INDArray found = graph.outputSingle(shown.pixels());
        INDArray ordered = found.dup('c')) {
      float[] numbers = ordered.data().asFloat();
      return IntStream.range(0, photos.size())
          .parallel()
          .mapToObj(i -> detections(numbers, i, shown.placements().get(i)))
          .toList();
    }
  }

  private List<Detection> detections(float[] numbers, int image, Placement placement) {
    int start = image * levels.places() * levels.numbers();
    int at = start;
    // In the padding nothing was ever learned, so that what is found there means nothing.
    LabelledBox seen = placement.seen();
    List<Candidate> found = new ArrayList<>();
    for (DetectionLevels.Level level : levels.levels()) {
      List<Candidate> ofLevel = new ArrayList<>();
      for (int place = 0; place < level.grid().tokens(); place++, at += levels.numbers()) {
        if (!seen.contains(level.x(place), level.y(place))) {
          continue;
        }
        double centerness = sigmoid(numbers[at + levels.classes() + DetectionLoss.BOX - 1]);
        for (int category = 0; category < levels.classes(); category++) {
          double score = Math.sqrt(sigmoid(numbers[at + category]) * centerness);
          if (score > LEAST_SCORE) {
            ofLevel.add(
                new Candidate(
                    detection(category, score, level, place, numbers, at, placement), at));
          }
        }
      }
      ofLevel.sort(Comparator.comparingDouble((Candidate each) -> each.box.score()).reversed());
      found.addAll(ofLevel.subList(0, Math.min(CANDIDATES, ofLevel.size())));
    }
    return suppression.apply(found, Candidate::box).stream()
        .map(kept -> hasMasks() ? masked(kept, numbers, start, placement) : kept.box)
        .toList();
  }

  /**
   * A box that may be kept.
   *
   * @param at where the numbers of its place begin
   */
  private record Candidate(Detection box, int at) {}

  /** Whether it tells the masks of what it finds. */
  public boolean hasMasks() {
    return levels.prototypes() > 0;
  }

  private Detection masked(Candidate kept, float[] numbers, int start, Placement placement) {
    PrototypeCells cells = PrototypeCells.of(levels);
    int coefficients = kept.at + levels.classes() + DetectionLoss.BOX;
    double[] logits = new double[cells.rows() * cells.columns()];
    for (int i = 0; i < logits.length; i++) {
      int row = i / cells.columns();
      int column = i % cells.columns();
      int prototypes =
          start
              + cells.place(row, column) * levels.numbers()
              + levels.classes()
              + DetectionLoss.BOX
              + levels.prototypes() * (1 + PrototypeCells.quarter(row, column));
      for (int k = 0; k < levels.prototypes(); k++) {
        logits[i] += (double) numbers[coefficients + k] * numbers[prototypes + k];
      }
    }
    return new Detection(
        kept.box.box(),
        kept.box.score(),
        Optional.of(cells.mask(logits, kept.box.box(), placement)));
  }

  private Detection detection(
      int category,
      double score,
      DetectionLevels.Level level,
      int place,
      float[] numbers,
      int at,
      Placement placement) {
    int edges = at + levels.classes();
    double x = level.x(place);
    double y = level.y(place);
    LabelledBox box =
        new LabelledBox(
            category,
            placement.photoX(x - numbers[edges] * level.stride()),
            placement.photoY(y - numbers[edges + 1] * level.stride()),
            placement.photoX(x + numbers[edges + 2] * level.stride()),
            placement.photoY(y + numbers[edges + 3] * level.stride()));
    return new Detection(
        box.clipped(placement.source().width(), placement.source().height()), score);
  }

  /**
   * Detects in all photos of a set, for a measure of how well: by boxes, or by masks if it tells
   * them.
   *
   * @param batch photos that go through the graph together
   * @param progress is told how far it is
   * @throws IllegalArgumentException if it tells masks, and the set knows boxes alone
   */
  public List<JudgedImage> judge(BoxSet set, int batch, Progress progress) {
    List<JudgedImage> judged = new ArrayList<>();
    for (int start = 0; start < set.size(); start += batch) {
      int end = Math.min(start + batch, set.size());
      List<Image> photos =
          IntStream.range(start, end).mapToObj(i -> set.image(i, decoder())).toList();
      List<List<Detection>> found = detect(photos);
      for (int i = start; i < end; i++) {
        judged.add(judged(set, i, found.get(i - start)));
      }
      progress.at("validation", end, set.size());
    }
    return judged;
  }

  private JudgedImage judged(BoxSet set, int image, List<Detection> found) {
    List<LabelledBox> boxes = new ArrayList<>(set.boxes(image));
    int known = boxes.size();
    boxes.addAll(set.ignored(image));
    List<RunLengths> masks = set.masks(image);
    if (hasMasks() && masks.size() != boxes.size()) {
      throw new IllegalArgumentException(
          "%s has %d objects and %d masks: what is found by masks cannot be judged by a set of boxes alone"
              .formatted(set.name(image), boxes.size(), masks.size()));
    }
    List<TrueObject> truth = new ArrayList<>();
    for (int i = 0; i < boxes.size(); i++) {
      LabelledBox box = boxes.get(i);
      truth.add(
          hasMasks()
              ? new TrueObject(
                  box.category(), new Region.Mask(masks.get(i)), masks.get(i).area(), i >= known)
              : new TrueObject(box, i >= known));
    }
    return new JudgedImage(
        truth,
        found.stream()
            .map(each -> new FoundObject(each.box().category(), each.score(), region(each)))
            .toList());
  }

  private static Region region(Detection found) {
    return found.mask().<Region>map(Region.Mask::new).orElseGet(() -> Region.Box.of(found.box()));
  }

  private static double sigmoid(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }
}
