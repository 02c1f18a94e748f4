package org.flsl.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.flsl.losses.InterView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns when a training has collapsed, with the likely cause and what to do.
 *
 * <p>Feed it with {@link StepMetrics}. It judges means over a window of steps and names each kind
 * of collapse once.
 */
public final class CollapseWatch implements Consumer<StepMetrics> {

  /** The ways in which a training can fail without an error. */
  public enum Collapse {
    /** All centroids are equally likely for every query. */
    UNIFORM(
        "every query is assigned to all centroids alike (the inter-view term stays at ln K);"
            + " likely cause: tauCross is not larger than tauSelf, or the teacher's temperature is"
            + " too high; raise tauCross or lower the teacher's temperature"),
    /** One or a few centroids take everything. */
    FEW_CENTROIDS(
        "a few centroids take nearly all queries; likely cause: the volume term is too weak; raise"
            + " gamma, or turn centring on"),
    /** Every query belongs to many centroids a little and to none clearly. */
    FLAT(
        "every query is spread over many centroids, and only a few centroids are the likeliest one"
            + " of any query; likely cause: strong colour changes leave views too little in common"
            + " for so short a training, or gamma rewards flat assignments; try weaker colour"
            + " changes, a lower gamma, or more queries an image"),
    /** Tokens tell more and more of where they are, and not of what is there. */
    PLACE(
        "features tell where in the view a token is rather than what is there; likely cause: the"
            + " query finds the teacher's token of its own place, which agrees without any content;"
            + " set crossQuery to COUNTERPART (--cross-query counterpart), positionJitter"
            + " (--position-jitter 1), flipProbability (--flip 0.5) and upsideDownProbability"
            + " (--upside-down 0.5), as far as they are not"),
    /** All tokens are alike. */
    EQUAL_FEATURES(
        "all features point the same way; likely cause: the intra-view term is too strong or the"
            + " learning rate too high; lower upsilon or the learning rate, or lengthen the"
            + " warm-up");

    private final String explanation;

    Collapse(String explanation) {
      this.explanation = explanation;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(CollapseWatch.class);
  private static final int WINDOW = 50;
  private static final double NEAR_UNIFORM = 0.001;
  private static final double FEW = 0.05;
  private static final double SAME = 0.05;
  private static final double FLAT = 0.05;

  /** Share of place, as a multiple of what it was at the beginning, and at least. */
  private static final double MORE_PLACE = 1.5;

  private static final double MUCH_PLACE = 0.2;

  private static final String INTER = new InterView().name();

  private final double maxEntropy;
  private final Consumer<Collapse> alarm;
  private final Deque<StepMetrics> window = new ArrayDeque<>();
  private final Set<Collapse> seen = EnumSet.noneOf(Collapse.class);
  private double peakLearningRate;
  private double firstPlaceShare = Double.NaN;

  /** Watches a training with K centroids and warns in the log. */
  public CollapseWatch(int centroids) {
    this(centroids, collapse -> {});
  }

  /**
   * Watches a training with K centroids.
   *
   * @param centroids K, at least 2
   * @param alarm told as well, once for each kind of collapse
   */
  public CollapseWatch(int centroids, Consumer<Collapse> alarm) {
    if (centroids < 2) {
      throw new IllegalArgumentException(
          "Collapse watch: centroids must be at least 2, got " + centroids);
    }
    this.maxEntropy = Math.log(centroids);
    this.alarm = Objects.requireNonNull(alarm, "alarm");
  }

  @Override
  public void accept(StepMetrics step) {
    peakLearningRate = Math.max(peakLearningRate, step.learningRate());
    window.addLast(step);
    if (window.size() <= WINDOW) {
      return;
    }
    double place = window.stream().mapToDouble(StepMetrics::placeShare).average().orElse(0);
    if (Double.isNaN(firstPlaceShare)) {
      // Of a training that is gone on with nobody knows how it began: much is much.
      StepMetrics first = window.getFirst();
      firstPlaceShare = first.iteration() > 0 ? 0 : first.placeShare();
    }
    window.removeFirst();
    double entropy =
        window.stream().mapToDouble(StepMetrics::assignmentEntropy).average().orElse(0);
    double inter = window.stream().mapToDouble(CollapseWatch::inter).average().orElse(0);
    double spread = window.stream().mapToDouble(StepMetrics::featureSpread).average().orElse(1);
    double used = window.stream().mapToInt(StepMetrics::usedCentroids).average().orElse(0);
    boolean uniform =
        inter > maxEntropy * (1 - NEAR_UNIFORM) && entropy > maxEntropy * (1 - NEAR_UNIFORM);
    report(Collapse.UNIFORM, uniform, step);
    report(Collapse.FEW_CENTROIDS, entropy < FEW * maxEntropy, step);
    // Fresh weights are flat as well: judge when the learning rate has passed its peak.
    boolean warm = step.learningRate() < peakLearningRate;
    report(Collapse.FLAT, warm && !uniform && used < FLAT * Math.exp(entropy), step);
    report(Collapse.PLACE, place > MUCH_PLACE && place > MORE_PLACE * firstPlaceShare, step);
    report(Collapse.EQUAL_FEATURES, spread < SAME, step);
  }

  /** NaN for an objective without that term. */
  private static double inter(StepMetrics step) {
    return step.terms().getOrDefault(INTER, Double.NaN);
  }

  private void report(Collapse collapse, boolean happened, StepMetrics step) {
    if (happened && seen.add(collapse)) {
      LOG.warn(
          "Collapse at iteration {}: {}. (inter-view {}, ln K {}, entropy of the mean assignment"
              + " {}, likeliest centroids {}, spread of the features {}, share of place {})",
          step.iteration(),
          collapse.explanation,
          number(inter(step)),
          number(maxEntropy),
          number(step.assignmentEntropy()),
          step.usedCentroids(),
          number(step.featureSpread()),
          number(step.placeShare()));
      alarm.accept(collapse);
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
