package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.opencv.global.opencv_core;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.LoggerFactory;

/** Damaged and unusual files among good photographs. */
class BadImagesTest {

  private static final ViewConfig VIEWS =
      ViewConfig.builder().globalSize(32).localSize(16).patch(8).globalWindow(2).build();

  @TempDir Path folder;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private Logger logger;

  @BeforeEach
  void listen() {
    logger = (Logger) LoggerFactory.getLogger(PhotoReader.class);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  private List<String> warnings() {
    return log.list.stream()
        .filter(event -> event.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static void train(MultiViewIterator iterator, int epochs) {
    for (int epoch = 0; epoch < epochs; epoch++) {
      while (iterator.hasNext()) {
        iterator.next();
      }
      iterator.reset();
    }
  }

  private void assertWarnedOnce(String file, String reason) {
    List<String> about =
        warnings().stream().filter(w -> w.contains(folder.resolve(file) + ": ")).toList();
    assertEquals(1, about.size(), file + " in " + warnings());
    assertTrue(about.get(0).contains(reason), about.get(0));
  }

  @Test
  void unreadableFilesAreCountedAndWarnedAboutOnceAndTrainingGoesOn() {
    byte[] jpeg = Fixtures.bytes("rgb.jpg");
    byte[] corruptPng = Fixtures.bytes("rgb.png");
    Arrays.fill(corruptPng, 4000, 4100, (byte) 0x5a);
    PhotoFolder photos =
        new PhotoFolder(folder)
            .withPhotos(6)
            .write("sub/text.jpg", "no image at all".getBytes(StandardCharsets.UTF_8))
            .write("sub/empty.jpg", new byte[0])
            .write("sub/truncated.jpg", Arrays.copyOf(jpeg, jpeg.length / 2))
            .write("sub/corrupt.png", corruptPng)
            .write("sub/header-only.gif", Arrays.copyOf(Fixtures.bytes("rgb.gif"), 8));

    try (MultiViewIterator iterator =
        MultiViewIterator.builder()
            .images(photos.scan())
            .views(VIEWS)
            .batchSize(11)
            .threads(4)
            .build()) {
      train(iterator, 3);
      assertEquals(5, iterator.unreadableImages());
    }

    assertEquals(5, warnings().size(), warnings().toString());
    assertWarnedOnce("sub/text.jpg", "not an image of a known format");
    assertWarnedOnce("sub/empty.jpg", "the file is empty (0 bytes)");
    assertWarnedOnce("sub/truncated.jpg", "truncated JPEG");
    assertWarnedOnce("sub/corrupt.png", "corrupt PNG (the checksum of its part IDAT is wrong)");
    assertWarnedOnce("sub/header-only.gif", "truncated GIF");
  }

  @Test
  void theNextReadableImageTakesThePlace() throws IOException {
    ImageFolder images =
        new PhotoFolder(folder)
            .withPhotos(4)
            .write("000.png", new byte[0])
            .write("001.png", new byte[0])
            .write("003.png", new byte[0])
            .scan();
    RgbImage second = new ImageDecoder().decode(images.path(2)).toRgb();

    for (int firstAsked = 0; firstAsked < 4; firstAsked++) {
      PhotoReader reader = new PhotoReader(images, new ImageDecoder());
      for (int i = 0; i < 4; i++) {
        // Whatever was asked for before, also the last image's place is taken by the first.
        assertArrayEquals(second.data(), reader.read((firstAsked + i) % 4).image().toRgb().data());
      }
      assertEquals(3, reader.unreadableImages());
    }
  }

  @Test
  void vanishedFileIsReplaced() throws IOException {
    ImageFolder images = new PhotoFolder(folder).withPhotos(3).scan();
    Files.delete(images.path(1));
    PhotoReader reader = new PhotoReader(images, new ImageDecoder());

    assertEquals(42, reader.read(1).image().width(), "the photograph after it");
    assertWarnedOnce("001.png", "it does not exist");
  }

  @Test
  void nothingReadableIsAClearException() {
    ImageFolder images =
        new PhotoFolder(folder)
            .write("a.jpg", "text".getBytes(StandardCharsets.UTF_8))
            .write("b.jpg", new byte[0])
            .scan();
    try (MultiViewIterator iterator =
        MultiViewIterator.builder().images(images).views(VIEWS).batchSize(2).build()) {
      NothingReadableException e = assertThrows(NothingReadableException.class, iterator::next);

      String start = "None of the 2 images in " + folder.toAbsolutePath() + " can be decoded";
      assertTrue(e.getMessage().startsWith(start), e.getMessage());
      boolean example =
          e.getMessage().contains("(a.jpg: not an image")
              || e.getMessage().contains("(b.jpg: the file is empty");
      assertTrue(example, e.getMessage());
      assertThrows(NothingReadableException.class, iterator::next, "and again");
    }
  }

  @Test
  void failureOfAnotherKindNamesTheFile() {
    ImageFolder images = new PhotoFolder(folder).withPhotos(1).scan();
    BatchLayout layout = new BatchLayout(VIEWS, 1);
    PhotoReader broken = new PhotoReader(images, null);
    BatchPrefetcher.Job job =
        new BatchPrefetcher.Job(images, broken, VIEWS, layout, 0, 1, 0, DataType.FLOAT, false);
    try (BatchPrefetcher prefetcher = new BatchPrefetcher(job, new EpochPosition(0, 0), 1, 1)) {
      IllegalStateException e = assertThrows(IllegalStateException.class, prefetcher::take);

      assertTrue(
          e.getMessage().startsWith("Cannot make views of " + images.path(0)), e.getMessage());
    }
  }

  /** Not an IOException, and in the middle of the training. */
  @Test
  void aFileSystemThatGoesAwayEndsTheWait() throws IOException {
    Path zip = folder.resolve("photos.zip");
    MultiViewIterator iterator;
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Files.write(files.getPath("a.png"), Fixtures.bytes("rgb.png"));
      ImageFolder images = ImageFolder.scan(files.getPath("/"));
      iterator =
          MultiViewIterator.builder().images(images).views(VIEWS).batchSize(1).prefetch(1).build();
      assertEquals(3, iterator.next().getFeatures(0).size(1));
    }
    iterator.reset();
    iterator.startAt(5, 0);
    IllegalStateException e =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () -> assertThrows(IllegalStateException.class, iterator::next));
    assertTrue(e.getMessage().startsWith("Cannot make views of /a.png: "), e.getMessage());
    iterator.close();
  }

  @Test
  void tinyImagesAreUsedAsTheyAre() {
    PhotoFolder photos = new PhotoFolder(folder);
    for (int side = 1; side <= 4; side++) {
      byte[] pixels = new byte[3 * side * side];
      Arrays.fill(pixels, (byte) 200);
      photos.write(
          side + ".png", PhotoFolder.encode(".png", pixels, side, side, opencv_core.CV_8UC3));
    }
    try (MultiViewIterator iterator =
        MultiViewIterator.builder().images(photos.scan()).views(VIEWS).batchSize(4).build()) {
      assertArrayEquals(new long[] {4, 3, 32, 32}, iterator.next().getFeatures(0).shape());
      assertEquals(0, iterator.unreadableImages());
    }
  }

  @Test
  void hugeImagesAreUsedReduced() {
    int side = 12_000;
    byte[] grey = new byte[side * side];
    for (int y = 0; y < side; y++) {
      Arrays.fill(grey, y * side, (y + 1) * side, (byte) (255 * y / side));
    }
    PhotoFolder photos =
        new PhotoFolder(folder)
            .write("a.jpg", PhotoFolder.encode(".jpg", grey, side, side, opencv_core.CV_8UC1))
            .write("b.png", PhotoFolder.encode(".png", grey, side, side, opencv_core.CV_8UC1));
    ViewConfig plain =
        VIEWS.toBuilder().jitterProbability(0).solariseProbability(0).plainCrops(true).build();

    try (MultiViewIterator iterator =
        MultiViewIterator.builder().images(photos.scan()).views(plain).batchSize(2).build()) {
      var teacher = iterator.next().getFeatures(5);
      for (int slot = 0; slot < 2; slot++) {
        double top = teacher.getDouble(slot, 0, 0, 16);
        double bottom = teacher.getDouble(slot, 0, 31, 16);
        assertTrue(bottom - top > 2, "dark above, bright below: " + top + ", " + bottom);
      }
      assertEquals(0, iterator.unreadableImages());
    }
  }
}
