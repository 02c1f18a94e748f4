package org.flsl.training;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.flsl.layers.internal.GeneratedBuilder;
import org.flsl.layers.kernels.Precision;
import org.flsl.losses.Contrast;
import org.flsl.losses.FlslLosses;
import org.flsl.losses.InterView;
import org.flsl.losses.IntraView;
import org.flsl.losses.LossTerm;
import org.flsl.losses.Volume;
import org.flsl.schedules.CosineSchedule;
import org.flsl.schedules.RampSchedule;
import org.flsl.schedules.Scheduled;
import org.immutables.value.Value;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Objective and optimisation of an FLSL pretraining; immutable, with a builder whose defaults are
 * the paper's.
 *
 * <p>Values of type {@link Scheduled} are constant or follow a cosine over all {@link #iterations}.
 */
@Value.Immutable
@GeneratedBuilder
public abstract class FlslConfig {
  /** The least epochs that schedules count in. */
  private static final int STAGES = 10;

  FlslConfig() {}

  /** Starts from the paper's values. */
  public static Builder builder() {
    Builder builder = new Builder();
    LossTerm.known().forEach(term -> builder.weight(term, term.defaultWeight()));
    return builder;
  }

  /** A builder that starts from this configuration. */
  public Builder toBuilder() {
    return builder().from(this);
  }

  /** Passes over the images; default 300. */
  @Value.Default
  public int epochs() {
    return 300;
  }

  /** Batches in an epoch; required. */
  @Value.Default
  public int iterationsPerEpoch() {
    return 0;
  }

  /** Images in a batch; required, the learning rate scales with it. */
  @Value.Default
  public int batchSize() {
    return 0;
  }

  /** Centroids K of the second level; default 4096. */
  @Value.Default
  public int centroids() {
    return 4096;
  }

  /** Hidden units of the projection head; default 2048. */
  @Value.Default
  public int headHidden() {
    return 2048;
  }

  /** Width of the projection head's output; default 256. */
  @Value.Default
  public int headBottleneck() {
    return 256;
  }

  /**
   * The objective: its terms in their order, each with its weight; default all {@linkplain
   * LossTerm#known known} ones with the weights that they propose, if that is not zero.
   */
  public abstract Map<LossTerm, Scheduled> objective();

  /**
   * Inverse temperature of the mean shift inside a view; default 0.1 / sqrt(384), whatever the
   * width.
   */
  @Value.Default
  public Scheduled tauSelf() {
    return Scheduled.constant(0.1 / Math.sqrt(384));
  }

  /**
   * Inverse temperature of the mean shift into the teacher's view; default 0.2 / sqrt(384). Smaller
   * than tauSelf collapses.
   */
  @Value.Default
  public Scheduled tauCross() {
    return Scheduled.constant(0.2 / Math.sqrt(384));
  }

  /** Softmax temperature of the student; default 0.1. */
  @Value.Default
  public Scheduled studentTemperature() {
    return Scheduled.constant(0.1);
  }

  /** Softmax temperature of the teacher in the first epoch; default 0.04. */
  @Value.Default
  public double teacherTemperatureStart() {
    return 0.04;
  }

  /** Softmax temperature of the teacher after its ramp; default 0.07. */
  @Value.Default
  public double teacherTemperatureEnd() {
    return 0.07;
  }

  /**
   * Epochs of the ramp of the teacher's temperature; tenths of a training of fewer than ten epochs;
   * default 30.
   */
  @Value.Default
  public int teacherTemperatureEpochs() {
    return 30;
  }

  /** Where the layer norm after the backbone is applied; default on tokens. */
  @Value.Default
  public FinalNorm finalNorm() {
    return FinalNorm.TOKENS;
  }

  /** What looks among the teacher's tokens for each query; default {@link CrossQuery#STUDENT}. */
  @Value.Default
  public CrossQuery crossQuery() {
    return CrossQuery.STUDENT;
  }

  /**
   * Whether the teacher's logits are centred, the alternative to the volume term; default false.
   */
  @Value.Default
  public boolean centring() {
    return false;
  }

  /** Momentum of the centre; default 0.9. */
  @Value.Default
  public double centreMomentum() {
    return 0.9;
  }

  /**
   * What the mean assignment should be, a positive number for each centroid, which sum to one;
   * empty, the default, is uniform.
   */
  public abstract List<Double> prior();

  /** The prior as {@link FlslLosses} takes it; null for uniform. */
  double[] givenPrior() {
    return prior().isEmpty() ? null : prior().stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Peak learning rate for batches of 256; it scales with the batch size; default 5e-4. */
  @Value.Default
  public double learningRate() {
    return 5e-4;
  }

  /** Learning rate at the end; default 1e-6. */
  @Value.Default
  public double minLearningRate() {
    return 1e-6;
  }

  /**
   * Share of the epochs in which the learning rate rises from zero, whole epochs where it makes at
   * least one; default 0.1.
   */
  @Value.Default
  public double warmupFraction() {
    return 0.1;
  }

  /** Weight decay of matrices; default 0.04 to 0.4. */
  @Value.Default
  public Scheduled weightDecay() {
    return Scheduled.cosine(0.04, 0.4);
  }

  /** Momentum of the teacher; default 0.996 to 1. */
  @Value.Default
  public Scheduled momentum() {
    return Scheduled.cosine(0.996, 1);
  }

  /** Norm at which the gradient of each parameter tensor is clipped; 0 is never; default 3. */
  @Value.Default
  public double clipNorm() {
    return 3;
  }

  /**
   * Epochs at the start in which the prototypes do not change; tenths of a training of fewer than
   * ten epochs; default 1.
   */
  @Value.Default
  public int frozenPrototypeEpochs() {
    return 1;
  }

  /**
   * Blocks of the student, with all that comes before them, that stay as they are: for a network
   * that is trained already; default 0.
   *
   * <p>They get no gradient and no decay, and compute as in use: without dropout and drop path, by
   * the running statistics of batch normalisation. Those of the teacher stay as well.
   */
  @Value.Default
  public int frozenBlocks() {
    return 0;
  }

  /**
   * What the learning rate is multiplied by for each block that a layer of the backbone is away
   * from the end, as BEiT and timm do: block i of d, counted from 0, learns with rate D^(d-i), the
   * patch embedding with D^(d+1), norm and head with the whole; default 1.
   */
  @Value.Default
  public double layerDecay() {
    return 1;
  }

  /** Seed of the initial weights and of all random masks; default 0. */
  @Value.Default
  public long seed() {
    return 0;
  }

  /** Type of all numbers, FLOAT or DOUBLE; default FLOAT. */
  @Value.Default
  public DataType dataType() {
    return DataType.FLOAT;
  }

  /**
   * Numbers in which the layers multiply; BF16 is for processors that have it; default FLOAT32.
   *
   * <p>Parameters, and all that is saved, stay in float32, and so do networks that are exported.
   */
  @Value.Default
  public Precision precision() {
    return Precision.FLOAT32;
  }

  /** All iterations of the training. */
  public int iterations() {
    return epochs() * iterationsPerEpoch();
  }

  /** The learning rate by iteration: warm-up, then cosine, scaled with the batch size. */
  public ISchedule learningRateSchedule() {
    return new CosineSchedule(
        learningRate() * batchSize() / 256, minLearningRate(), warmupIterations(), iterations());
  }

  /**
   * Iterations in which the learning rate rises: whole epochs, as published, and a part of the
   * first where the fraction is less than one.
   */
  public int warmupIterations() {
    return warmupEpochs() > 0
        ? warmupEpochs() * iterationsPerEpoch()
        : (int) (warmupFraction() * iterations());
  }

  private int warmupEpochs() {
    // 0.29 * 100 is a little less than 29 in floating point.
    return (int) (warmupFraction() * epochs() + 1e-9);
  }

  /** Iterations at the beginning in which the prototypes stand still. */
  public int frozenPrototypeIterations() {
    return (int) Math.min(Integer.MAX_VALUE, (long) frozenPrototypeEpochs() * iterationsPerStage());
  }

  /**
   * What the first things of a training are counted in: epochs, as published, and tenths of a
   * training that is too short for it, of fewer than ten epochs and none of them for the warm-up.
   * The first epoch may be all that there is.
   */
  private int iterationsPerStage() {
    return epochs() >= STAGES || warmupEpochs() > 0 ? iterationsPerEpoch() : iterations() / STAGES;
  }

  /** The teacher's temperature by iteration. */
  public ISchedule teacherTemperatureSchedule() {
    return teacherTemperatureStart() == teacherTemperatureEnd()
        ? new FixedSchedule(teacherTemperatureEnd())
        : new RampSchedule(
            teacherTemperatureStart(),
            teacherTemperatureEnd(),
            teacherTemperatureEpochs(),
            Math.max(1, iterationsPerStage()));
  }

  /** The teacher's momentum by iteration. */
  public ISchedule momentumSchedule() {
    return momentum().over(iterations());
  }

  /** The weight decay by iteration. */
  public ISchedule weightDecaySchedule() {
    return weightDecay().over(iterations());
  }

  @Value.Check
  void check() {
    positive("epochs", epochs());
    positive("iterationsPerEpoch", iterationsPerEpoch());
    positive("batchSize", batchSize());
    positive("headHidden", headHidden());
    positive("headBottleneck", headBottleneck());
    check(centroids() >= 2, "centroids must be at least 2, got " + centroids());
    check(!objective().isEmpty(), "objective needs at least one term");
    LossTerm.requireDistinct(objective().keySet());
    objective().forEach((term, weight) -> notNegative(term.weight(), weight));
    positive("tauSelf", tauSelf());
    positive("tauCross", tauCross());
    positive("studentTemperature", studentTemperature());
    positive("teacherTemperatureStart", teacherTemperatureStart());
    positive("teacherTemperatureEnd", teacherTemperatureEnd());
    notNegative("teacherTemperatureEpochs", teacherTemperatureEpochs());
    share("centreMomentum", centreMomentum());
    if (!prior().isEmpty()) {
      FlslLosses.requirePrior(givenPrior(), centroids());
    }
    positive("learningRate", learningRate());
    notNegative("minLearningRate", minLearningRate());
    share("warmupFraction", warmupFraction());
    notNegative("weightDecay", weightDecay());
    share("momentum", momentum().start());
    share("momentum", momentum().end());
    notNegative("clipNorm", clipNorm());
    notNegative("frozenPrototypeEpochs", frozenPrototypeEpochs());
    notNegative("frozenBlocks", frozenBlocks());
    positive("layerDecay", layerDecay());
    check(layerDecay() <= 1, "layerDecay must not be more than 1, got " + layerDecay());
    check(
        dataType() == DataType.FLOAT || dataType() == DataType.DOUBLE,
        "dataType must be FLOAT or DOUBLE (half precision trains to NaN), got " + dataType());
    check(
        precision() == Precision.FLOAT32 || dataType() == DataType.FLOAT,
        "precision BF16 needs dataType FLOAT, got " + dataType());
    check(
        (long) epochs() * iterationsPerEpoch() <= Integer.MAX_VALUE,
        "epochs times iterationsPerEpoch is more than an int holds");
  }

  private static void check(boolean ok, String message) {
    if (!ok) {
      throw new IllegalArgumentException("FLSL configuration: " + message);
    }
  }

  private static void positive(String name, double value) {
    check(value > 0 && Double.isFinite(value), name + " must be positive, got " + value);
  }

  private static void positive(String name, Scheduled value) {
    check(value.start() > 0 && value.end() > 0, name + " must be positive, got " + value);
  }

  private static void notNegative(String name, double value) {
    check(value >= 0 && Double.isFinite(value), name + " must not be negative, got " + value);
  }

  private static void notNegative(String name, Scheduled value) {
    check(value.start() >= 0 && value.end() >= 0, name + " must not be negative, got " + value);
  }

  private static void share(String name, double value) {
    check(value >= 0 && value <= 1, name + " must lie between 0 and 1, got " + value);
  }

  /**
   * Builds an {@link FlslConfig}; a required value that is missing and one out of range are refused
   * with an IllegalArgumentException.
   */
  public static final class Builder extends ImmutableFlslConfig.Builder {
    Builder() {}

    /**
     * The weight of a term, which becomes part of the objective if it is not yet; one that weighs
     * nothing unless it is chosen does not by a weight of zero.
     */
    public Builder weight(LossTerm term, Scheduled weight) {
      Objects.requireNonNull(weight, term.weight());
      return term.isLeftOut(weight) ? this : putObjective(term, weight);
    }

    /** Weight of the {@linkplain IntraView intra-view term}. */
    public Builder upsilon(Scheduled weight) {
      return weight(new IntraView(), weight);
    }

    /** Weight of the {@linkplain InterView inter-view term}. */
    public Builder eta(Scheduled weight) {
      return weight(new InterView(), weight);
    }

    /** Weight of the {@linkplain Volume volume term}. */
    public Builder gamma(Scheduled weight) {
      return weight(new Volume(), weight);
    }

    /** Weight of the {@linkplain Contrast contrast term}. */
    public Builder kappa(Scheduled weight) {
      return weight(new Contrast(), weight);
    }

    /**
     * What the mean assignment should be, a positive number for each centroid, which sum to one;
     * null is uniform.
     */
    public Builder prior(double[] prior) {
      return prior(prior == null ? List.of() : Arrays.stream(prior).boxed().toList());
    }
  }
}
