package org.flsl.evaluation.boxes;

/**
 * The places of a class among the classes that the patches of a box vote for, from 0.
 *
 * @param scores votes, {@code patches * classes} numbers from {@code start} on
 */
record Ranks(float[] scores, int start, int patches, int classes) {

  /**
   * The place of a class when the votes of all patches are added; the largest int without votes.
   */
  int together(int label) {
    float[] sums = new float[classes];
    for (int i = 0; i < patches * classes; i++) {
      sums[i % classes] += scores[start + i];
    }
    return rank(sums, 0, label);
  }

  /** Whether any patch alone gives a class this place. */
  boolean anyHas(int label, int rank) {
    for (int patch = 0; patch < patches; patch++) {
      if (rank(scores, start + patch * classes, label) == rank) {
        return true;
      }
    }
    return false;
  }

  /** Of classes with equal votes the first is before the others. */
  private int rank(float[] votes, int from, int label) {
    float own = votes[from + label];
    if (own <= 0) {
      return Integer.MAX_VALUE;
    }
    int rank = 0;
    for (int other = 0; other < classes; other++) {
      float score = votes[from + other];
      rank += score > own || score == own && other < label ? 1 : 0;
    }
    return rank;
  }
}
