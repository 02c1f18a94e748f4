package org.flsl.downstream.detection;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.FineTuning;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.data.Augmentation;
import org.flsl.downstream.data.LabelMaker.Placed;
import org.flsl.downstream.data.LabelledBatches;
import org.flsl.downstream.data.Placement;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.detection.CocoScores;
import org.flsl.evaluation.detection.JudgedImage;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.losses.dense.DetectionLoss;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A detector from labels to boxes. */
class DetectorTest {
  private static final ImageSize CANVAS = new ImageSize(32, 48);
  private static final ViewConfig VIEWS = ViewConfig.builder().build();
  private static final DetectionHead HEAD = new DetectionHead(16, 1, List.of(1, 0, -1), 2);

  private static ComputationGraph graph(int steps) {
    VitConfig vit =
        VitConfig.builder()
            .width(32)
            .heads(2)
            .depth(1)
            .patch(8)
            .imageSize(32, 48)
            .dropPath(0)
            .build();
    FineTuning learning =
        FineTuning.builder().iterations(steps).learningRate(4e-3).layerDecay(1).build();
    return new TaskGraph(VitBackbone.of(vit), HEAD, CANVAS, learning).init();
  }

  /** Grey photos with a bright and a dark rectangle in them. */
  private record Drawn(List<List<LabelledBox>> all) implements BoxSet {

    static Drawn of(int photos) {
      Random random = new Random(3);
      List<List<LabelledBox>> all = new ArrayList<>();
      for (int i = 0; i < photos; i++) {
        List<LabelledBox> boxes = new ArrayList<>();
        for (int category = 0; category < 2; category++) {
          int left = 48 * category + random.nextInt(20);
          int top = random.nextInt(30);
          boxes.add(new LabelledBox(category, left, top, left + 24, top + 30));
        }
        all.add(boxes);
      }
      return new Drawn(all);
    }

    @Override
    public int size() {
      return all.size();
    }

    @Override
    public String name(int image) {
      return "photo " + image;
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      byte[] pixels = new byte[3 * 96 * 64];
      Arrays.fill(pixels, (byte) 120);
      for (LabelledBox box : all.get(image)) {
        for (int y = (int) box.top(); y < box.bottom(); y++) {
          for (int x = (int) box.left(); x < box.right(); x++) {
            for (int c = 0; c < 3; c++) {
              pixels[3 * (y * 96 + x) + c] = (byte) (box.category() == 0 ? 250 : 10);
            }
          }
        }
      }
      return new RgbImage(96, 64, pixels);
    }

    @Override
    public List<String> classes() {
      return List.of("bright", "dark");
    }

    @Override
    public List<LabelledBox> boxes(int image) {
      return all.get(image);
    }
  }

  @Test
  void learnsToFindWhatItIsShownThroughFit() {
    ComputationGraph graph = graph(150);
    Drawn drawn = Drawn.of(24);
    DetectionLevels levels = DetectionLevels.of(graph.getConfiguration(), CANVAS);
    Detector detector = new Detector(graph, CANVAS, VIEWS);
    double before = score(detector, drawn);
    try (LabelledBatches batches =
        new LabelledBatches(
            drawn, BoxLabels.of(drawn, levels), CANVAS, VIEWS, Augmentation.NONE, 4, 1)) {
      for (int epoch = 0; epoch < 25; epoch++) {
        batches.reset();
        graph.fit(batches);
      }
    }
    double after = score(detector, drawn);
    assertTrue(before < 0.1 && after > 0.9, () -> before + " before, " + after + " after");
  }

  private static double score(Detector detector, BoxSet set) {
    List<JudgedImage> judged = detector.judge(set, 5, Progress.NONE);
    return CocoScores.of(judged, 2).ap50();
  }

  @Test
  void nothingIsFoundInThePadding() {
    ComputationGraph graph = graph(1);
    // Everything is found everywhere, in boxes that do not touch those of other places.
    Detector detector = new Detector(graph, CANVAS, VIEWS, new NonMaximumSuppression(1, 1000));
    DetectionLevels levels = DetectionLevels.of(graph.getConfiguration(), CANVAS);
    int half = levels.levels().stream().mapToInt(level -> half(level, CANVAS.width() / 2.0)).sum();
    Image square = new RgbImage(24, 32);
    Image wide = new RgbImage(48, 32);
    List<List<Detection>> found = detector.detect(List.of(square, wide));
    assertEquals(2 * half, found.get(0).size());
    assertEquals(2 * levels.places(), found.get(1).size());
    assertTrue(found.get(0).stream().allMatch(each -> each.box().area() > 0));
  }

  /** Places of a level on the left. */
  private static int half(DetectionLevels.Level level, double right) {
    return (int) IntStream.range(0, level.grid().tokens()).filter(i -> level.x(i) < right).count();
  }

  @Test
  void placesAreThoseOfTheGraphForImagesOfAnySize() {
    ComputationGraph graph = graph(1);
    ComputationGraphConfiguration detector = graph.getConfiguration();
    for (ImageSize size : List.of(CANVAS, new ImageSize(40, 24))) {
      DetectionLevels levels = DetectionLevels.of(detector, size);
      INDArray image = Nd4j.zeros(1, 3, size.height(), size.width());
      INDArray found = graph.outputSingle(image);
      assertEquals(levels.places(), found.size(1), size.toString());
      assertEquals(levels.classes() + DetectionLoss.BOX, found.size(2));
    }
    assertEquals(
        List.of(
            new DetectionLevels.Level(4, new TokenGrid(10, 6)),
            new DetectionLevels.Level(8, new TokenGrid(5, 3)),
            new DetectionLevels.Level(16, new TokenGrid(2, 1))),
        DetectionLevels.of(detector, new ImageSize(40, 24)).levels());
    assertThrows(
        IllegalArgumentException.class, () -> DetectionLevels.of(detector, new ImageSize(44, 24)));
  }

  @Test
  void headsThatCannotBeAreRefused() {
    assertRefused(() -> DetectionHead.of(0), "0 classes must be positive");
    assertRefused(() -> DetectionHead.of(0, 2), "width 0");
    assertRefused(() -> new DetectionHead(16, -1, List.of(), 2), "depth -1");
    assertRefused(() -> new DetectionHead(16, 1, List.of(33, 0), 2), "scale", "33");
  }

  @Test
  void boxesOfWhichLittleIsSeenAreIgnored() {
    LabelledBox half = new LabelledBox(1, 0, 0, 48, 32);
    LabelledBox sliver = new LabelledBox(0, 90, 0, 196, 32);
    BoxSet set = new Drawn(List.of(List.of(half, sliver)));
    DetectionLevels levels =
        new DetectionLevels(2, List.of(new DetectionLevels.Level(8, new TokenGrid(4, 6))));
    Placement placement =
        new Placement(new CropBox(0, 0, 64, 96), new CropBox(0, 0, 32, 48), CANVAS, false);
    INDArray labels = BoxLabels.of(set, levels).labels(List.of(new Placed(0, placement)))[0];
    // The last column of places, at 44 of 48, is not in the sliver, which begins at 45.
    assertEquals(24, counting(labels));
    LabelledBox wider = new LabelledBox(0, 80, 0, 196, 32);
    INDArray ignored =
        BoxLabels.of(new Drawn(List.of(List.of(half, wider))), levels)
            .labels(List.of(new Placed(0, placement)))[0];
    assertEquals(24 - 2, counting(ignored));
    // Turned over the same places are at the other end.
    Placement turned =
        new Placement(new CropBox(0, 0, 64, 96), new CropBox(0, 0, 32, 48), CANVAS, true);
    INDArray flipped =
        BoxLabels.of(new Drawn(List.of(List.of(half, wider))), levels)
            .labels(List.of(new Placed(0, turned)))[0];
    assertEquals(0, flipped.getDouble(0, 0, 6));
    assertEquals(1, flipped.getDouble(0, 5, 6));
  }

  private static int counting(INDArray labels) {
    int counting = 0;
    for (int place = 0; place < labels.size(1); place++) {
      counting += (int) labels.getDouble(0, place, labels.size(2) - 1);
    }
    return counting;
  }

  @Test
  void anotherGraphIsNoDetector() {
    ComputationGraphConfiguration vit =
        VitBackbone.of(VitConfig.builder().width(32).heads(2).depth(1).patch(8).build())
            .standalone(new NeuralNetConfiguration.Builder(), 32, 48);
    String message =
        assertThrows(IllegalArgumentException.class, () -> DetectionLevels.of(vit, CANVAS))
            .getMessage();
    assertEquals(1, message.lines().count(), message);
  }
}
