package org.flsl.training;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Objective and optimisation of an FLSL pretraining; immutable, with a builder whose defaults are
 * the paper's.
 *
 * <p>Values of type {@link Scheduled} are constant or follow a cosine over all {@link #iterations}.
 */
public final class FlslConfig {
  /** The least epochs that schedules count in. */
  private static final int STAGES = 10;

  private final int epochs;
  private final int iterationsPerEpoch;
  private final int batchSize;
  private final int centroids;
  private final int headHidden;
  private final int headBottleneck;
  private final Scheduled upsilon;
  private final Scheduled eta;
  private final Scheduled gamma;
  private final Scheduled tauSelf;
  private final Scheduled tauCross;
  private final Scheduled studentTemperature;
  private final double teacherTemperatureStart;
  private final double teacherTemperatureEnd;
  private final int teacherTemperatureEpochs;
  private final FinalNorm finalNorm;
  private final boolean centring;
  private final double centreMomentum;
  private final double[] prior;
  private final double learningRate;
  private final double minLearningRate;
  private final double warmupFraction;
  private final Scheduled weightDecay;
  private final Scheduled momentum;
  private final double clipNorm;
  private final int frozenPrototypeEpochs;
  private final long seed;
  private final DataType dataType;

  private FlslConfig(Builder b) {
    this.epochs = b.epochs;
    this.iterationsPerEpoch = b.iterationsPerEpoch;
    this.batchSize = b.batchSize;
    this.centroids = b.centroids;
    this.headHidden = b.headHidden;
    this.headBottleneck = b.headBottleneck;
    this.upsilon = b.upsilon;
    this.eta = b.eta;
    this.gamma = b.gamma;
    this.tauSelf = b.tauSelf;
    this.tauCross = b.tauCross;
    this.studentTemperature = b.studentTemperature;
    this.teacherTemperatureStart = b.teacherTemperatureStart;
    this.teacherTemperatureEnd = b.teacherTemperatureEnd;
    this.teacherTemperatureEpochs = b.teacherTemperatureEpochs;
    this.finalNorm = b.finalNorm;
    this.centring = b.centring;
    this.centreMomentum = b.centreMomentum;
    this.prior = b.prior == null ? null : b.prior.clone();
    this.learningRate = b.learningRate;
    this.minLearningRate = b.minLearningRate;
    this.warmupFraction = b.warmupFraction;
    this.weightDecay = b.weightDecay;
    this.momentum = b.momentum;
    this.clipNorm = b.clipNorm;
    this.frozenPrototypeEpochs = b.frozenPrototypeEpochs;
    this.seed = b.seed;
    this.dataType = b.dataType;
    positive("epochs", epochs);
    positive("iterationsPerEpoch", iterationsPerEpoch);
    positive("batchSize", batchSize);
    positive("headHidden", headHidden);
    positive("headBottleneck", headBottleneck);
    check(centroids >= 2, "centroids must be at least 2, got " + centroids);
    notNegative("upsilon", upsilon);
    notNegative("eta", eta);
    notNegative("gamma", gamma);
    positive("tauSelf", tauSelf);
    positive("tauCross", tauCross);
    positive("studentTemperature", studentTemperature);
    positive("teacherTemperatureStart", teacherTemperatureStart);
    positive("teacherTemperatureEnd", teacherTemperatureEnd);
    notNegative("teacherTemperatureEpochs", teacherTemperatureEpochs);
    share("centreMomentum", centreMomentum);
    check(
        prior == null || prior.length == centroids,
        String.format(
            "prior needs a number for each of the %d centroids, but has %d",
            centroids, prior == null ? 0 : prior.length));
    positive("learningRate", learningRate);
    notNegative("minLearningRate", minLearningRate);
    share("warmupFraction", warmupFraction);
    notNegative("weightDecay", weightDecay);
    present("momentum", momentum);
    present("finalNorm", finalNorm);
    share("momentum", momentum.start());
    share("momentum", momentum.end());
    notNegative("clipNorm", clipNorm);
    notNegative("frozenPrototypeEpochs", frozenPrototypeEpochs);
    check(
        dataType == DataType.FLOAT || dataType == DataType.DOUBLE,
        "dataType must be FLOAT or DOUBLE (half precision trains to NaN), got " + dataType);
    check(
        (long) epochs * iterationsPerEpoch <= Integer.MAX_VALUE,
        "epochs times iterationsPerEpoch is more than an int holds");
  }

  private static void check(boolean ok, String message) {
    if (!ok) {
      throw new IllegalArgumentException("FLSL configuration: " + message);
    }
  }

  private static void present(String name, Object value) {
    check(value != null, name + " is missing");
  }

  private static void positive(String name, double value) {
    check(value > 0 && Double.isFinite(value), name + " must be positive, got " + value);
  }

  private static void positive(String name, Scheduled value) {
    present(name, value);
    check(value.start() > 0 && value.end() > 0, name + " must be positive, got " + value);
  }

  private static void notNegative(String name, double value) {
    check(value >= 0 && Double.isFinite(value), name + " must not be negative, got " + value);
  }

  private static void notNegative(String name, Scheduled value) {
    present(name, value);
    check(value.start() >= 0 && value.end() >= 0, name + " must not be negative, got " + value);
  }

  private static void share(String name, double value) {
    check(value >= 0 && value <= 1, name + " must lie between 0 and 1, got " + value);
  }

  /** Starts from the paper's values. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from this configuration. */
  public Builder toBuilder() {
    return new Builder()
        .epochs(epochs)
        .iterationsPerEpoch(iterationsPerEpoch)
        .batchSize(batchSize)
        .centroids(centroids)
        .headHidden(headHidden)
        .headBottleneck(headBottleneck)
        .upsilon(upsilon)
        .eta(eta)
        .gamma(gamma)
        .tauSelf(tauSelf)
        .tauCross(tauCross)
        .studentTemperature(studentTemperature)
        .teacherTemperatureStart(teacherTemperatureStart)
        .teacherTemperatureEnd(teacherTemperatureEnd)
        .teacherTemperatureEpochs(teacherTemperatureEpochs)
        .finalNorm(finalNorm)
        .centring(centring)
        .centreMomentum(centreMomentum)
        .prior(prior)
        .learningRate(learningRate)
        .minLearningRate(minLearningRate)
        .warmupFraction(warmupFraction)
        .weightDecay(weightDecay)
        .momentum(momentum)
        .clipNorm(clipNorm)
        .frozenPrototypeEpochs(frozenPrototypeEpochs)
        .seed(seed)
        .dataType(dataType);
  }

  /** All iterations of the training. */
  public int iterations() {
    return epochs * iterationsPerEpoch;
  }

  /** The learning rate by iteration: warm-up, then cosine, scaled with the batch size. */
  public ISchedule learningRateSchedule() {
    return new CosineSchedule(
        learningRate * batchSize / 256, minLearningRate, warmupIterations(), iterations());
  }

  /**
   * Iterations in which the learning rate rises: whole epochs, as published, and a part of the
   * first where the fraction is less than one.
   */
  public int warmupIterations() {
    return warmupEpochs() > 0
        ? warmupEpochs() * iterationsPerEpoch
        : (int) (warmupFraction * iterations());
  }

  private int warmupEpochs() {
    // 0.29 * 100 is a little less than 29 in floating point.
    return (int) (warmupFraction * epochs + 1e-9);
  }

  /** Iterations at the beginning in which the prototypes stand still. */
  public int frozenPrototypeIterations() {
    return (int) Math.min(Integer.MAX_VALUE, (long) frozenPrototypeEpochs * iterationsPerStage());
  }

  /**
   * What the first things of a training are counted in: epochs, as published, and tenths of a
   * training that is too short for it, of fewer than ten epochs and none of them for the warm-up.
   * The first epoch may be all that there is.
   */
  private int iterationsPerStage() {
    return epochs >= STAGES || warmupEpochs() > 0 ? iterationsPerEpoch : iterations() / STAGES;
  }

  /** The teacher's temperature by iteration. */
  public ISchedule teacherTemperatureSchedule() {
    return teacherTemperatureStart == teacherTemperatureEnd
        ? new FixedSchedule(teacherTemperatureEnd)
        : new RampSchedule(
            teacherTemperatureStart,
            teacherTemperatureEnd,
            teacherTemperatureEpochs,
            Math.max(1, iterationsPerStage()));
  }

  /** The teacher's momentum by iteration. */
  public ISchedule momentumSchedule() {
    return momentum.over(iterations());
  }

  /** The weight decay by iteration. */
  public ISchedule weightDecaySchedule() {
    return weightDecay.over(iterations());
  }

  /** Passes over the images. */
  public int epochs() {
    return epochs;
  }

  /** Batches in an epoch. */
  public int iterationsPerEpoch() {
    return iterationsPerEpoch;
  }

  /** Images in a batch. */
  public int batchSize() {
    return batchSize;
  }

  /** Centroids K of the second level. */
  public int centroids() {
    return centroids;
  }

  /** Hidden units of the projection head. */
  public int headHidden() {
    return headHidden;
  }

  /** Width of the projection head's output. */
  public int headBottleneck() {
    return headBottleneck;
  }

  /** Weight of the intra-view term. */
  public Scheduled upsilon() {
    return upsilon;
  }

  /** Weight of the inter-view term. */
  public Scheduled eta() {
    return eta;
  }

  /** Weight of the volume term. */
  public Scheduled gamma() {
    return gamma;
  }

  /** Inverse temperature of the mean shift inside a view. */
  public Scheduled tauSelf() {
    return tauSelf;
  }

  /** Inverse temperature of the mean shift into the teacher's view. */
  public Scheduled tauCross() {
    return tauCross;
  }

  /** Softmax temperature of the student. */
  public Scheduled studentTemperature() {
    return studentTemperature;
  }

  /** Softmax temperature of the teacher in the first epoch. */
  public double teacherTemperatureStart() {
    return teacherTemperatureStart;
  }

  /** Softmax temperature of the teacher after its ramp. */
  public double teacherTemperatureEnd() {
    return teacherTemperatureEnd;
  }

  /** Epochs of the ramp of the teacher's temperature. */
  public int teacherTemperatureEpochs() {
    return teacherTemperatureEpochs;
  }

  /** Where the layer norm after the backbone is applied. */
  public FinalNorm finalNorm() {
    return finalNorm;
  }

  /** Whether the teacher's logits are centred, the alternative to the volume term. */
  public boolean centring() {
    return centring;
  }

  /** Momentum of the centre. */
  public double centreMomentum() {
    return centreMomentum;
  }

  /** What the mean assignment should be. */
  public double[] prior() {
    return prior == null ? null : prior.clone();
  }

  /** Peak learning rate for batches of 256. */
  public double learningRate() {
    return learningRate;
  }

  /** Learning rate at the end. */
  public double minLearningRate() {
    return minLearningRate;
  }

  /** Share of the epochs in which the learning rate rises from zero. */
  public double warmupFraction() {
    return warmupFraction;
  }

  /** Weight decay of matrices. */
  public Scheduled weightDecay() {
    return weightDecay;
  }

  /** Momentum of the teacher. */
  public Scheduled momentum() {
    return momentum;
  }

  /** Norm at which the gradient of each parameter tensor is clipped. */
  public double clipNorm() {
    return clipNorm;
  }

  /** Epochs at the start in which the prototypes do not change. */
  public int frozenPrototypeEpochs() {
    return frozenPrototypeEpochs;
  }

  /** Seed of the initial weights and of all random masks. */
  public long seed() {
    return seed;
  }

  /** Type of all numbers, FLOAT or DOUBLE. */
  public DataType dataType() {
    return dataType;
  }

  /** Builds an {@link FlslConfig}. */
  public static final class Builder {
    private int epochs = 300;
    private int iterationsPerEpoch;
    private int batchSize;
    private int centroids = 4096;
    private int headHidden = 2048;
    private int headBottleneck = 256;
    private Scheduled upsilon = Scheduled.constant(0.03);
    private Scheduled eta = Scheduled.constant(1);
    private Scheduled gamma = Scheduled.constant(5);
    private Scheduled tauSelf = Scheduled.constant(0.1 / Math.sqrt(384));
    private Scheduled tauCross = Scheduled.constant(0.2 / Math.sqrt(384));
    private Scheduled studentTemperature = Scheduled.constant(0.1);
    private double teacherTemperatureStart = 0.04;
    private double teacherTemperatureEnd = 0.07;
    private int teacherTemperatureEpochs = 30;
    private FinalNorm finalNorm = FinalNorm.TOKENS;
    private boolean centring;
    private double centreMomentum = 0.9;
    private double[] prior;
    private double learningRate = 5e-4;
    private double minLearningRate = 1e-6;
    private double warmupFraction = 0.1;
    private Scheduled weightDecay = Scheduled.cosine(0.04, 0.4);
    private Scheduled momentum = Scheduled.cosine(0.996, 1);
    private double clipNorm = 3;
    private int frozenPrototypeEpochs = 1;
    private long seed;
    private DataType dataType = DataType.FLOAT;

    private Builder() {}

    /** Passes over the images; default 300. */
    public Builder epochs(int epochs) {
      this.epochs = epochs;
      return this;
    }

    /** Batches in an epoch; required. */
    public Builder iterationsPerEpoch(int iterationsPerEpoch) {
      this.iterationsPerEpoch = iterationsPerEpoch;
      return this;
    }

    /** Images in a batch; required, the learning rate scales with it. */
    public Builder batchSize(int batchSize) {
      this.batchSize = batchSize;
      return this;
    }

    /** Centroids K of the second level; default 4096. */
    public Builder centroids(int centroids) {
      this.centroids = centroids;
      return this;
    }

    /** Hidden units of the projection head; default 2048. */
    public Builder headHidden(int headHidden) {
      this.headHidden = headHidden;
      return this;
    }

    /** Width of the projection head's output; default 256. */
    public Builder headBottleneck(int headBottleneck) {
      this.headBottleneck = headBottleneck;
      return this;
    }

    /** Weight of the intra-view term; default 0.03. */
    public Builder upsilon(Scheduled upsilon) {
      this.upsilon = upsilon;
      return this;
    }

    /** Weight of the inter-view term; default 1. */
    public Builder eta(Scheduled eta) {
      this.eta = eta;
      return this;
    }

    /** Weight of the volume term; default 5. */
    public Builder gamma(Scheduled gamma) {
      this.gamma = gamma;
      return this;
    }

    /**
     * Inverse temperature of the mean shift inside a view; default 0.1 / sqrt(384), whatever the
     * width.
     */
    public Builder tauSelf(Scheduled tauSelf) {
      this.tauSelf = tauSelf;
      return this;
    }

    /**
     * Inverse temperature of the mean shift into the teacher's view; default 0.2 / sqrt(384).
     * Smaller than tauSelf collapses.
     */
    public Builder tauCross(Scheduled tauCross) {
      this.tauCross = tauCross;
      return this;
    }

    /** Softmax temperature of the student; default 0.1. */
    public Builder studentTemperature(Scheduled studentTemperature) {
      this.studentTemperature = studentTemperature;
      return this;
    }

    /** Softmax temperature of the teacher in the first epoch; default 0.04. */
    public Builder teacherTemperatureStart(double teacherTemperatureStart) {
      this.teacherTemperatureStart = teacherTemperatureStart;
      return this;
    }

    /** Softmax temperature of the teacher after its ramp; default 0.07. */
    public Builder teacherTemperatureEnd(double teacherTemperatureEnd) {
      this.teacherTemperatureEnd = teacherTemperatureEnd;
      return this;
    }

    /**
     * Epochs of the ramp of the teacher's temperature; tenths of a training of fewer than ten
     * epochs; default 30.
     */
    public Builder teacherTemperatureEpochs(int teacherTemperatureEpochs) {
      this.teacherTemperatureEpochs = teacherTemperatureEpochs;
      return this;
    }

    /** Where the layer norm after the backbone is applied; default on tokens. */
    public Builder finalNorm(FinalNorm finalNorm) {
      this.finalNorm = finalNorm;
      return this;
    }

    /**
     * Whether the teacher's logits are centred, the alternative to the volume term; default false.
     */
    public Builder centring(boolean centring) {
      this.centring = centring;
      return this;
    }

    /** Momentum of the centre; default 0.9. */
    public Builder centreMomentum(double centreMomentum) {
      this.centreMomentum = centreMomentum;
      return this;
    }

    /** What the mean assignment should be; null, the default, is uniform. */
    public Builder prior(double[] prior) {
      this.prior = prior;
      return this;
    }

    /** Peak learning rate for batches of 256; it scales with the batch size; default 5e-4. */
    public Builder learningRate(double learningRate) {
      this.learningRate = learningRate;
      return this;
    }

    /** Learning rate at the end; default 1e-6. */
    public Builder minLearningRate(double minLearningRate) {
      this.minLearningRate = minLearningRate;
      return this;
    }

    /**
     * Share of the epochs in which the learning rate rises from zero, whole epochs where it makes
     * at least one; default 0.1.
     */
    public Builder warmupFraction(double warmupFraction) {
      this.warmupFraction = warmupFraction;
      return this;
    }

    /** Weight decay of matrices; default 0.04 to 0.4. */
    public Builder weightDecay(Scheduled weightDecay) {
      this.weightDecay = weightDecay;
      return this;
    }

    /** Momentum of the teacher; default 0.996 to 1. */
    public Builder momentum(Scheduled momentum) {
      this.momentum = momentum;
      return this;
    }

    /** Norm at which the gradient of each parameter tensor is clipped; 0 is never; default 3. */
    public Builder clipNorm(double clipNorm) {
      this.clipNorm = clipNorm;
      return this;
    }

    /**
     * Epochs at the start in which the prototypes do not change; tenths of a training of fewer than
     * ten epochs; default 1.
     */
    public Builder frozenPrototypeEpochs(int frozenPrototypeEpochs) {
      this.frozenPrototypeEpochs = frozenPrototypeEpochs;
      return this;
    }

    /** Seed of the initial weights and of all random masks; default 0. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Type of all numbers, FLOAT or DOUBLE; default FLOAT. */
    public Builder dataType(DataType dataType) {
      this.dataType = dataType;
      return this;
    }

    /**
     * Builds.
     *
     * @throws IllegalArgumentException if a required value is missing or a value is out of range
     */
    public FlslConfig build() {
      return new FlslConfig(this);
    }
  }
}
