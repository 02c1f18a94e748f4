package org.flsl.layers.samediff;

import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A value that the runtime hands to a layer's graph anew for every step. */
interface Feed {

  /** Where in training a step is, what randomness it may use, and of which part of the batch. */
  record Step(int iteration, int epoch, long seed, BatchPart part) {

    /** What a SplittableRandom adds to its state for each draw. */
    static final long GAMMA = 0x9E3779B97F4A7C15L;

    /** A seed for the draws of one name in this step. */
    long seedOf(String name) {
      long hash = seed;
      hash = hash * GAMMA + iteration;
      hash = hash * GAMMA + name.hashCode();
      return new SplittableRandom(hash).nextLong();
    }
  }

  /** Name of the placeholder to fill. */
  String name();

  /** The value for one step: the same step gives the same value. */
  INDArray value(Step step, long batch, DataType dataType);
}
