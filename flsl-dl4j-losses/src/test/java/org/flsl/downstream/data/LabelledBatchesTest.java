package org.flsl.downstream.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.flsl.downstream.segmentation.MaskLabels;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Batches of labelled images: complete, shuffled, the same from any place. */
class LabelledBatchesTest {
  private static final ImageSize CANVAS = new ImageSize(8, 8);

  /** Images of different sizes, each of one colour and one class: its number. */
  private record Plain(int size) implements SegmentationSet {
    @Override
    public String name(int image) {
      return "image " + image;
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      RgbImage photo = new RgbImage(5 + image, 12 - image);
      Arrays.fill(photo.data(), (byte) (10 * image));
      return photo;
    }

    @Override
    public LabelMask mask(int image) {
      int[] labels = new int[(5 + image) * (12 - image)];
      Arrays.fill(labels, image);
      return new LabelMask(5 + image, 12 - image, labels);
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b", "c", "d", "e", "f", "g");
    }
  }

  private static LabelledBatches batches(SegmentationSet set, int size, Augmentation augmentation) {
    return new LabelledBatches(
        set,
        new MaskLabels(set),
        CANVAS,
        ViewConfig.builder().mean(new float[3]).std(new float[] {1, 1, 1}).build(),
        augmentation,
        size,
        9);
  }

  /** The images of a batch, by their labels. */
  private static List<Integer> images(MultiDataSet batch) {
    INDArray labels = batch.getLabels(0);
    List<Integer> images = new ArrayList<>();
    for (int i = 0; i < labels.size(0); i++) {
      int image = labels.slice(i).maxNumber().intValue();
      assertEquals(10 * image / 255f, batch.getFeatures(0).slice(i).maxNumber().floatValue(), 1e-3);
      images.add(image);
    }
    return images;
  }

  @Test
  void everyImageComesOnceBeforeAnyComesAgain() {
    try (LabelledBatches batches = batches(new Plain(7), 3, Augmentation.NONE)) {
      assertEquals(3, batches.batchesPerEpoch());
      List<Integer> row = new ArrayList<>();
      for (int i = 0; i < 14; i++) {
        if (!batches.hasNext()) {
          assertEquals(0, i % 3);
          assertThrows(NoSuchElementException.class, batches::next);
          batches.reset();
        }
        row.addAll(images(batches.next()));
      }
      for (int round = 0; round < 6; round++) {
        assertEquals(7, row.subList(7 * round, 7 * round + 7).stream().distinct().count());
      }
      assertNotEquals(row.subList(0, 7), row.subList(7, 14));
    }
  }

  @Test
  void fewImagesFillALargeBatch() {
    try (LabelledBatches batches = batches(new Plain(2), 5, Augmentation.NONE)) {
      assertEquals(1, batches.batchesPerEpoch());
      assertEquals(5, images(batches.next()).size());
    }
  }

  @Test
  void aPlaceIsTheSameHoweverItIsReached() {
    try (LabelledBatches one = batches(new Plain(7), 3, Augmentation.USUAL);
        LabelledBatches other = batches(new Plain(7), 3, Augmentation.USUAL)) {
      List<MultiDataSet> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        if (!one.hasNext()) {
          one.reset();
        }
        all.add(one.next());
      }
      for (int step : new int[] {4, 1, 5}) {
        other.startAtStep(step);
        MultiDataSet batch = other.next();
        assertArrayEquals(
            all.get(step).getFeatures(0).data().asFloat(), batch.getFeatures(0).data().asFloat());
        assertArrayEquals(
            all.get(step).getLabels(0).data().asFloat(), batch.getLabels(0).data().asFloat());
      }
      other.startAtStep(1);
      other.reset();
      assertArrayEquals(
          all.get(3).getFeatures(0).data().asFloat(), other.next().getFeatures(0).data().asFloat());
      assertFalse(other.asyncSupported());
    }
  }

  @Test
  void whatCannotBeReadIsSaid() {
    SegmentationSet broken =
        new SegmentationSet() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public String name(int image) {
            return "broken";
          }

          @Override
          public Image image(int image, ImageDecoder decoder) {
            return new RgbImage(4, 4);
          }

          @Override
          public LabelMask mask(int image) {
            throw new DatasetException("The mask of broken is gone");
          }

          @Override
          public List<String> classes() {
            return List.of("a", "b");
          }
        };
    try (LabelledBatches batches = batches(broken, 1, Augmentation.NONE)) {
      assertEquals(
          "The mask of broken is gone",
          assertThrows(DatasetException.class, batches::next).getMessage());
    }
  }
}
