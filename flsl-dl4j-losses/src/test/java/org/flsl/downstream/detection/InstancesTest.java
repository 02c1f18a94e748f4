package org.flsl.downstream.detection;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.FineTuning;
import org.flsl.downstream.Head;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.data.Augmentation;
import org.flsl.downstream.data.LabelMaker.Placed;
import org.flsl.downstream.data.LabelledBatches;
import org.flsl.downstream.data.Placement;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.BinaryMask;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.RunLengths;
import org.flsl.evaluation.detection.CocoScores;
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

/** A detector with masks, from labels to pixels. */
class InstancesTest {
  private static final ImageSize CANVAS = new ImageSize(32, 48);
  private static final ViewConfig VIEWS = ViewConfig.builder().build();
  private static final DetectionHead BOXES = new DetectionHead(16, 1, List.of(1, 0, -1), 2);
  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;

  private static ComputationGraph graph(Head head, int steps) {
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
    return new TaskGraph(VitBackbone.of(vit), head, CANVAS, learning).init();
  }

  private static ComputationGraph graph(int steps) {
    return graph(new InstanceHead(BOXES, 8, 24), steps);
  }

  /** A bright disc and a dark triangle in each grey photo, which fill their boxes badly. */
  private record Drawn(List<List<LabelledBox>> all, boolean knowsMasks) implements BoxSet {

    static Drawn of(int photos, long seed) {
      Random random = new Random(seed);
      List<List<LabelledBox>> all = new ArrayList<>();
      for (int i = 0; i < photos; i++) {
        List<LabelledBox> boxes = new ArrayList<>();
        for (int category = 0; category < 2; category++) {
          int left = 48 * category + random.nextInt(16);
          int top = random.nextInt(32);
          boxes.add(new LabelledBox(category, left, top, left + 32, top + 32));
        }
        all.add(boxes);
      }
      return new Drawn(all, true);
    }

    private static boolean isInside(LabelledBox box, int x, int y) {
      double across = (x + 0.5 - box.left()) / (box.right() - box.left());
      double down = (y + 0.5 - box.top()) / (box.bottom() - box.top());
      if (across < 0 || across > 1 || down < 0 || down > 1) {
        return false;
      }
      return box.category() == 0 ? Math.hypot(across - 0.5, down - 0.5) < 0.5 : across < down;
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
      byte[] pixels = new byte[3 * WIDTH * HEIGHT];
      Arrays.fill(pixels, (byte) 120);
      for (LabelledBox box : all.get(image)) {
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
          if (isInside(box, i % WIDTH, i / WIDTH)) {
            Arrays.fill(pixels, 3 * i, 3 * i + 3, (byte) (box.category() == 0 ? 250 : 10));
          }
        }
      }
      return new RgbImage(WIDTH, HEIGHT, pixels);
    }

    @Override
    public List<String> classes() {
      return List.of("bright", "dark");
    }

    @Override
    public List<LabelledBox> boxes(int image) {
      return all.get(image);
    }

    @Override
    public List<RunLengths> masks(int image) {
      return knowsMasks ? all.get(image).stream().map(Drawn::mask).toList() : List.of();
    }

    private static RunLengths mask(LabelledBox box) {
      boolean[] inside = new boolean[WIDTH * HEIGHT];
      for (int i = 0; i < inside.length; i++) {
        inside[i] = isInside(box, i % WIDTH, i / WIDTH);
      }
      return RunLengths.of(new BinaryMask(WIDTH, HEIGHT, inside));
    }
  }

  private static CocoScores scores(Detector detector, BoxSet set) {
    return CocoScores.of(detector.judge(set, 5, Progress.NONE), 2);
  }

  @Test
  void learnsMasksThatAreBetterThanTheirBoxes() {
    ComputationGraph graph = graph(180);
    Drawn drawn = Drawn.of(24, 3);
    InstanceLabels labels = InstanceLabels.of(drawn, graph.getConfiguration(), CANVAS);
    Detector detector = new Detector(graph, CANVAS, VIEWS);
    double before = scores(detector, drawn).ap50();
    try (LabelledBatches batches =
        new LabelledBatches(drawn, labels, CANVAS, VIEWS, Augmentation.NONE, 4, 1)) {
      for (int epoch = 0; epoch < 30; epoch++) {
        batches.reset();
        graph.fit(batches);
      }
    }
    double after = scores(detector, drawn).ap50();
    assertTrue(before < 0.1 && after > 0.9, () -> before + " before, " + after + " after");
    // Half of the box of a triangle is not in it: a mask that fills the box has an IoU of 0.5.
    List<Detection> found = detector.detect(List.of(drawn.image(0, detector.decoder()))).get(0);
    for (int object = 0; object < 2; object++) {
      int category = object;
      RunLengths best =
          found.stream()
              .filter(each -> each.box().category() == category)
              .findFirst()
              .flatMap(Detection::mask)
              .orElseThrow();
      RunLengths truth = drawn.masks(0).get(object);
      double common = best.common(truth);
      double overlap = common / (best.area() + truth.area() - common);
      assertTrue(overlap > 0.75, () -> "class " + category + ": " + overlap);
    }
  }

  @Test
  void theMiddlePlacesOfObjectsLearnTheirMasksFirst() {
    DetectionLevels levels =
        new DetectionLevels(2, 8, List.of(new DetectionLevels.Level(8, new TokenGrid(4, 6))));
    Drawn set =
        new Drawn(
            List.of(List.of(new LabelledBox(0, 0, 0, 32, 32), new LabelledBox(1, 48, 16, 96, 64))),
            true);
    for (boolean flipped : new boolean[] {false, true}) {
      Placement placement =
          new Placement(
              new CropBox(0, 0, HEIGHT, WIDTH), new CropBox(0, 0, 32, 48), CANVAS, flipped);
      int masks = 3;
      INDArray labels =
          new InstanceLabels(BoxLabels.of(set, levels), masks)
              .labels(List.of(new Placed(0, placement)))[0];
      int box = 2 + DetectionLoss.BOX;
      assertArrayEquals(new long[] {1, 24, box + 5 * masks}, labels.shape());
      int[] learners = new int[masks];
      for (int place = 0; place < 24; place++) {
        for (int mask = 0; mask < masks; mask++) {
          if (labels.getDouble(0, place, box + mask) == 1) {
            learners[mask]++;
            // That of the object which the place is to find.
            int category = mask == 1 ? 1 : 0;
            assertEquals(1, labels.getDouble(0, place, category));
          }
        }
      }
      assertArrayEquals(new int[] {1, 1, 1}, learners);
      // The triangle's cells, row by row: its box is that from 24, 8 to 48, 32 of the image.
      for (int row = 0; row < 8; row++) {
        for (int column = 0; column < 12; column++) {
          double x = flipped ? 48 - 4 * (column + 0.5) : 4 * (column + 0.5);
          double y = 4 * (row + 0.5);
          boolean inBox = x > 24 && y > 8;
          int place = row / 2 * 6 + column / 2;
          int quarter = row % 2 * 2 + column % 2;
          double value = labels.getDouble(0, place, box + masks * (1 + quarter) + 1);
          if (!inBox) {
            assertEquals(0, value);
          } else if (Math.abs((x - 24) - (y - 8)) > 1) {
            assertEquals(x - 24 < y - 8 ? 1 : -1, value, x + " " + y);
          }
        }
      }
    }
  }

  @Test
  void cellsAreStretchedOverThePixelsOfABoxInThePhoto() {
    PrototypeCells cells = new PrototypeCells(new TokenGrid(4, 6), 4);
    double[] logits = new double[8 * 12];
    for (int i = 0; i < logits.length; i++) {
      // Positive left of the line x = 22 of the image, that is 44 of the photo.
      logits[i] = 22 - (i % 12 + 0.5) * 4;
    }
    LabelledBox box = new LabelledBox(0, 10, 5, 60, 25);
    for (boolean flipped : new boolean[] {false, true}) {
      Placement placement =
          new Placement(
              new CropBox(0, 0, HEIGHT, WIDTH), new CropBox(0, 0, 32, 48), CANVAS, flipped);
      RunLengths mask = cells.mask(logits, box, placement);
      double[] expected = flipped ? new double[] {52, 5, 60, 25} : new double[] {10, 5, 44, 25};
      assertArrayEquals(expected, mask.bounds());
      assertEquals((expected[2] - expected[0]) * 20, mask.area());
    }
    Placement whole =
        new Placement(new CropBox(0, 0, HEIGHT, WIDTH), new CropBox(0, 0, 32, 48), CANVAS, false);
    LabelledBox everything = new LabelledBox(0, 0, 0, WIDTH, HEIGHT);
    assertEquals(44 * HEIGHT, cells.mask(logits, everything, whole).area());
    assertEquals(0, cells.mask(logits, new LabelledBox(0, 3, 3, 3, 3), whole).area());
  }

  @Test
  void whatDoesNotFitIsOneLine() {
    ComputationGraph plain = graph(BOXES, 1);
    Drawn drawn = Drawn.of(2, 1);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> InstanceLabels.of(drawn, plain.getConfiguration(), CANVAS))
            .getMessage();
    assertTrue(message.startsWith("The graph makes no instance masks"), message);
    assertRefused(() -> new InstanceHead(BOXES, 0, 4), "0 prototypes");
    assertRefused(() -> new InstanceHead(BOXES, 4, 0), "0 masks");
    Detector detector = new Detector(graph(1), CANVAS, VIEWS);
    BoxSet boxes = new Drawn(drawn.all(), false);
    String judged =
        assertThrows(IllegalArgumentException.class, () -> scores(detector, boxes)).getMessage();
    assertTrue(judged.contains("photo 0 has 2 objects and 0 masks"), judged);
  }
}
