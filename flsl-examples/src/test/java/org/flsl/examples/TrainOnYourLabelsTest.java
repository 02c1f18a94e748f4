package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.examples.train.Shapes;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void theDocumentShowsTheLinesThatRun() throws IOException {
    String source =
        Files.readString(Path.of("src/main/java/org/flsl/examples/TrainOnYourLabels.java"));
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
