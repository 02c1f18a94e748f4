package org.flsl.views;

/**
 * A place in the endless sequence of batches.
 *
 * @param epoch from 0
 * @param batch of the epoch, from 0; equal to the batches per epoch when the epoch is over
 */
record EpochPosition(int epoch, int batch) {

  EpochPosition {
    if (epoch < 0 || batch < 0) {
      throw new IllegalArgumentException(
          "Epochs and batches count from 0, got epoch " + epoch + ", batch " + batch);
    }
  }

  /** The place after this batch; the epoch after the last batch. */
  EpochPosition next(int batchesPerEpoch) {
    return batch + 1 < batchesPerEpoch
        ? new EpochPosition(epoch, batch + 1)
        : new EpochPosition(epoch + 1, 0);
  }
}
