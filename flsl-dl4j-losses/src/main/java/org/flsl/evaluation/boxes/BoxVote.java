package org.flsl.evaluation.boxes;

/**
 * How boxes are judged by the classes that k-NN finds, and what guessing would reach.
 *
 * <p>Classes are ranked by their share of the votes; a class without votes has no rank.
 */
enum BoxVote {
  /** The mean of the tokens inside the box is classified: one vote for a box. */
  POOLED("pooled") {
    @Override
    Hits hits(Ranks patches, int label) {
      return oneVote(patches, label);
    }
  },

  /** Nine patches of the box are classified and their votes added: one decision for a box. */
  PATCHES("9 patches, one vote") {
    @Override
    Hits hits(Ranks patches, int label) {
      return oneVote(patches, label);
    }
  },

  /**
   * As in the published FLSL code: nine patches are classified, and the box counts as right when
   * ANY of them is. For top 5 each rank from 1 to 5 that any patch gives the class counts on its
   * own, so that one box can count five times. Guessing reaches {@code 1 - (1 - 1/C)^9} of C
   * classes, and five times that.
   */
  ANY_PATCH("any of 9 patches, as published") {
    @Override
    Hits hits(Ranks patches, int label) {
      int top5 = 0;
      for (int rank = 0; rank < TOP; rank++) {
        top5 += patches.anyHas(label, rank) ? 1 : 0;
      }
      return new Hits(patches.anyHas(label, 0) ? 1 : 0, top5);
    }

    @Override
    public double chance(int top, int classes) {
      double any = 1 - Math.pow(1 - 1.0 / classes, BoxTokens.PATCHES);
      return Math.min(top, classes) * any;
    }
  };

  static final int TOP = 5;

  private final String label;

  BoxVote(String label) {
    this.label = label;
  }

  /** What a box adds to the counts. */
  record Hits(int top1, int top5) {}

  abstract Hits hits(Ranks patches, int label);

  /**
   * What guessing reaches: a random order of the classes for each vote.
   *
   * @param top 1 or 5
   */
  public double chance(int top, int classes) {
    return Math.min(1, (double) top / classes);
  }

  private static Hits oneVote(Ranks patches, int label) {
    int rank = patches.together(label);
    return new Hits(rank == 0 ? 1 : 0, rank < TOP ? 1 : 0);
  }

  @Override
  public String toString() {
    return label;
  }
}
