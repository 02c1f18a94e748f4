package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.Image;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

class MultiViewIteratorTest {

  private static final int PHOTOS = 23;
  private static final int BATCH = 5;
  private static final int BATCHES = 4;

  private static final ViewConfig VIEWS =
      ViewConfig.builder().globalSize(40).localSize(16).patch(8).randomQueries(true).build();

  @TempDir static Path folder;
  private static ImageFolder images;

  @BeforeAll
  static void writePhotos() {
    images = new PhotoFolder(folder).withPhotos(PHOTOS).scan();
  }

  private static MultiViewIterator.Builder iterator() {
    return MultiViewIterator.builder().images(images).views(VIEWS).batchSize(BATCH).seed(7);
  }

  /** The numbers of all features of a batch. */
  private static float[] numbers(MultiDataSet batch) {
    List<float[]> parts = new ArrayList<>();
    int length = 0;
    for (INDArray feature : batch.getFeatures()) {
      parts.add(feature.dup('c').data().asFloat());
      length += parts.get(parts.size() - 1).length;
    }
    float[] all = new float[length];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /** The batches of whole epochs, from wherever the iterator stands. */
  private static List<float[]> epochs(MultiViewIterator iterator, int count) {
    List<float[]> batches = new ArrayList<>();
    for (int epoch = 0; epoch < count; epoch++) {
      while (iterator.hasNext()) {
        batches.add(numbers(iterator.next()));
      }
      iterator.reset();
    }
    return batches;
  }

  private static void assertSameBatches(List<float[]> expected, List<float[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "batch " + i);
    }
  }

  @Test
  void featuresHaveTheShapesOfTheContract() {
    try (MultiViewIterator iterator = iterator().build()) {
      MultiDataSet batch = iterator.next();

      assertEquals(VIEWS.inputNames().size(), batch.getFeatures().length);
      assertArrayEquals(new long[] {BATCH, 3, 40, 40}, batch.getFeatures(0).shape());
      assertArrayEquals(new long[] {BATCH, 3, 40, 40}, batch.getFeatures(1).shape());
      assertArrayEquals(new long[] {BATCH, 3, 16, 16}, batch.getFeatures(2).shape());
      assertArrayEquals(new long[] {BATCH, 3, 16, 16}, batch.getFeatures(3).shape());
      // grid 5x5 in windows of 3: one query; grids 2x2 in windows of 2: one query each
      assertArrayEquals(new long[] {BATCH, 3, 25 + 4 + 4}, batch.getFeatures(4).shape());
      assertEquals(DataType.FLOAT, batch.getFeatures(0).dataType());
      assertEquals(1, batch.getLabels().length);
      assertArrayEquals(new long[] {BATCH, 1}, batch.getLabels(0).shape());
      assertEquals(0, batch.getLabels(0).sumNumber().doubleValue());
      assertNull(batch.getFeaturesMaskArrays());
      assertEquals(BATCHES, iterator.batchesPerEpoch());
    }
  }

  @Test
  void batchHoldsTheNormalisedViewsOfItsImagesInOrder() throws Exception {
    ViewConfig views = VIEWS.toBuilder().plainCrops(true).build();
    ViewSampler sampler = new ViewSampler(views);
    ChannelNormaliser normaliser = new ChannelNormaliser(views.mean(), views.std());
    int[] order = new EpochOrder(7, 0, PHOTOS).batch(1, BATCH);
    try (MultiViewIterator iterator = iterator().views(views).build()) {
      iterator.startAt(0, 1);
      MultiDataSet batch = iterator.next();
      for (int slot = 0; slot < BATCH; slot++) {
        ViewSeed seed = new ViewSeed(7, 0, order[slot]);
        Image photo = new ImageDecoder().decode(images.path(order[slot]));
        List<Image> crops = sampler.crops(photo, seed);
        for (int view = 0; view < 4; view++) {
          assertArrayEquals(
              normalised(normaliser, crops.get(view)), slice(batch, 5 + view, slot), "crop");
          sampler.augment(crops.get(view), view, seed);
          assertArrayEquals(
              normalised(normaliser, crops.get(view)), slice(batch, view, slot), "view");
        }
      }
    }
  }

  private static float[] normalised(ChannelNormaliser normaliser, Image image) {
    float[] numbers = new float[image.channels() * image.width() * image.height()];
    normaliser.write(image, numbers, 0);
    return numbers;
  }

  private static float[] slice(MultiDataSet batch, int feature, int slot) {
    return batch.getFeatures(feature).slice(slot).dup('c').data().asFloat();
  }

  @Test
  void selectorRowsPickOneTokenEachOfTheirOwnView() {
    ViewConfig views = VIEWS.toBuilder().globalWindow(2).localWindow(1).build();
    try (MultiViewIterator iterator = iterator().views(views).build()) {
      INDArray selector = iterator.next().getFeatures(4);
      assertArrayEquals(new long[] {BATCH, 4 + 4 + 4, 33}, selector.shape());
      ViewSampler sampler = new ViewSampler(views);
      int[] order = new EpochOrder(7, 0, PHOTOS).batch(0, BATCH);
      int[] firstToken = {0, 25, 29};
      for (int slot = 0; slot < BATCH; slot++) {
        int row = 0;
        for (int view = 1; view < 4; view++) {
          for (int token : sampler.queries(view, new ViewSeed(7, 0, order[slot]))) {
            float[] expected = new float[33];
            expected[firstToken[view - 1] + token] = 1;
            assertArrayEquals(expected, selector.slice(slot).slice(row++).dup().data().asFloat());
          }
        }
        assertEquals(12, row);
      }
    }
  }

  @Test
  void everyEpochVisitsImagesOnceInAnOrderOfItsOwn() {
    List<Integer> first = visited(0);
    List<Integer> second = visited(1);

    assertEquals(BATCHES * BATCH, new HashSet<>(first).size(), "no image twice");
    assertNotEquals(first, second);
    assertEquals(first, visited(0));
    Set<Integer> all = new HashSet<>();
    for (int epoch = 0; epoch < 20; epoch++) {
      all.addAll(visited(epoch));
    }
    assertEquals(PHOTOS, all.size(), "the images dropped vary");
  }

  private static List<Integer> visited(int epoch) {
    EpochOrder order = new EpochOrder(7, epoch, PHOTOS);
    List<Integer> images = new ArrayList<>();
    for (int batch = 0; batch < BATCHES; batch++) {
      Arrays.stream(order.batch(batch, BATCH)).forEach(images::add);
    }
    return images;
  }

  @Test
  void batchesDoNotDependOnThreadsOrPrefetching() {
    List<float[]> expected;
    try (MultiViewIterator one = iterator().threads(1).prefetch(1).build()) {
      expected = epochs(one, 3);
    }
    assertEquals(3 * BATCHES, expected.size());
    try (MultiViewIterator many = iterator().threads(5).prefetch(4).build()) {
      assertSameBatches(expected, epochs(many, 3));
    }
    try (MultiViewIterator reusing = iterator().threads(3).reuseArrays(true).build()) {
      assertSameBatches(expected, epochs(reusing, 3));
    }
    try (MultiViewIterator other = iterator().seed(8).build()) {
      assertFalse(Arrays.equals(expected.get(0), epochs(other, 1).get(0)), "another seed");
    }
    assertFalse(Arrays.equals(expected.get(0), expected.get(BATCHES)), "another epoch");
  }

  @Test
  void startAtGoesOnAsIfNeverInterrupted() {
    List<float[]> expected;
    try (MultiViewIterator uninterrupted = iterator().build()) {
      expected = epochs(uninterrupted, 3);
    }
    for (int start : new int[] {0, 1, BATCHES, BATCHES + 3}) {
      try (MultiViewIterator resumed = iterator().build()) {
        resumed.startAt(start / BATCHES, start % BATCHES);
        assertSameBatches(
            expected.subList(start, expected.size()), epochs(resumed, 3 - start / BATCHES));
      }
    }
  }

  @Test
  void startAtTheEndOfAnEpochWaitsForReset() {
    try (MultiViewIterator iterator = iterator().build()) {
      iterator.startAt(2, BATCHES);
      assertFalse(iterator.hasNext());
      iterator.reset();
      assertEquals(3, iterator.epoch());
      assertEquals(0, iterator.batch());
      assertThrows(IllegalArgumentException.class, () -> iterator.startAt(0, BATCHES + 1));
      assertThrows(IllegalArgumentException.class, () -> iterator.startAt(-1, 0));
    }
  }

  @Test
  void resetGoesToTheNextEpochAndNeverSkipsOne() {
    List<float[]> expected;
    try (MultiViewIterator iterator = iterator().build()) {
      expected = epochs(iterator, 2);
    }
    try (MultiViewIterator iterator = iterator().build()) {
      iterator.reset();
      iterator.reset();
      assertEquals(0, iterator.epoch(), "nothing of epoch 0 was used yet");
      assertArrayEquals(expected.get(0), numbers(iterator.next()));
      iterator.reset();
      assertEquals(1, iterator.epoch());
      assertArrayEquals(expected.get(BATCHES), numbers(iterator.next()), "epoch 0 was given up");
      assertEquals(1, iterator.batch());
    }
  }

  @Test
  void arraysHandedOutStayAsTheyAre() {
    try (MultiViewIterator iterator = iterator().build()) {
      MultiDataSet first = iterator.next();
      float[] before = numbers(first);
      for (int i = 0; i < 3 * BATCHES; i++) {
        if (!iterator.hasNext()) {
          iterator.reset();
        }
        assertNotSame(first.getFeatures(0), iterator.next().getFeatures(0));
      }
      assertArrayEquals(before, numbers(first));
    }
  }

  @Test
  void reusedArraysStayForTwoMoreBatchesAndComeBackLater() {
    try (MultiViewIterator iterator = iterator().reuseArrays(true).threads(4).build()) {
      List<MultiDataSet> batches = new ArrayList<>();
      List<float[]> numbers = new ArrayList<>();
      boolean cameBack = false;
      for (int i = 0; i < 4 * BATCHES; i++) {
        if (!iterator.hasNext()) {
          iterator.reset();
        }
        MultiDataSet batch = iterator.next();
        for (MultiDataSet earlier : batches) {
          cameBack |= earlier.getFeatures(0) == batch.getFeatures(0);
        }
        batches.add(batch);
        numbers.add(numbers(batch));
        if (i > 0) {
          assertArrayEquals(numbers.get(i - 1), numbers(batches.get(i - 1)), "previous batch");
        }
      }
      assertTrue(cameBack);
    }
  }

  @Test
  void doublePrecisionHasTheSameNumbers() {
    try (MultiViewIterator floats = iterator().build();
        MultiViewIterator doubles = iterator().dataType(DataType.DOUBLE).build()) {
      MultiDataSet batch = doubles.next();
      assertEquals(DataType.DOUBLE, batch.getFeatures(0).dataType());
      assertEquals(DataType.DOUBLE, batch.getLabels(0).dataType());
      assertArrayEquals(numbers(floats.next()), numbers(batch));
    }
  }

  @Test
  void preprocessorSeesEveryBatch() {
    try (MultiViewIterator iterator = iterator().build()) {
      iterator.setPreProcessor(batch -> batch.getFeatures(0).muli(0));
      assertEquals(0, iterator.next().getFeatures(0).norm1Number().doubleValue());
      assertEquals(0, iterator.next().getFeatures(0).norm1Number().doubleValue());
    }
  }

  @Test
  void endOfEpochAndOtherSizesAreRefused() {
    try (MultiViewIterator iterator = iterator().build()) {
      assertArrayEquals(new long[] {BATCH, 1}, iterator.next(BATCH).getLabels(0).shape());
      assertThrows(UnsupportedOperationException.class, () -> iterator.next(BATCH + 1));
      while (iterator.hasNext()) {
        iterator.next();
      }
      NoSuchElementException e = assertThrows(NoSuchElementException.class, iterator::next);
      assertTrue(e.getMessage().contains("Epoch 0 is over after 4 batches"), e.getMessage());
    }
  }

  @Test
  void closeStopsTheThreads() throws InterruptedException {
    MultiViewIterator iterator = iterator().threads(3).build();
    Set<Thread> before = viewThreads();
    iterator.next();
    Set<Thread> threads = viewThreads();
    threads.removeAll(before);
    assertEquals(3, threads.size());

    iterator.close();
    iterator.close();

    for (Thread thread : threads) {
      assertTrue(thread.isDaemon());
      thread.join(10_000);
      assertFalse(thread.isAlive());
    }
    assertThrows(IllegalStateException.class, iterator::next);
    assertThrows(IllegalStateException.class, iterator::reset);
  }

  private static Set<Thread> viewThreads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().startsWith("flsl-views-"));
    return threads;
  }

  @Test
  void interruptedCallerCanTryAgain() {
    try (MultiViewIterator undisturbed = iterator().build();
        MultiViewIterator iterator = iterator().build()) {
      // Before anything is prepared, and with batches that were.
      for (int batch = 0; batch < 2; batch++) {
        Thread.currentThread().interrupt();
        IllegalStateException e = assertThrows(IllegalStateException.class, iterator::next);
        assertTrue(e.getMessage().startsWith("Interrupted"), e.getMessage());
        assertTrue(Thread.interrupted(), "the flag is kept for the caller");

        assertArrayEquals(numbers(undisturbed.next()), numbers(iterator.next()));
      }
    }
  }

  @Test
  void batchLargerThanTheDataIsRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> iterator().batchSize(PHOTOS + 1).build());

    assertEquals(
        ("A batch of 24 is larger than the data (images in %s: 23):"
                + " lower the batch size to at most 23 or add images")
            .formatted(folder.toAbsolutePath()),
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void impossibleCountsAreRefused(int count) {
    assertThrows(IllegalArgumentException.class, () -> iterator().batchSize(count).build());
    assertThrows(IllegalArgumentException.class, () -> iterator().threads(count).build());
    assertThrows(IllegalArgumentException.class, () -> iterator().prefetch(count).build());
    assertThrows(IllegalArgumentException.class, () -> iterator().dataType(DataType.INT32).build());
    assertThrows(
        IllegalArgumentException.class, () -> MultiViewIterator.builder().batchSize(1).build());
  }

  @Test
  void serialisingIsRefusedWithAReason() throws Exception {
    try (MultiViewIterator iterator = iterator().build();
        ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
      assertThrows(NotSerializableException.class, () -> out.writeObject(iterator));
    }
  }

  @Test
  void dl4jMayResetButNotPrefetch() {
    try (MultiViewIterator iterator = iterator().build()) {
      assertTrue(iterator.resetSupported());
      assertFalse(iterator.asyncSupported());
    }
  }
}
