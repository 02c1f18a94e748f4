package org.flsl.examples.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.flsl.evaluation.DenseFeatures;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.Reading;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.Photos;
import org.flsl.examples.pretrain.RunResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code flsl features}: files that others read. */
class FeaturesCommandTest {
  private static final int WIDTH = 8;

  /** In the order of the folder; they need quotes, or more than a byte a letter. */
  private static final List<String> NAMES =
      List.of("a, b.png", "c.png", "d \"e\".png", "sub/\u00fc \u6f22.png", "z.png");

  @TempDir Path folder;
  private SmallNetwork network;
  private Path images;

  /** Images of several sizes. */
  @BeforeEach
  void draw() throws IOException {
    network = new SmallNetwork(folder);
    images = folder.resolve("images");
    for (String name : NAMES) {
      draw(name);
    }
  }

  private void draw(String name) throws IOException {
    BufferedImage image = new BufferedImage(30 + name.length(), 40, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 30 * 40; p++) {
      image.setRGB(p % 30, p / 30, name.hashCode() * (p / 7));
    }
    Path file = images.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private Path write(String file, String... options) {
    Path path = folder.resolve(file);
    List<String> all = new ArrayList<>(List.of("--images=" + images, "--out=" + path, "--batch=2"));
    all.addAll(List.of(options));
    assertEquals(0, network.features(all.toArray(String[]::new)), network.errors());
    return path;
  }

  private DenseFeatures expected(ImageSize size) {
    return expected(GraphFeatures.of(RunResult.read(network.file())), size);
  }

  private DenseFeatures expected(GraphFeatures features, ImageSize size) {
    return DenseFeatures.of(features, Photos.in(images), new ImagePreparation(size), 2, done -> {});
  }

  private static Map<String, byte[]> entries(Path zip) throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    return entries;
  }

  @Test
  void anArchiveHoldsTheMeanTokensAndTheNames() throws IOException {
    Map<String, byte[]> arrays = entries(write("out.npz"));
    assertEquals(2, arrays.size());
    INDArray features = Nd4j.createNpyFromByteArray(arrays.get("features.npy"));
    assertEquals(DataType.FLOAT, features.dataType());
    assertEquals(expected(new ImageSize(32, 32)).pooled(), features);
    byte[] names = arrays.get("names.npy");
    int longest = NAMES.stream().mapToInt(String::length).max().orElseThrow();
    String header = new String(names, 10, 118, Charset.forName("US-ASCII"));
    assertTrue(
        header.startsWith(
            "{'descr': '<U%d', 'fortran_order': False, 'shape': (5,), }".formatted(longest)),
        header);
    for (int i = 0; i < NAMES.size(); i++) {
      int from = 128 + i * longest * 4;
      String name =
          new String(
              Arrays.copyOfRange(names, from, from + longest * 4), Charset.forName("UTF-32LE"));
      assertEquals(NAMES.get(i), name.replace("\0", ""));
    }
  }

  @Test
  void anArrayHoldsTheTokensInTheirGrid() throws IOException {
    Path file = write("out.npy", "--tokens", "--size=24x40");
    INDArray features = Nd4j.createFromNpyFile(file.toFile());
    assertArrayEquals(new long[] {NAMES.size(), 3, 5, WIDTH}, features.shape());
    INDArray tokens = expected(new ImageSize(24, 40)).tokens();
    assertEquals(tokens, features.reshape('c', tokens.shape()));
    assertEquals(NAMES, Files.readAllLines(folder.resolve("out.names.txt")));
  }

  @Test
  void halfPrecisionTakesHalfTheSpace() throws IOException {
    Path file = write("out.npy", "--half");
    assertEquals(128 + NAMES.size() * WIDTH * 2, Files.size(file));
    INDArray features = Nd4j.createFromNpyFile(file.toFile());
    assertEquals(DataType.FLOAT16, features.dataType());
    INDArray error = features.castTo(DataType.FLOAT).sub(expected(new ImageSize(32, 32)).pooled());
    assertEquals(0, error.amaxNumber().doubleValue(), 2e-3);
  }

  @Test
  void aTableHasALineForEachImage() throws IOException {
    INDArray expected = expected(new ImageSize(32, 32)).pooled();
    try (CSVParser table =
        CSVParser.parse(write("OUT.CSV"), Charset.forName("UTF-8"), CSVFormat.DEFAULT)) {
      List<CSVRecord> rows = table.getRecords();
      assertEquals(List.of("image", "0", "1"), rows.get(0).toList().subList(0, 3));
      assertEquals(NAMES, rows.stream().skip(1).map(row -> row.get(0)).toList());
      for (int i = 0; i < NAMES.size(); i++) {
        assertEquals(1 + WIDTH, rows.get(1 + i).size());
        for (int k = 0; k < WIDTH; k++) {
          assertEquals(expected.getFloat(i, k), Float.parseFloat(rows.get(1 + i).get(1 + k)));
        }
      }
    }
  }

  /** In front of the final norm; twice the same block is twice the width. */
  @Test
  void theFeaturesOfBlocksAreChosenAndJoined() throws IOException {
    GraphFeatures block =
        GraphFeatures.of(RunResult.read(network.file())).read(Reading.ofBlocks(1));
    INDArray expected = expected(block, new ImageSize(32, 32)).pooled();
    INDArray one = Nd4j.createFromNpyFile(write("one.npy", "--block=1").toFile());
    assertEquals(expected, one);
    INDArray two = Nd4j.createFromNpyFile(write("two.npy", "--block=1,1").toFile());
    assertEquals(Nd4j.concat(1, expected, expected), two);
  }

  /** The shape tells which: the mean token of a block's keys is as long as one of its output. */
  @Test
  void keysAndScalesAreReadOnDemand() throws IOException {
    GraphFeatures network = GraphFeatures.of(RunResult.read(this.network.file()));
    Reading keys = Reading.ofKeys();
    assertEquals(
        expected(network.read(keys), new ImageSize(32, 32)).pooled(),
        Nd4j.createFromNpyFile(write("keys.npy", "--read=keys").toFile()));
    assertEquals(
        expected(network.read(keys.atScales(0.5, 1)), new ImageSize(40, 48)).tokens(),
        Nd4j.createFromNpyFile(
                write("scaled.npy", "--read=keys", "--scales=0.5,1", "--size=40x48", "--tokens")
                    .toFile())
            .reshape('c', NAMES.size() * 30, WIDTH));
  }

  @Test
  void damagedImagesAreLeftOutAndCounted() throws IOException {
    INDArray expected = expected(new ImageSize(32, 32)).pooled();
    byte[] whole = Files.readAllBytes(images.resolve("c.png"));
    Files.write(images.resolve("broken.png"), Arrays.copyOf(whole, whole.length / 2));
    Files.writeString(images.resolve("a.jpg"), "no photo");
    INDArray features = Nd4j.createFromNpyFile(write("out.npy").toFile());
    // Batches are others now, and so is the order of sums.
    assertEquals(0, expected.sub(features).amaxNumber().doubleValue(), 1e-5);
    assertEquals(NAMES, Files.readAllLines(folder.resolve("out.names.txt")));
    String errors = network.errors();
    assertTrue(errors.contains("broken.png: "), errors);
    assertTrue(errors.contains("2 images could not be read and are left out"), errors);
    assertTrue(network.output().contains("the features of 5 images, 8 each"), network.output());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "out.parquet | --half | --out takes a name that ends in .npz, .npy or .csv, got",
        "out.csv | --tokens | leave out --tokens, or name a .npz or .npy file",
        "out.csv | --half | leave out --half, or name a .npz or .npy file",
        "out.npz | --batch=0 | --batch takes at least 1, got 0",
        "out.npz | --size=33 | Patches of 8 pixels do not divide an image of 33 x 33 pixels",
        "out.npz | --block=2 | The network has the blocks 1 to 1, not 2: [block_0]",
        "out.npz | --block=1,0 | The network has the blocks 1 to 1, not 0: [block_0]",
        "out.npz | --scales=1,0 | Images are read at scales above 0, such as 1 and 1.5, got",
        "out.npz | --scales=0.2 | Images of 6 x 6 pixels are smaller than a patch of 8",
        "out.npz | --size=big | --size takes height x width such as 240x320",
      })
  void whatCannotBeIsRefusedInOneLine(String file, String option, String reason) {
    assertEquals(
        1, network.features("--images=" + images, "--out=" + folder.resolve(file), option));
    assertTrue(network.errors().contains(reason), network.errors());
    assertEquals(1, network.errors().lines().count());
    assertTrue(Files.notExists(folder.resolve(file)));
  }

  @Test
  void whereNothingCanBeReadTheOldFileStays() throws IOException {
    Path old = Files.writeString(folder.resolve("out.npz"), "old");
    Path bad = Files.createDirectory(folder.resolve("bad"));
    Files.writeString(bad.resolve("a.png"), "no photo");
    assertEquals(1, network.features("--images=" + bad, "--out=" + old));
    assertTrue(
        network.errors().contains("none of the 1 images in " + bad + " can be read"),
        network.errors());
    assertEquals("old", Files.readString(old));
    try (Stream<Path> left = Files.list(folder)) {
      assertTrue(left.noneMatch(path -> path.toString().endsWith(".unfinished")));
    }
  }
}
