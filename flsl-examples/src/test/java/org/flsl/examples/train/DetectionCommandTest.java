package org.flsl.examples.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.flsl.examples.ForkedJvm;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.examples.command.NativeEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** {@code flsl train detection}, {@code predict} and {@code eval detection}, from labels to AP. */
class DetectionCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private Screen screen = new Screen(false);
  private DrawnTask task;

  @BeforeEach
  void draw() throws IOException {
    task = new DrawnTask(folder, "detection", "bright", "dark");
    task.draw("train", 12, 1, 1, DetectionCommandTest::rectangle);
    task.draw("test", 4, 1, 2, DetectionCommandTest::rectangle);
    task.writeBackbone();
  }

  /** A bright and a dark one. */
  private static void rectangle(
      Graphics2D graphics, Random random, int category, ObjectNode annotation) {
    int x = 32 * category + random.nextInt(10);
    int y = random.nextInt(40);
    graphics.setColor(category == 0 ? Color.WHITE : Color.BLACK);
    graphics.fillRect(x, y, 20, 22);
    annotation.putArray("bbox").add(x).add(y).add(20).add(22);
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
  void labelsBecomeADetectorAndPhotosBoxes() throws IOException {
    Path run = folder.resolve("run");
    assertEquals(
        0,
        flsl(task.training("--epochs", "30", "--measure-every", "15", "--out", run.toString())),
        screen.err());
    assertTrue(screen.out().contains("boxes to learn from: bright 11, dark 11"), screen.out());
    assertTrue(screen.out().contains("after epoch 30  validation: AP "), screen.out());
    String report = Files.readString(run.resolve("report.html"));
    assertTrue(report.contains("FLSL training of a detector"));
    assertTrue(report.contains("<figcaption>prediction</figcaption>"));

    Path found = folder.resolve("found");
    Path truth = folder.resolve("test.json");
    assertEquals(0, predict(run, found), screen.err());
    Path detections = found.resolve("detections.json");
    fromAnotherScoreOnPicturesDiffer(run, found);
    Path values = folder.resolve("values.json");
    int status =
        flsl(
            "eval",
            "detection",
            "--truth",
            truth.toString(),
            "--predictions",
            detections.toString(),
            "--output",
            values.toString());
    assertEquals(0, status, screen.err());
    assertEquals(
        JSON.readTree(Files.readString(values)),
        JSON.readTree(Files.readString(byVoc(detections))));
    double ap50 = 0;
    for (JsonNode value : JSON.readTree(Files.readString(values))) {
      if (value.get("measure").asText().equals("AP50")
          && value.get("features").asText().equals("all classes")) {
        ap50 = value.get("mean").asDouble();
      }
    }
    assertTrue(ap50 > 0.5, screen.out());
    assertEquals(
        1,
        flsl(
            "eval",
            "instances",
            "--truth",
            truth.toString(),
            "--predictions",
            detections.toString()));
    assertTrue(screen.err().contains("has no segmentation"), screen.err());
    assertEquals(1, screen.err().lines().count(), screen.err());
  }

  private int predict(Path run, Path out, String... more) {
    String images = folder.resolve("test").toString();
    List<String> all = new ArrayList<>(List.of("predict", run.toString(), "--images", images));
    all.addAll(List.of("--out", out.toString()));
    all.addAll(List.of(more));
    return flsl(all.toArray(String[]::new));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "sends POSIX signals")
  void interruptedPredictionsAreWholeAsFarAsTheyGot() throws Exception {
    Path run = folder.resolve("run");
    assertEquals(0, flsl(task.training("--epochs", "1", "--out", run.toString())), screen.err());
    int count = 1000;
    Path many = Files.createDirectory(folder.resolve("many"));
    for (int i = 0; i < count; i++) {
      Files.copy(folder.resolve("test/0.png"), many.resolve("%04d.png".formatted(i)));
    }
    Path out = folder.resolve("found");
    ForkedJvm jvm =
        ForkedJvm.start(
            Main.class,
            folder.resolve("output.txt"),
            NativeEnvironment.environment(Map.of(), "2"),
            List.of(
                "predict", run.toString(), "--images", many.toString(), "--out", out.toString()));
    while (jvm.process().isAlive() && Files.notExists(out.resolve("overlays/0000.png"))) {
      Thread.sleep(10);
    }
    jvm.signal("INT");
    assertEquals(130, jvm.await(), jvm.output());
    int seen = JSON.readTree(Files.readString(out.resolve("detections.json"))).get("images").size();
    assertTrue(seen < count, "it was to be interrupted before its end");
    assertTrue(
        jvm.output()
            .contains(
                "stopped after %,d of %,d images: what is written is of these"
                    .formatted(seen, count)),
        jvm.output());
  }

  private void fromAnotherScoreOnPicturesDiffer(Path run, Path usual) throws IOException {
    Map<String, Path> scores = Map.of("0.5", folder.resolve("same"), "0.05", folder.resolve("all"));
    for (Map.Entry<String, Path> each : scores.entrySet()) {
      String score = each.getKey();
      Path out = each.getValue();
      assertEquals(0, predict(run, out, "--overlay-score", score), screen.err());
      assertTrue(screen.out().contains("with a score of at least " + score), screen.out());
      assertEquals(
          -1, Files.mismatch(usual.resolve("detections.json"), out.resolve("detections.json")));
      long at = Files.mismatch(usual.resolve("overlays/0.png"), out.resolve("overlays/0.png"));
      assertEquals(score.equals("0.5"), at == -1, score);
    }
    for (String wrong : List.of("-0.1", "1.5", "NaN")) {
      Path never = folder.resolve("never");
      assertEquals(1, predict(run, never, "--overlay-score=" + wrong));
      assertTrue(screen.err().contains("takes a number from 0 to 1, got " + wrong), screen.err());
      assertEquals(1, screen.err().lines().count(), screen.err());
      assertFalse(Files.exists(never));
    }
  }

  /** The same truth laid out like PASCAL VOC, whose pixels are counted from 1. */
  private Path voc() throws IOException {
    Path voc = folder.resolve("voc");
    Path annotations = Files.createDirectories(voc.resolve("Annotations"));
    Path photos = Files.createDirectories(voc.resolve("JPEGImages"));
    JsonNode json = JSON.readTree(Files.readString(folder.resolve("test.json")));
    List<String> names = new ArrayList<>();
    for (JsonNode image : json.get("images")) {
      String file = image.get("file_name").asText();
      Files.copy(folder.resolve("test").resolve(file), photos.resolve(file));
      StringBuilder xml = new StringBuilder("<annotation>");
      for (JsonNode object : json.get("annotations")) {
        JsonNode box = object.get("bbox");
        if (object.get("image_id").equals(image.get("id"))) {
          xml.append(
              "<object><name>%s</name><bndbox><xmin>%d</xmin><ymin>%d</ymin><xmax>%d</xmax><ymax>%d</ymax></bndbox></object>"
                  .formatted(
                      object.get("category_id").asInt() == 0 ? "bright" : "dark",
                      box.get(0).asInt() + 1,
                      box.get(1).asInt() + 1,
                      box.get(0).asInt() + box.get(2).asInt(),
                      box.get(1).asInt() + box.get(3).asInt()));
        }
      }
      names.add(file.replace(".png", ""));
      Files.writeString(
          annotations.resolve(names.get(names.size() - 1) + ".xml"), xml + "</annotation>");
    }
    Files.write(voc.resolve("test.txt"), names);
    Files.write(voc.resolve("first.txt"), names.subList(0, 1));
    return voc;
  }

  private Path byVoc(Path detections) throws IOException {
    Path values = folder.resolve("voc.json");
    List<String> eval = new ArrayList<>(List.of("eval", "detection", "--truth", voc().toString()));
    eval.addAll(List.of("--predictions", detections.toString(), "--output", values.toString()));
    eval.add("--test");
    eval.add("first");
    assertEquals(0, flsl(eval.toArray(String[]::new)), screen.err());
    assertTrue(screen.out().contains(": 1, classes: "), screen.out());
    assertTrue(screen.err().contains("detections in images or of classes that"), screen.err());
    Files.delete(values);
    eval.set(eval.size() - 1, "test");
    assertEquals(0, flsl(eval.toArray(String[]::new)), screen.err());
    return values;
  }

  @Test
  void imagesHeldOutWithoutAnObjectChooseNoEpoch() throws IOException {
    Path list = Files.writeString(folder.resolve("held.txt"), "11.png");
    Path run = folder.resolve("run");
    String[] training =
        task.training(
            "--epochs", "1", "--validation-list", list.toString(), "--out", run.toString());
    assertEquals(0, flsl(training), screen.err());
    assertTrue(
        screen.err().contains("no image held out to validate on (1) has a box"), screen.err());
    assertTrue(screen.out().contains("best        not known: the last epoch counts"), screen.out());
  }

  @Test
  void imagesThatAreLearnedFromAndTestedOnAreWarnedOf() {
    String[] training = task.training("--epochs", "1", "--out", folder.resolve("run").toString());
    List<String> told = new ArrayList<>(List.of(training));
    told.set(told.indexOf("--test-images") + 1, told.get(told.indexOf("--images") + 1));
    told.set(told.indexOf("--test-coco") + 1, told.get(told.indexOf("--coco") + 1));
    assertEquals(0, flsl(told.toArray(String[]::new)), screen.err());
    assertTrue(
        screen
            .err()
            .contains("images to test on that are learned from as well: 12 of 12, such as "),
        screen.err());
    assertTrue(screen.err().contains("name others with --test-images"), screen.err());
  }

  @Test
  void labelsOfACocoJsonAreTurnedWithItsPhotosIfThoseAreNamed() throws IOException {
    Path truth = folder.resolve("test.json");
    Path found = folder.resolve("perfect.json");
    ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(truth));
    json.get("annotations").forEach(each -> ((ObjectNode) each).put("score", 0.9));
    Files.writeString(found, json.toString());
    List<String> eval = new ArrayList<>(List.of("eval", "detection", "--truth", truth.toString()));
    eval.addAll(List.of("--predictions", found.toString(), "--drawn-on", "stored"));
    assertEquals(1, flsl(eval.toArray(String[]::new)));
    assertTrue(screen.err().contains("name their folder with --images"), screen.err());
    eval.addAll(List.of("--images", folder.resolve("test").toString()));
    assertEquals(0, flsl(eval.toArray(String[]::new)), screen.err());
    assertTrue(screen.out().contains("1.0000"), screen.out());
  }

  @Test
  void whatIsMissingOrContradictsIsOneLine() {
    List<List<String>> wrong =
        List.of(
            List.of("--images is missing: labels are --voc FOLDER, or", "train", "detection"),
            List.of("--coco and --yolo both say", "--yolo", folder.toString()),
            List.of("--voc and --images both say", "--voc", folder.toString()));
    for (List<String> each : wrong) {
      List<String> options = each.subList(1, each.size());
      int status =
          options.get(0).equals("train")
              ? flsl("train", "detection", "--init", task.backbone().toString())
              : flsl(task.training(options.toArray(String[]::new)));
      assertEquals(1, status);
      assertTrue(screen.err().contains(each.get(0)), screen.err());
      assertEquals(1, screen.err().lines().count(), screen.err());
    }
  }
}
