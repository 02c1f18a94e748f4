package org.flsl.examples.loop;

/**
 * How much there is to do.
 *
 * @param batch images per step
 */
public record Plan(int stepsPerEpoch, int epochs, int batch) {
  public long steps() {
    return (long) stepsPerEpoch * epochs;
  }

  /** The epoch, from 0, that the step after these many belongs to. */
  int epoch(long stepsTaken) {
    return (int) (stepsTaken / stepsPerEpoch);
  }

  /** Whether these many steps complete an epoch. */
  public boolean endsEpoch(long stepsTaken) {
    return stepsTaken % stepsPerEpoch == 0;
  }
}
