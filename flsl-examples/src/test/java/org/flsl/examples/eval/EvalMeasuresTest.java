package org.flsl.examples.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flsl eval segmentation}, {@code category} and {@code health} as a user runs them. */
class EvalMeasuresTest {
  @TempDir Path folder;
  private SmallNetwork network;

  /** Four images whose halves are black and white, class 0 and 1; the first row is not labelled. */
  @BeforeEach
  void draw() throws IOException {
    network = new SmallNetwork(folder);
    for (int i = 0; i < 4; i++) {
      BufferedImage image = new BufferedImage(40, 24, BufferedImage.TYPE_INT_RGB);
      BufferedImage mask = new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_GRAY);
      for (int p = 0; p < 40 * 24; p++) {
        int label = (p % 40 / 8 + i) % 2;
        image.setRGB(p % 40, p / 40, label * 0xffffff);
        mask.getRaster().setSample(p % 40, p / 40, 0, p / 40 == 0 ? 11 : label);
      }
      write("images", i + ".png", image);
      write("masks", i + ".png", mask);
      write("classes/" + i % 2, i + ".png", image);
    }
  }

  private void write(String where, String name, BufferedImage image) throws IOException {
    Path file = Files.createDirectories(folder.resolve(where)).resolve(name);
    ImageIO.write(image, "png", file.toFile());
  }

  private int segmentation(String... more) {
    String images = folder.resolve("images").toString();
    String masks = folder.resolve("masks").toString();
    String[] all = {
      "--images=" + images,
      "--masks=" + masks,
      "--test-images=" + images,
      "--test-masks=" + masks,
      "--probe-steps=20",
      "--seeds=2"
    };
    String[] options = Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, options, all.length, more.length);
    return network.eval("segmentation", options);
  }

  @Test
  void segmentsBesideARandomTwinAndRawPixels() throws IOException {
    Path csv = folder.resolve("results.csv");
    assertEquals(0, segmentation("--ignore=11", "--output=" + csv), network.errors());
    String out = network.output();
    for (String part :
        List.of("classes: 2", "24 x 40", "model", "random twin", "raw pixels", "k-NN mIoU", "±")) {
      assertTrue(out.contains(part), part + " is missing in " + out);
    }
    List<String> lines = Files.readAllLines(csv);
    assertEquals("measure,features,seed,value", lines.get(0));
    assertEquals(1 + 3 * 2 * 3 * 2, lines.size(), "methods, scores, features, seeds");
    double pixels =
        Double.parseDouble(
            lines.stream()
                .filter(line -> line.startsWith("k-NN mIoU,raw pixels,1,"))
                .findFirst()
                .orElseThrow()
                .replaceFirst(".*,", ""));
    assertTrue(pixels > 0.9, "raw pixels tell black from white: " + pixels);
  }

  @Test
  void everyMistakeIsOneLine() throws IOException {
    assertEquals(1, segmentation("--output=results.txt"));
    assertTrue(network.errors().contains("ends in .csv or .json"), network.errors());
    assertEquals(1, segmentation("--size=30x30"));
    assertTrue(network.errors().contains("multiple of 8"), network.errors());
    assertEquals(1, segmentation("--output=" + folder.resolve("masks/2.png/results.csv")));
    assertTrue(network.errors().contains("cannot make the folder"), network.errors());
    assertFalse(network.output().contains("mIoU"), "refused before anything is computed");
    assertEquals(1, segmentation("--k=0"));
    assertTrue(network.errors().contains("--k takes at least 1, got 0"), network.errors());
    assertEquals(1, segmentation("--colours=" + folder.resolve("none.txt")));
    assertTrue(network.errors().contains("There is no colour map"), network.errors());
    Files.delete(folder.resolve("masks/2.png"));
    assertEquals(1, segmentation());
    assertTrue(network.errors().contains("Images without a mask: 1 of 4"), network.errors());
    assertEquals(6, network.errors().lines().count(), network.errors());
  }

  @Test
  void numbersThatAreTooSmallAreRefusedBeforeImagesAreRead() {
    List<String> nowhere =
        List.of("--images=nowhere", "--masks=nowhere", "--test-images=nowhere", "--test-masks=x");
    List<List<String>> wrong =
        List.of(
            List.of("health --seeds=0", "--seeds takes at least 1, got 0"),
            List.of("health --tokens=1", "--tokens takes at least 2, got 1"),
            List.of("health --batch=0", "--batch takes at least 1, got 0"),
            List.of("health --most-images=0", "--most-images takes at least 1, got 0"),
            List.of("segmentation --seeds=0", "--seeds takes at least 1, got 0"),
            List.of("segmentation --tokens=0", "--tokens takes at least 1, got 0"),
            List.of("segmentation --k=-3", "--k takes at least 1, got -3"),
            List.of("segmentation --temperature=0", "--temperature takes a number above 0, got 0"),
            List.of("video --context=-1", "--context takes at least 0, got -1"),
            List.of("category --probe-steps=0", "--probe-steps takes at least 1, got 0"));
    StringBuilder expected = new StringBuilder();
    for (List<String> each : wrong) {
      String[] command = each.get(0).split(" ");
      List<String> options = new ArrayList<>(List.of(command[1]));
      if (command[0].equals("segmentation")) {
        options.addAll(nowhere);
      } else if (command[0].equals("category")) {
        options.addAll(List.of(nowhere.get(0), nowhere.get(2)));
      } else {
        options.add(command[0].equals("video") ? "--davis=nowhere" : nowhere.get(0));
      }
      assertEquals(1, network.eval(command[0], options.toArray(String[]::new)), each.get(0));
      List<String> errors = network.errors().lines().toList();
      assertTrue(
          errors.get(errors.size() - 1).startsWith("error: " + each.get(1)), errors::toString);
    }
    assertEquals(wrong.size(), network.errors().lines().count(), network.errors());
  }

  /** What a place explains of a single photo is all or nothing. */
  @Test
  void theHealthOfOnePhotoKnowsNoPlaces() throws IOException {
    String photo = "--images=" + folder.resolve("images/0.png");
    assertEquals(0, network.eval("health", photo, "--seeds=1"), network.errors());
    String out = network.output();
    assertTrue(out.contains("left out: what place explains, which takes two photos or more"), out);
    assertTrue(out.contains("effective rank"), out);
    assertFalse(out.contains("NaN") || out.contains("share of place"), out);
  }

  @Test
  void classifiesWholeImages() {
    String images = folder.resolve("classes").toString();
    int exit =
        network.eval(
            "category",
            "--images=" + images,
            "--test-images=" + images,
            "--k=1",
            "--probe-steps=10",
            "--seeds=1");
    assertEquals(0, exit, network.errors());
    assertTrue(network.output().contains("k-NN accuracy          1.0000"), network.output());
  }

  /** Grey networks see photos as grey; damaged photos are left out and counted. */
  @Test
  void greyNetworksAndDamagedPhotosAreNoObstacle() throws IOException {
    SmallNetwork grey = new SmallNetwork(folder, 1);
    byte[] photo = Files.readAllBytes(folder.resolve("images/1.png"));
    Files.write(folder.resolve("images/1.png"), Arrays.copyOf(photo, photo.length - 30));
    Files.write(folder.resolve("classes/1/damaged.png"), Arrays.copyOf(photo, 50));
    Files.writeString(folder.resolve("images/phone.HEIC"), "x");
    String images = "--images=" + folder.resolve("images");
    String classes = folder.resolve("classes").toString();
    String masks = folder.resolve("masks").toString();

    assertEquals(0, grey.eval("health", images, "--seeds=1"), grey.errors());
    assertTrue(
        grey.output().contains("1 .heic (not supported), 1 that cannot be read"), grey.output());
    assertTrue(grey.output().contains("on images of 24 x 40: 3"), grey.output());
    int category =
        grey.eval(
            "category",
            "--images=" + classes,
            "--test-images=" + classes,
            "--k=1",
            "--probe-steps=10",
            "--seeds=1");
    assertEquals(0, category, grey.errors());
    assertTrue(grey.output().contains("k-NN accuracy          1.0000"), grey.output());
    int segmentation =
        grey.eval(
            "segmentation",
            images,
            "--test-images=" + folder.resolve("images"),
            "--masks=" + masks,
            "--test-masks=" + masks,
            "--ignore=11",
            "--probe-steps=10",
            "--seeds=1");
    assertEquals(0, segmentation, grey.errors());
    assertTrue(grey.output().contains("test images: 3 (3 to learn from)"), grey.output());
  }

  @Test
  void photosOfFewerChannelsThanTheNetworkTakesAreRefusedInOneLine() throws IOException {
    SmallNetwork bands = new SmallNetwork(folder, 5);
    assertEquals(1, bands.eval("health", "--images=" + folder.resolve("images")));
    List<String> errors = bands.errors().lines().filter(line -> line.startsWith("error")).toList();
    assertEquals(1, errors.size(), bands.errors());
    assertTrue(
        errors.get(0).contains("it has 3 channel(s), and the network takes 5"), errors.get(0));
  }

  @Test
  void tellsTheHealthOfFeatures() throws IOException {
    Path json = folder.resolve("health.json");
    int exit = network.eval("health", "--images=" + folder.resolve("images"), "--output=" + json);
    assertEquals(0, exit, network.errors());
    assertTrue(network.output().contains("effective rank"), network.output());
    assertTrue(network.output().contains("share of place"), network.output());
    String text = Files.readString(json);
    assertTrue(text.contains("\"spread\"") && text.contains("\"random twin\""), text);
  }
}
