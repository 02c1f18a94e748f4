package org.flsl.examples.pytorch;

import java.util.ArrayList;
import java.util.List;
import org.flsl.examples.benchmark.Timing;
import org.flsl.layers.kernels.Precision;

/** What the processes of both sides measured for the same work. */
final class Pair {

  private static final double TOLERANCE = 1e-3;

  /** A factor in bf16 is rounded by up to 0.4 %. */
  private static final double OUR_BF16_TOLERANCE = 1e-2;

  /**
   * PyTorch rounds what comes out of products as well, gradients included, and where they are near
   * zero Adam's first steps, which are signs, go the other way: its losses in bf16 are 1.2 % from
   * its own in float32 (trunk of ViT-Ti/16, second step; ours are 0.01 %).
   */
  private static final double THEIR_BF16_TOLERANCE = 2e-2;

  private static final int COMPARED_LOSSES = 3;

  private final double tolerance;
  private final List<Outcome> ours = new ArrayList<>();
  private final List<Outcome> theirs = new ArrayList<>();

  /**
   * Nothing measured so far.
   *
   * <p>The precision of either side's products says how far losses may be apart, as a share of the
   * loss, or absolutely where it is below one.
   */
  Pair(Precision ours, Precision theirs) {
    this.tolerance =
        theirs == Precision.BF16
            ? THEIR_BF16_TOLERANCE
            : ours == Precision.BF16 ? OUR_BF16_TOLERANCE : TOLERANCE;
  }

  void add(Outcome our, Outcome their) {
    ours.add(our);
    theirs.add(their);
  }

  Timing ours() {
    return timing(ours);
  }

  Timing theirs() {
    return timing(theirs);
  }

  private static Timing timing(List<Outcome> outcomes) {
    return Timing.join(outcomes.stream().map(Outcome::timing).toList());
  }

  /** Below one where ours is faster. */
  double ratio() {
    return ours().median() / theirs().median();
  }

  long ourMemory() {
    return memory(ours);
  }

  long theirMemory() {
    return memory(theirs);
  }

  private static long memory(List<Outcome> outcomes) {
    return outcomes.stream().mapToLong(Outcome::peakMemory).max().orElseThrow();
  }

  double ourPeak() {
    return peak(ours);
  }

  double theirPeak() {
    return peak(theirs);
  }

  private static double peak(List<Outcome> outcomes) {
    return outcomes.stream().mapToDouble(Outcome::gflops).max().orElseThrow();
  }

  String libraries() {
    return ours.get(0).library() + "; " + theirs.get(0).library();
  }

  /** Losses of the first runs: those after the first one depend on gradients and updates too. */
  double lossDifference() {
    List<Double> our = ours.get(0).losses();
    List<Double> their = theirs.get(0).losses();
    double worst = 0;
    for (int i = 0; i < Math.min(COMPARED_LOSSES, Math.min(our.size(), their.size())); i++) {
      double difference = Math.abs(our.get(i) - their.get(i)) / Math.max(1, Math.abs(their.get(i)));
      // What is not a number agrees with nothing.
      worst = Math.max(worst, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
    }
    return worst;
  }

  boolean agree() {
    return lossDifference() <= tolerance;
  }
}
