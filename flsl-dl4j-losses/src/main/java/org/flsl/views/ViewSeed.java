package org.flsl.views;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Names the random choices made for one image in one epoch.
 *
 * <p>Every choice has its own generator, which depends on nothing but (seed, epoch, image, view,
 * purpose): so a run is the same with any number of threads, and a resumed one goes on as if never
 * interrupted.
 *
 * @param seed of the run
 * @param epoch from 0
 * @param image index in the {@link ImageFolder}
 */
public record ViewSeed(long seed, int epoch, int image) {

  /** What a generator is for; each purpose of each view has a stream of its own. */
  public enum Purpose {
    /** Which part of the image is seen. */
    CROP,
    /** How its colours change. */
    COLOUR,
    /** Which tokens are queries. */
    QUERIES,
    /** Whether it is turned over, left to right. */
    FLIP,
    /** Whether it is turned over, top to bottom. */
    UPSIDE_DOWN
  }

  /** An image number that no image has: the choices that concern the whole epoch. */
  private static final int WHOLE_EPOCH = -1;

  /** Weyl increment of SplitMix64: 2^64 over the golden ratio. */
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  /**
   * The generator of a choice.
   *
   * @param view of the image, from 0
   */
  public RandomGenerator generator(int view, Purpose purpose) {
    return new SplittableRandom(hash(seed, epoch, image, view, purpose.ordinal()));
  }

  /** The generator of an epoch's order of images. */
  static RandomGenerator ofOrder(long seed, int epoch) {
    return new SplittableRandom(hash(seed, epoch, WHOLE_EPOCH, 0, 0));
  }

  private static long hash(long seed, int... numbers) {
    long hash = mix(seed);
    for (int number : numbers) {
      hash = mix(hash + GOLDEN_GAMMA * (1 + (long) number));
    }
    return hash;
  }

  /** Stafford's variant 13 of the MurmurHash3 finaliser, as in SplitMix64. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
