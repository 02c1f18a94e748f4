package org.flsl.evaluation.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.views.decode.ImageDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Measures that need labels, of a network that has learned nothing and tells light from dark. */
class LabelledMeasuresTest {
  private static final int SIDE = 64;

  @TempDir private Path folder;

  private final ReadableImages readable = new ReadableImages(new ImageDecoder());

  private Benchmark on(String measure) {
    return Measure.known().stream()
        .filter(known -> known.name().equals(measure))
        .findFirst()
        .orElseThrow()
        .on(new MeasuredImages(folder, Set.of(), readable));
  }

  private static double score(Benchmark benchmark) {
    List<Measured> values = benchmark.measure(Candidate.of(GraphFeatures.of(backbone())));
    assertEquals(1, values.size(), values.toString());
    return values.get(0).mean();
  }

  private double score(String measure) {
    return score(on(measure));
  }

  private static ComputationGraph backbone() {
    VitConfig vit =
        VitConfig.builder().imageSize(SIDE).patch(16).width(24).heads(2).depth(1).build();
    NeuralNetConfiguration.Builder settings = new NeuralNetConfiguration.Builder().seed(1);
    ComputationGraph graph =
        new ComputationGraph(VitBackbone.of(vit).standalone(settings, SIDE, SIDE));
    graph.init();
    return graph;
  }

  /** Light left of a border and dark right of it. */
  private static BufferedImage divided(int border, Random random) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int light = (x < border ? 200 : 20) + random.nextInt(30);
        image.setRGB(x, y, new Color(light, light, light).getRGB());
      }
    }
    return image;
  }

  private static void write(BufferedImage image, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private void scenes(Path root, int count) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < count; i++) {
      int border = 16 * (1 + i % 3);
      write(divided(border, random), root.resolve("images/" + i + ".png"));
      BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          mask.getRaster().setSample(x, y, 0, x < border ? 1 : 0);
        }
      }
      write(mask, root.resolve("masks/" + i + ".png"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dense-knn", "dense-knn-miou", "kmeans-miou"})
  void whatIsEasyToSeeIsScoredWell(String measure) throws IOException {
    scenes(folder, 6);
    double score = score(measure);
    assertTrue(score > 0.9, "%s is %s".formatted(measure, score));
  }

  @Test
  void trainingAndTestImagesMayBeApart() throws IOException {
    scenes(folder.resolve("train"), 3);
    scenes(folder.resolve("test"), 3);
    assertTrue(score("dense-knn") > 0.9);
  }

  @Test
  void imagesWithoutMasksAreRefused() throws IOException {
    String error = assertThrows(IllegalArgumentException.class, () -> on("dense-knn")).getMessage();
    assertTrue(error.startsWith(folder + " has no masks to score on"), error);
    scenes(folder, 3);
    Files.delete(folder.resolve("masks/1.png"));
    error = assertThrows(IllegalArgumentException.class, () -> on("kmeans-miou")).getMessage();
    assertTrue(error.startsWith("Images without a mask: 1 of 3"), error);
  }

  private static void damage(Path file) throws IOException {
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dense-knn", "kmeans-miou"})
  void scenesThatCannotBeReadAreLeftOut(String measure) throws IOException {
    scenes(folder, 7);
    damage(folder.resolve("images/2.png"));
    damage(folder.resolve("images/5.png"));
    Benchmark benchmark = on(measure);
    List<String> leftOut = readable.problems();
    assertEquals(2, leftOut.size(), leftOut.toString());
    assertTrue(leftOut.get(0).contains("images/2.png"), leftOut.get(0));
    assertTrue(score(benchmark) > 0.9);
  }

  @Test
  void whatIsWrongWithMasksIsSaidWhenTheyAreOpened() throws IOException {
    scenes(folder, 4);
    BufferedImage small = new BufferedImage(SIDE, SIDE / 2, BufferedImage.TYPE_BYTE_GRAY);
    write(small, folder.resolve("masks/3.png"));
    assertThrows(IllegalArgumentException.class, () -> on("dense-knn"));
  }

  @Test
  void nothingThatCanBeReadIsNothingToScoreOn() throws IOException {
    photos("light-", "dark_");
    for (int i = 0; i < 12; i++) {
      damage(folder.resolve("light-" + i + ".png"));
      damage(folder.resolve("dark_" + i + ".png"));
    }
    for (String measure : List.of("categories", "label-free")) {
      String error = assertThrows(IllegalArgumentException.class, () -> on(measure)).getMessage();
      assertTrue(error.startsWith("None of the 24 images can be read: "), error);
    }
  }

  @Test
  void photosThatCannotBeReadAreLeftOut() throws IOException {
    photos("light-", "dark_");
    damage(folder.resolve("light-3.png"));
    damage(folder.resolve("dark_7.png"));
    Benchmark categories = on("categories");
    assertEquals(2, readable.problems().size());
    assertEquals(1, score(categories));
    Benchmark labelFree = on("label-free");
    assertEquals(4, readable.problems().size());
    assertTrue(score(labelFree) > 0);
  }

  /** Light photos and dark ones. */
  private void photos(String light, String dark) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 12; i++) {
      write(divided(SIDE, random), folder.resolve(light + i + ".png"));
      write(divided(0, random), folder.resolve(dark + i + ".png"));
    }
  }

  @Test
  void categoriesAreTheBeginningsOfNames() throws IOException {
    photos("light-", "dark_");
    assertEquals(1, score("categories"));
  }

  @Test
  void categoriesAreFolders() throws IOException {
    photos("light/", "dark/");
    assertEquals(1, score("categories"));
  }

  @Test
  void categoriesThatSayNothingScoreAsChanceDoes() throws IOException {
    photos("a", "b");
    for (int i = 0; i < 12; i++) {
      Files.move(folder.resolve("a" + i + ".png"), folder.resolve((i % 2) + "-a" + i + ".png"));
      Files.move(folder.resolve("b" + i + ".png"), folder.resolve((i % 2) + "-b" + i + ".png"));
    }
    assertTrue(score("categories") < 0.8);
  }

  @Test
  void namesThatTellNoCategoriesAreRefused() throws IOException {
    photos("light", "dark");
    String error =
        assertThrows(IllegalArgumentException.class, () -> on("categories")).getMessage();
    assertTrue(error.contains("tells no classes: expected a folder for each class"), error);
  }
}
