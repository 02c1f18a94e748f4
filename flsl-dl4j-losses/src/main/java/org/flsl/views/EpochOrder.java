package org.flsl.views;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** The order in which an epoch visits the images: a shuffle that depends on (seed, epoch). */
public final class EpochOrder {

  private final int epoch;
  private final int[] images;

  /** Shuffles so many images. */
  public EpochOrder(long seed, int epoch, int size) {
    this.epoch = epoch;
    this.images = new int[size];
    RandomGenerator random = ViewSeed.ofOrder(seed, epoch);
    // Fisher-Yates
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      images[i] = images[j];
      images[j] = i;
    }
  }

  /** The epoch, from 0. */
  public int epoch() {
    return epoch;
  }

  /** The image at a place of the epoch, from 0. */
  public int image(int place) {
    return images[place];
  }

  /** The images of a batch. */
  int[] batch(int batch, int batchSize) {
    return Arrays.copyOfRange(images, batch * batchSize, (batch + 1) * batchSize);
  }
}
