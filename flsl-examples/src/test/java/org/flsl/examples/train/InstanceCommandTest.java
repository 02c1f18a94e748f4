package org.flsl.examples.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.CocoInstances;
import org.flsl.evaluation.data.IndexedPng;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.Palette;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.layers.weights.OnnxModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** {@code flsl train instances}, {@code predict} and {@code eval instances}, from labels to AP. */
class InstanceCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CORNERS = 40;

  @TempDir private Path folder;
  private Screen screen = new Screen(false);
  private DrawnTask task;

  @BeforeEach
  void draw() throws IOException {
    task = new DrawnTask(folder, "instances", "disc", "square");
    task.draw("train", 16, 0, 1, InstanceCommandTest::outlined);
    task.draw("test", 4, 0, 2, InstanceCommandTest::outlined);
    task.writeBackbone();
  }

  /** A red disc and a blue square that stands on a corner, outlined by polygons. */
  private static void outlined(
      Graphics2D graphics, Random random, int category, ObjectNode annotation) {
    int x = 12 + 32 * category + random.nextInt(8);
    int y = 12 + random.nextInt(40);
    ArrayNode polygon = annotation.putArray("segmentation").addArray();
    int corners = category == 0 ? CORNERS : 4;
    int[] xs = new int[corners];
    int[] ys = new int[corners];
    for (int corner = 0; corner < corners; corner++) {
      double angle = 2 * Math.PI * corner / corners;
      xs[corner] = (int) Math.round(x + 12 * Math.cos(angle));
      ys[corner] = (int) Math.round(y + 12 * Math.sin(angle));
      polygon.add(xs[corner]).add(ys[corner]);
    }
    graphics.setColor(category == 0 ? Color.RED : Color.BLUE);
    graphics.fillPolygon(xs, ys, corners);
  }

  private int flsl(String... arguments) {
    screen = new Screen(false);
    // Nothing of the environment asks for another process.
    return Main.run(
        screen.terminal(),
        Map.of("OMP_WAIT_POLICY", "PASSIVE", "OMP_NUM_THREADS", "1", "FLSL_RELAUNCHED", "1"),
        arguments);
  }

  @Test
  void outlinesBecomeAModelAndPhotosMasks() throws IOException {
    Path run = folder.resolve("run");
    String[] training =
        task.training("--epochs", "50", "--measure-every", "25", "--out", run.toString());
    assertEquals(0, flsl(training), screen.err());
    assertTrue(screen.out().contains("after epoch 50  validation: AP "), screen.out());
    assertTrue(Files.exists(run.resolve("instances.zip")));
    String report = Files.readString(run.resolve("report.html"));
    assertTrue(report.contains("FLSL training of instance masks"));
    assertTrue(report.contains("<figcaption>prediction</figcaption>"));

    Path found = folder.resolve("found");
    String images = folder.resolve("test").toString();
    int status = flsl("predict", run.toString(), "--images", images, "--out", found.toString());
    assertEquals(0, status, screen.err());
    assertTrue(screen.out().contains("boxes and masks in 4 images"), screen.out());
    assertTrue(screen.out().contains("with a score of at least 0.5 over the photos"));
    assertEquals(832, ImageIO.read(found.resolve("overlays/0.png").toFile()).getWidth());
    Path detections = found.resolve("detections.json");
    JsonNode first = JSON.readTree(detections.toFile()).get("annotations").get(0);
    assertEquals("[64,64]", first.get("segmentation").get("size").toString());
    assertTrue(first.get("segmentation").get("counts").isTextual());
    Map<String, Double> values = judged(folder.resolve("test.json"), detections);
    assertTrue(values.get("AP50") > 0.5, values.toString());
    Path likeVoc = folder.resolve("likeVoc.json");
    Files.writeString(
        likeVoc,
        Files.readString(detections)
            .replace("\"name\":\"disc\"", "\"name\":\"cat\"")
            .replace("\"name\":\"square\"", "\"name\":\"dog\""));
    assertEquals(values, judged(voc(), likeVoc, "--test", "all"));
    assertNotEquals(values, judged(voc(), likeVoc, "--test", "first"));
    assertTrue(screen.out().contains(": 1, classes: "), screen.out());
    assertTrue(screen.err().contains("detections in images or of classes that"), screen.err());
  }

  /** What {@code flsl eval instances} says of all classes. */
  private Map<String, Double> judged(Path truth, Path predictions, String... more)
      throws IOException {
    Path values = folder.resolve("values.json");
    Files.deleteIfExists(values);
    List<String> eval = new ArrayList<>(List.of("eval", "instances", "--truth", truth.toString()));
    eval.addAll(List.of("--predictions", predictions.toString(), "--output", values.toString()));
    eval.addAll(List.of(more));
    assertEquals(0, flsl(eval.toArray(String[]::new)), screen.err());
    Map<String, Double> all = new TreeMap<>();
    for (JsonNode value : JSON.readTree(Files.readString(values))) {
      if (value.get("features").asText().equals("all classes")) {
        all.put(value.get("measure").asText(), value.get("mean").asDouble());
      }
    }
    return all;
  }

  /** The same truth laid out like PASCAL VOC, with discs for cats and squares for dogs. */
  private Path voc() throws IOException {
    Path voc = folder.resolve("voc");
    BoxSet truth =
        CocoInstances.read(folder.resolve("test.json"), folder.resolve("test")).instances();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < truth.size(); i++) {
      String file = truth.name(i);
      int[] numbers = new int[64 * 64];
      int[] classes = new int[64 * 64];
      for (int object = 0; object < truth.masks(i).size(); object++) {
        boolean[] inside = truth.masks(i).get(object).rasterise(64, 64).inside();
        int cat = 8;
        int dog = 12;
        for (int pixel = 0; pixel < inside.length; pixel++) {
          if (inside[pixel]) {
            numbers[pixel] = object + 1;
            classes[pixel] = truth.boxes(i).get(object).category() == 0 ? cat : dog;
          }
        }
      }
      String name = file.replace(".png", "");
      names.add(name);
      write(voc.resolve("SegmentationObject"), name, numbers);
      write(voc.resolve("SegmentationClass"), name, classes);
      Path photo = Files.createDirectories(voc.resolve("JPEGImages")).resolve(name + ".png");
      Files.copy(
          folder.resolve("test").resolve(name + ".png"),
          photo,
          StandardCopyOption.REPLACE_EXISTING);
    }
    Path lists = Files.createDirectories(voc.resolve("ImageSets/Segmentation"));
    Files.write(lists.resolve("all.txt"), names);
    Files.write(lists.resolve("first.txt"), names.subList(0, 1));
    return voc;
  }

  private static void write(Path folder, String name, int[] labels) throws IOException {
    Files.createDirectories(folder);
    try (OutputStream out = Files.newOutputStream(folder.resolve(name + ".png"))) {
      IndexedPng.write(new LabelMask(64, 64, labels), Palette.PASCAL_VOC, out);
    }
  }

  @Test
  void aModelIsExportedAsOnnxAndAsNothingElse() throws IOException {
    Path run = folder.resolve("run");
    assertEquals(0, flsl(task.training("--epochs", "1", "--out", run.toString())), screen.err());
    assertEquals(0, flsl("export", run.toString()), screen.err());
    assertTrue(screen.out().contains("instances, images of 32 x 32"), screen.out());
    Map<String, String> notes = OnnxModel.read(run.resolve("instances.onnx")).notes();
    assertEquals("[batch, 3, 32, 32]", notes.get("input image"));
    assertEquals("[batch, 21, 2]", notes.get("output classes"));
    assertEquals("[batch, 21, 16]", notes.get("output coefficients"));
    assertEquals("disc\nsquare", notes.get("classes"));
    assertEquals("[[8.0, 4, 4], [16.0, 2, 2], [32.0, 1, 1]]", notes.get("levels"));

    Path model = run.resolve("instances.zip");
    Path larger = folder.resolve("larger.onnx");
    String[] export = {
      "export", model.toString(), "--format", "onnx", "--size", "48x64", "--out", larger.toString()
    };
    assertEquals(0, flsl(export), screen.err());
    notes = OnnxModel.read(larger).notes();
    assertEquals("[batch, 3, 48, 64]", notes.get("input image"));
    assertEquals("48x64", notes.get("size"));

    Map<String, List<String>> wrong =
        Map.of(
            "written as ONNX, whole: leave out --format",
            List.of("--format", "npz"),
            "written as ONNX, whole: leave out --student",
            List.of("--student"),
            "images of one size: leave out --size",
            List.of("--size", "any"),
            "12",
            List.of("--size", "12"),
            "a size is HEIGHTxWIDTH",
            List.of("--size", "large"));
    for (Map.Entry<String, List<String>> each : wrong.entrySet()) {
      List<String> refused = new ArrayList<>(List.of("export", model.toString()));
      Path never = folder.resolve("never.onnx");
      refused.addAll(List.of("--out", never.toString()));
      refused.addAll(each.getValue());
      assertEquals(1, flsl(refused.toArray(String[]::new)));
      assertTrue(screen.err().contains(each.getKey()), screen.err());
      assertEquals(1, screen.err().lines().count(), screen.err());
      assertFalse(Files.exists(never));
    }
  }

  @Test
  void whatIsMissingOrKnowsBoxesAloneIsOneLine() throws IOException {
    Path train = folder.resolve("train.json");
    Files.writeString(
        train, Files.readString(train).replaceAll("\"segmentation\":", "\"outline\":"));
    Map<String, String[]> wrong =
        Map.of(
            "--images is missing: labels are --voc FOLDER with SegmentationObject, or",
            new String[] {"train", "instances", "--init", task.backbone().toString()},
            "has an outline that can be used",
            task.training(),
            "--voc and --images both say",
            task.training("--voc", folder.toString()));
    wrong.forEach(
        (message, arguments) -> {
          assertEquals(1, flsl(arguments));
          assertTrue(screen.err().contains(message), screen.err());
          assertEquals(1, screen.err().lines().count(), screen.err());
        });
  }
}
