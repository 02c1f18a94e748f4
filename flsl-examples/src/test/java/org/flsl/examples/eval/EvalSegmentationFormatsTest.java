package org.flsl.examples.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flsl eval segmentation} on PASCAL VOC and COCO: a white square on black. */
class EvalSegmentationFormatsTest {
  private static final String COCO =
      """
      {"images": [{"id": 1, "file_name": "square.jpg", "width": 64, "height": 48}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [16, 8, 24, 24],
                        "segmentation": [[16, 8, 40, 8, 40, 32, 16, 32]]}],
       "categories": [{"id": 5, "name": "%s"}]}
      """;

  @TempDir private Path folder;
  private SmallNetwork network;

  @BeforeEach
  void draw() throws IOException {
    network = new SmallNetwork(folder);
    BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
    BufferedImage mask = new BufferedImage(64, 48, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 8; y < 32; y++) {
      for (int x = 16; x < 40; x++) {
        image.setRGB(x, y, 0xffffff);
        mask.getRaster().setSample(x, y, 0, 20);
      }
    }
    ImageIO.write(image, "jpg", inFolder("JPEGImages/square.jpg").toFile());
    ImageIO.write(mask, "png", inFolder("SegmentationClass/square.png").toFile());
    Files.writeString(inFolder("ImageSets/Segmentation/train.txt"), "square\n");
    Files.writeString(inFolder("ImageSets/Segmentation/few.txt"), "square\n");
    Files.writeString(inFolder("squares.json"), COCO.formatted("square"));
    Files.writeString(inFolder("circles.json"), COCO.formatted("circle"));
  }

  private Path inFolder(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return file;
  }

  private int segmentation(String... data) {
    Stream<String> measure = Stream.of("--measure=knn", "--k=1", "--seeds=1");
    return network.eval(
        "segmentation", Stream.concat(measure, Arrays.stream(data)).toArray(String[]::new));
  }

  private int coco(String testFile, String... more) {
    Stream<String> data =
        Stream.of(
            "--coco=" + folder.resolve("squares.json"),
            "--images=" + folder.resolve("JPEGImages"),
            "--test-coco=" + folder.resolve(testFile),
            "--test-images=" + folder.resolve("JPEGImages"));
    return segmentation(Stream.concat(data, Arrays.stream(more)).toArray(String[]::new));
  }

  /** The image to measure on is the one to learn from: raw pixels find the square again. */
  private void assertFound(String classes) {
    assertTrue(network.output().contains("test images: 1 (1 to learn from), " + classes));
    double pixels =
        network
            .output()
            .lines()
            .filter(line -> line.startsWith("k-NN pixel accuracy"))
            .mapToDouble(line -> Double.parseDouble(line.replaceFirst(".*\\s", "")))
            .findFirst()
            .orElseThrow();
    assertTrue(pixels > 0.95, network.output());
  }

  @Test
  void takesPascalVoc() {
    assertEquals(0, segmentation("--voc=" + folder, "--test=few"), network.errors());
    assertFound("classes: 2");
  }

  @Test
  void takesCoco() {
    assertEquals(0, coco("squares.json"), network.errors());
    assertFound("classes: 2");
  }

  @Test
  void saysWhichLabelsThereAreAndHowOften() {
    assertEquals(0, segmentation("--voc=" + folder, "--test=few"), network.errors());
    String output = network.output();
    String shares = "background 81.3%, tvmonitor 18.8%";
    assertTrue(output.contains("pixels to learn from: " + shares), output);
    assertTrue(output.contains("pixels to measure on: " + shares), output);
  }

  @Test
  void leavesOutMissingImagesOnlyIfToldTo() throws IOException {
    String two =
        COCO.formatted("square")
            .replace(
                "}],\n \"ann",
                "}, {\"id\": 2, \"file_name\": \"gone.jpg\", \"width\": 8, \"height\": 8}],\n \"ann");
    Files.writeString(folder.resolve("two.json"), two);

    assertEquals(1, coco("two.json"));
    assertTrue(network.errors().contains("leave them out with --skip-missing"), network.errors());
    assertTrue(network.errors().contains("does not hold 1 of the images"), network.errors());
    assertEquals(0, coco("two.json", "--skip-missing"), network.errors());
    assertFound("classes: 2");
  }

  @Test
  void countsBlackAndWhiteMasksIfNothingIsIgnored() throws IOException {
    BufferedImage mask = ImageIO.read(folder.resolve("JPEGImages/square.jpg").toFile());
    BufferedImage white = new BufferedImage(64, 48, BufferedImage.TYPE_BYTE_BINARY);
    white.createGraphics().drawImage(mask, 0, 0, null);
    BufferedImage grey = new BufferedImage(64, 48, BufferedImage.TYPE_BYTE_GRAY);
    grey.createGraphics().drawImage(white, 0, 0, null);
    ImageIO.write(grey, "png", inFolder("bw/square.png").toFile());
    String[] data = {
      "--images=" + folder.resolve("JPEGImages"),
      "--masks=" + folder.resolve("bw"),
      "--test-images=" + folder.resolve("JPEGImages"),
      "--test-masks=" + folder.resolve("bw"),
      "--ignore=none"
    };

    assertEquals(1, segmentation(Arrays.copyOf(data, 4)));
    assertTrue(network.errors().contains("ignored (255)"), network.errors());
    assertTrue(network.errors().contains("ignore none"), network.errors());
    assertEquals(0, segmentation(data), network.errors());
    assertTrue(network.output().contains("class 255 18.8%"), network.output());
    data[4] = "--ignore=void";
    assertEquals(1, segmentation(data));
    assertTrue(network.errors().contains("or none, got void"), network.errors());
  }

  @Test
  void explainsInOneLine() {
    assertEquals(1, segmentation("--voc=" + folder));
    assertEquals(1, coco("circles.json"));
    assertEquals(2, coco("squares.json", "--masks=" + folder, "--test-masks=" + folder));
    assertEquals(2, coco("squares.json", "--voc=" + folder));
    assertEquals(2, segmentation("--images=" + folder, "--test-images=" + folder));
    assertEquals(2, segmentation());

    List<String> errors = network.errors().lines().toList();
    assertEquals(6, errors.size(), errors.toString());
    assertTrue(errors.get(0).contains("the splits in that folder are: few, train"), errors.get(0));
    assertTrue(errors.get(1).contains("[background, circle], differ"), errors.get(1));
    for (String error : errors.subList(2, 6)) {
      assertTrue(error.endsWith("(flsl eval segmentation --help)"), error);
      assertFalse(error.contains("Error:"), error);
    }
  }
}
