package org.flsl.training;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.AdamUpdater;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Adam as the paper uses it; together with {@link DecoupledWeightDecay} this is AdamW.
 *
 * <p>It differs from ND4J's {@link Adam} in two ways. Eps is added to the bias-corrected root of
 * the second moment, as in the original paper and in PyTorch: {@code lr (m / (1 - b1^t)) / (sqrt(v
 * / (1 - b2^t)) + eps)}. And it can start late: before {@code firstIteration} parameters and
 * moments stay as they are (the learning rate is zero, so that weight decay pauses as well), and t
 * counts from there. That is how the prototypes are frozen in the first epoch.
 */
public final class AdamW implements IUpdater {
  private static final long serialVersionUID = 1;
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPS = 1e-8;

  @JsonProperty private ISchedule learningRate;
  @JsonProperty private double beta1 = BETA1;
  @JsonProperty private double beta2 = BETA2;
  @JsonProperty private double eps = EPS;
  @JsonProperty private int firstIteration;

  private AdamW() {}

  /** Adam with the paper's moments (0.9, 0.999) and eps 1e-8. */
  public AdamW(ISchedule learningRate) {
    this(learningRate, BETA1, BETA2, EPS, 0);
  }

  /**
   * Adam with every setting.
   *
   * @param beta1 decay of the first moment, in [0, 1)
   * @param beta2 decay of the second moment, in [0, 1)
   * @param eps at least 0
   * @param firstIteration first iteration that changes anything, from 0
   * @throws IllegalArgumentException if one of them is out of range
   */
  public AdamW(ISchedule learningRate, double beta1, double beta2, double eps, int firstIteration) {
    this.learningRate = Objects.requireNonNull(learningRate, "learningRate");
    if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException(
          "AdamW: beta1 and beta2 must lie in [0, 1), got %s and %s".formatted(beta1, beta2));
    }
    if (!(eps >= 0 && Double.isFinite(eps)) || firstIteration < 0) {
      throw new IllegalArgumentException(
          "AdamW: eps must be finite, and neither it nor the first iteration negative, got %s and %d"
              .formatted(eps, firstIteration));
    }
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
    this.firstIteration = firstIteration;
  }

  /** The same updater, starting at another iteration. */
  public AdamW startingAt(int firstIteration) {
    return new AdamW(learningRate.clone(), beta1, beta2, eps, firstIteration);
  }

  /** The first iteration that changes anything. */
  public int firstIteration() {
    return firstIteration;
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return iteration < firstIteration ? 0 : learningRate.valueAt(iteration, epoch);
  }

  /** What a step multiplies with, in float32 as ND4J computes it. */
  record Coefficients(float beta1, float beta2, float rate, float eps) {}

  /** The coefficients of a step; none before the first iteration. */
  Optional<Coefficients> coefficients(int iteration, int epoch) {
    if (iteration < firstIteration) {
      return Optional.empty();
    }
    int step = iteration - firstIteration + 1;
    float b1 = (float) beta1;
    float b2 = (float) beta2;
    float root = (float) Math.sqrt((float) (1.0 - (float) Math.pow(b2, step)));
    float rate = (float) getLearningRate(iteration, epoch) * root;
    float corrected = (float) (rate / (1.0 - (float) Math.pow(b1, step)));
    return Optional.of(new Coefficients(b1, b2, corrected, (float) (eps * correction(step))));
  }

  private double correction(int step) {
    return Math.sqrt(1 - Math.pow(beta2, step));
  }

  @Override
  public long stateSize(long numParams) {
    return 2 * numParams;
  }

  @Override
  public GradientUpdater<AdamW> instantiate(INDArray viewArray, boolean initialize) {
    AdamUpdater moments = new AdamUpdater(new Adam());
    moments.setStateViewArray(viewArray, new long[] {1, viewArray.length() / 2}, 'c', initialize);
    return new Updater(this, moments);
  }

  @Override
  public GradientUpdater<AdamW> instantiate(Map<String, INDArray> state, boolean initialize) {
    AdamUpdater moments = new AdamUpdater(new Adam());
    moments.setState(state, initialize);
    return new Updater(this, moments);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  /** Not supported: the learning rate is part of this immutable configuration. */
  @Override
  public void setLrAndSchedule(double lr, ISchedule schedule) {
    throw new UnsupportedOperationException("Make a new AdamW with another learning rate");
  }

  @Override
  public AdamW clone() {
    return startingAt(firstIteration);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AdamW that
        && learningRate.equals(that.learningRate)
        && beta1 == that.beta1
        && beta2 == that.beta2
        && eps == that.eps
        && firstIteration == that.firstIteration;
  }

  @Override
  public int hashCode() {
    return Objects.hash(learningRate, beta1, beta2, eps, firstIteration);
  }

  /** Turns gradients into updates, in place. */
  private static final class Updater implements GradientUpdater<AdamW> {
    private final AdamW config;
    private final AdamUpdater moments;

    Updater(AdamW config, AdamUpdater moments) {
      this.config = config;
      this.moments = moments;
    }

    @Override
    public AdamW getConfig() {
      return config;
    }

    @Override
    public void setState(Map<String, INDArray> state, boolean initialize) {
      moments.setState(state, initialize);
    }

    @Override
    public Map<String, INDArray> getState() {
      return moments.getState();
    }

    @Override
    public void setStateViewArray(
        INDArray viewArray, long[] gradientShape, char gradientOrder, boolean initialize) {
      moments.setStateViewArray(viewArray, gradientShape, gradientOrder, initialize);
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      if (iteration < config.firstIteration) {
        gradient.assign(0);
        return;
      }
      // ND4J computes lr sqrt(1-b2^t)/(1-b1^t) m / (sqrt(v) + e); e = eps sqrt(1-b2^t) makes it
      // ours.
      int step = iteration - config.firstIteration;
      double rate = config.getLearningRate(iteration, epoch);
      moments.setConfig(
          Adam.builder()
              .learningRate(rate)
              .beta1(config.beta1)
              .beta2(config.beta2)
              .epsilon(config.eps * config.correction(step + 1))
              .build());
      moments.applyUpdater(gradient, step, epoch);
      if (rate == 0) {
        // ND4J's kernel takes eps for the learning rate when that is zero, as it is when warm-up
        // begins.
        gradient.assign(0);
      }
    }
  }
}
