package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterMapTest {
  private static final String PHOTOS = "sample/photos/";

  @TempDir private Path folder;
  private final Screen screen = new Screen(false);

  private int run(String... arguments) {
    return ClusterMap.run(screen.terminal(), arguments);
  }

  private String saved(ComputationGraphConfiguration network) throws IOException {
    ComputationGraph graph = new ComputationGraph(network);
    graph.init();
    File file = folder.resolve("backbone.zip").toFile();
    ModelSerializer.writeModel(graph, file, false);
    return file.toString();
  }

  private static ComputationGraphConfiguration tinyVit() {
    VitConfig vit = VitConfig.builder().width(8).heads(2).depth(1).patch(8).imageSize(32).build();
    return VitBackbone.of(vit).standalone(new NeuralNetConfiguration.Builder().seed(1), 32, 32);
  }

  @Test
  void drawsAPhotoBesideAMapInAsManyColoursAsClusters() throws IOException {
    Path picture = folder.resolve("clusters.png");

    int exit =
        run(
            saved(tinyVit()),
            picture.toString(),
            PHOTOS + "animals-panda.jpg",
            PHOTOS + "others-cup.jpg",
            "--clusters=3",
            "--columns=1");

    assertEquals(0, exit, screen.err());
    BufferedImage drawn = ImageIO.read(picture.toFile());
    assertTrue(drawn.getHeight() > drawn.getWidth(), "one photo below the other");
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < drawn.getHeight() - 40; y++) {
      // Inside the maps, which fill the right half above the legend.
      for (int x = drawn.getWidth() * 3 / 5; x < drawn.getWidth() * 9 / 10; x++) {
        colours.add(drawn.getRGB(x, y));
      }
    }
    assertEquals(3 + 1, colours.size(), "three clusters on white");
  }

  @Test
  void whatIsNoVisionTransformerIsRefused() throws IOException {
    String model = saved(AddFlslToYourProject.yourNetwork());

    assertEquals(1, run(model, folder.resolve("x.png").toString(), PHOTOS + "others-cup.jpg"));
    assertTrue(screen.err().contains("no Vision Transformer"), screen.err());
  }

  @Test
  void whatIsNoModelIsRefused() {
    assertEquals(1, run("pom.xml", "x.png", PHOTOS + "others-cup.jpg"));
    assertTrue(screen.err().contains("pom.xml is no DL4J model"), screen.err());
  }

  @Test
  void aMissingBackboneIsNamed() {
    assertEquals(1, run("nowhere.zip", "x.png", PHOTOS + "others-cup.jpg"));
    assertTrue(screen.err().contains("nowhere.zip does not exist"), screen.err());
  }
}
