package org.flsl.examples.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalVideoTest {
  private static final int FRAMES = 4;

  @TempDir private Path folder;
  private SmallNetwork network;

  @BeforeEach
  void draw() throws IOException {
    network = new SmallNetwork(folder);
    Path images = Files.createDirectories(folder.resolve("davis/JPEGImages/480p/square"));
    Path masks = Files.createDirectories(folder.resolve("davis/Annotations/480p/square"));
    for (int i = 0; i < FRAMES; i++) {
      ImageIO.write(
          frame(i, BufferedImage.TYPE_INT_RGB, Color.GRAY, Color.RED),
          "jpg",
          images.resolve("0000" + i + ".jpg").toFile());
      ImageIO.write(
          frame(i, BufferedImage.TYPE_BYTE_GRAY, Color.BLACK, Color.WHITE),
          "png",
          masks.resolve("0000" + i + ".png").toFile());
    }
  }

  private static BufferedImage frame(int time, int type, Color ground, Color square) {
    BufferedImage image = new BufferedImage(96, 64, type);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(ground);
    graphics.fillRect(0, 0, 96, 64);
    graphics.setColor(square);
    graphics.fillRect(8 + 8 * time, 16, 32, 32);
    graphics.dispose();
    return image;
  }

  @Test
  void measuresBesideBaselinesAndWritesMasks() throws IOException {
    Path csv = folder.resolve("results.csv");
    Path masks = folder.resolve("masks");

    int exit =
        network.eval(
            "video",
            "--davis=" + folder.resolve("davis"),
            "--short-side=64",
            "--seeds=2",
            "--masks=" + masks,
            "--output=" + csv);

    assertEquals(0, exit, network.errors());
    List<String> lines = Files.readAllLines(csv);
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith("J&F,model,1,0.")), lines.toString());
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("F,random twin,2,")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("J&F of square,raw pixels,1,")));
    for (String features : List.of("model", "random-twin", "raw-pixels")) {
      Path last = masks.resolve(features).resolve("square/0000" + (FRAMES - 1) + ".png");
      BufferedImage mask = ImageIO.read(last.toFile());
      assertEquals(96, mask.getWidth());
      assertTrue(mask.getColorModel() instanceof IndexColorModel);
    }
  }

  @Test
  void explainsInOneLine() throws IOException {
    Files.delete(folder.resolve("davis/Annotations/480p/square/00001.png"));

    assertEquals(1, network.eval("video", "--davis=" + folder.resolve("davis")));
    assertEquals(1, network.eval("video", "--davis=" + folder));

    List<String> errors = network.errors().lines().toList();
    assertEquals(2, errors.size(), errors.toString());
    assertTrue(errors.get(0).startsWith("error: The sequence square has no mask"), errors.get(0));
    assertTrue(errors.get(1).contains("is not laid out like DAVIS"), errors.get(1));
  }
}
