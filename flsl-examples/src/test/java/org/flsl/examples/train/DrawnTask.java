package org.flsl.examples.train;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Drawn photos with COCO's annotations, a tiny backbone, and what the command is told of them. */
final class DrawnTask {
  private static final int SIDE = 64;

  private final Path folder;
  private final String task;
  private final List<String> classes;

  /** Draws an object of each class, or none, into a photo. */
  interface Painter {
    /**
     * Draws an object and writes down where it is.
     *
     * @param annotation has numbers and the class
     */
    void paint(Graphics2D graphics, Random random, int category, ObjectNode annotation);
  }

  DrawnTask(Path folder, String task, String... classes) {
    this.folder = folder;
    this.task = task;
    this.classes = List.of(classes);
  }

  /** Writes a folder of photos and their json, named alike; the last photos may be empty. */
  void draw(String name, int photos, int empty, long seed, Painter painter) throws IOException {
    Random random = new Random(seed);
    Path images = Files.createDirectories(folder.resolve(name));
    ObjectNode json = new ObjectMapper().createObjectNode();
    ArrayNode annotations = json.putArray("annotations");
    for (int i = 0; i < photos; i++) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(Color.GRAY);
      graphics.fillRect(0, 0, SIDE, SIDE);
      for (int category = 0; category < classes.size() && i < photos - empty; category++) {
        ObjectNode annotation = annotations.addObject();
        annotation.put("id", annotations.size()).put("image_id", i).put("category_id", category);
        painter.paint(graphics, random, category, annotation);
      }
      graphics.dispose();
      ImageIO.write(image, "png", images.resolve(i + ".png").toFile());
      json.withArray("images")
          .addObject()
          .put("id", i)
          .put("file_name", i + ".png")
          .put("width", SIDE)
          .put("height", SIDE);
    }
    ArrayNode categories = json.putArray("categories");
    classes.forEach(
        category -> categories.addObject().put("id", categories.size() - 1).put("name", category));
    Files.writeString(folder.resolve(name + ".json"), json.toString());
  }

  /** Writes the backbone. */
  void writeBackbone() throws IOException {
    VitConfig vit =
        VitConfig.builder().width(24).depth(1).heads(2).patch(8).imageSize(32).dropPath(0).build();
    ModelSerializer.writeModel(
        VitBackbone.of(vit).network(new NeuralNetConfiguration.Builder().seed(1), 32, 32),
        backbone().toFile(),
        false);
  }

  Path backbone() {
    return folder.resolve("backbone.zip");
  }

  /** A training on the folders train and test. */
  String[] training(String... more) {
    List<String> all = new ArrayList<>(List.of("train", task));
    for (String name : List.of("train", "test")) {
      String prefix = name.equals("test") ? "--test-" : "--";
      all.addAll(List.of(prefix + "images", folder.resolve(name).toString()));
      all.addAll(List.of(prefix + "coco", folder.resolve(name + ".json").toString()));
    }
    all.addAll(List.of("--init", backbone().toString(), "--batch", "4", "--head-width", "16"));
    all.addAll(List.of("--lr", "0.006", "--layer-decay", "1", "--scale", "1..1", "--flip", "0"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
