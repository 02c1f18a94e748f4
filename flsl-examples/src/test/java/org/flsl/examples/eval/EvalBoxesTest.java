package org.flsl.examples.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalBoxesTest {
  private static final String COCO =
      """
      {"images": [{"id": 1, "file_name": "red.png", "width": 64, "height": 48},
                  {"id": 2, "file_name": "blue.png", "width": 64, "height": 48}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [16, 8, 24, 24]},
                       {"id": 2, "image_id": 2, "category_id": 6, "bbox": [16, 8, 24, 24]}],
       "categories": [{"id": 5, "name": "red"}, {"id": 6, "name": "blue"}]}
      """;

  @TempDir private Path folder;
  private SmallNetwork network;

  @BeforeEach
  void draw() throws IOException {
    network = new SmallNetwork(folder);
    Files.writeString(folder.resolve("instances.json"), COCO);
    draw("red", Color.RED);
    draw("blue", Color.BLUE);
  }

  private void draw(String name, Color colour) throws IOException {
    BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(colour);
    graphics.fillRect(16, 8, 24, 24);
    graphics.dispose();
    ImageIO.write(image, "png", folder.resolve(name + ".png").toFile());
  }

  private int coco(String testFile) {
    return network.eval(
        "boxes",
        "--coco=" + folder.resolve("instances.json"),
        "--images=" + folder,
        "--test-coco=" + folder.resolve(testFile),
        "--test-images=" + folder,
        "--k=1",
        "--seeds=1");
  }

  @Test
  void namesChanceBesideEveryValue() {
    assertEquals(0, coco("instances.json"), network.errors());

    List<String> lines = network.output().lines().toList();
    assertTrue(
        lines.stream()
            .anyMatch(line -> line.matches("\\s+model\\s+random twin\\s+raw pixels\\s+chance")),
        network.output());
    // The same images to learn from and to measure on: each is its own nearest neighbour.
    assertTrue(
        lines.stream().anyMatch(line -> line.matches("pooled, top-1\\s+1.0000 .*\\s0.5000")),
        network.output());
    assertTrue(
        lines.stream()
            .anyMatch(line -> line.matches("any of 9 patches, as published, top-1.*\\s0.9980")),
        network.output());
  }

  @Test
  void explainsInOneLine() {
    assertEquals(1, coco("missing.json"));
    assertEquals(1, network.eval("boxes", "--voc=" + folder));

    List<String> errors = network.errors().lines().toList();
    assertEquals(2, errors.size(), errors.toString());
    assertTrue(errors.get(0).contains("There is no file"), errors.get(0));
    assertTrue(errors.get(1).contains("is not laid out like PASCAL VOC"), errors.get(1));
  }
}
