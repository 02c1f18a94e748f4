package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.examples.train.Shapes;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example of docs/downstream.md does what the document says. */
class TrainOnYourLabelsTest {
  private static final int LINES = 40;

  @TempDir private Path folder;

  private SegmentationSet shapes(String name, int count, long seed) throws IOException {
    Path drawn = Shapes.draw(folder.resolve(name), count, seed);
    return TrainOnYourLabels.labels(drawn.resolve("images"), drawn.resolve("masks"));
  }

  @Test
  void learnsToSegment() throws IOException {
    ComputationGraph backbone =
        VitBackbone.of(
                VitConfig.builder().width(24).depth(1).heads(2).patch(8).imageSize(32).build())
            .network(new NeuralNetConfiguration.Builder().seed(1), 32, 32);
    ComputationGraph segmenter = TrainOnYourLabels.segmenter(backbone, shapes("train", 16, 1), 20);
    double iou = TrainOnYourLabels.meanIou(segmenter, shapes("test", 6, 2));
    assertTrue(iou > 0.6, "mean IoU " + iou);
  }

  /** The box around the object of each image. */
  private record Boxes(SegmentationSet masks) implements BoxSet {
    @Override
    public List<LabelledBox> boxes(int image) {
      LabelMask mask = masks.mask(image);
      int left = mask.width();
      int top = mask.height();
      int right = 0;
      int bottom = 0;
      int category = 0;
      for (int y = 0; y < mask.height(); y++) {
        for (int x = 0; x < mask.width(); x++) {
          if (mask.label(x, y) > 0) {
            category = mask.label(x, y) - 1;
            left = Math.min(left, x);
            top = Math.min(top, y);
            right = Math.max(right, x + 1);
            bottom = Math.max(bottom, y + 1);
          }
        }
      }
      return List.of(new LabelledBox(category, left, top, right, bottom));
    }

    @Override
    public int size() {
      return masks.size();
    }

    @Override
    public String name(int image) {
      return masks.name(image);
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      return masks.image(image, decoder);
    }

    @Override
    public List<String> classes() {
      return masks.classes().subList(1, masks.classes().size());
    }
  }

  @Test
  void learnsToDetect() throws IOException {
    ComputationGraph backbone =
        VitBackbone.of(
                VitConfig.builder().width(24).depth(1).heads(2).patch(16).imageSize(32).build())
            .network(new NeuralNetConfiguration.Builder().seed(1), 32, 32);
    ComputationGraph detector =
        TrainADetector.detector(backbone, new Boxes(shapes("train", 16, 1)), 30);
    double ap50 = TrainADetector.ap50(detector, new Boxes(shapes("test", 6, 2)));
    assertTrue(ap50 > 0.3, "AP50 " + ap50);
  }

  @ParameterizedTest
  @ValueSource(classes = {TrainOnYourLabels.class, TrainADetector.class})
  void theDocumentShowsTheLinesThatRun(Class<?> shown) throws IOException {
    String source =
        Files.readString(
            Path.of("src/main/java/org/flsl/examples", shown.getSimpleName() + ".java"));
    int from = source.indexOf("  // example begins\n") + "  // example begins\n".length();
    String example =
        source.substring(from, source.indexOf("  // example ends\n")).stripTrailing().stripIndent();
    assertTrue(
        Files.readString(Path.of("../docs/downstream.md"))
            .contains("```java\n" + example + "\n```\n"),
        () -> "docs/downstream.md has to show:\n" + example);
    assertTrue(
        example.lines().filter(line -> !line.isBlank() && !line.startsWith("/**")).count() <= LINES,
        example);
  }
}
