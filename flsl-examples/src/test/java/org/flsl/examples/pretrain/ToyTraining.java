package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.RawPixels;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.settings.Config;
import org.flsl.training.StepMetrics;
import org.flsl.training.TrainingMemory;
import org.nd4j.linalg.schedule.ISchedule;

/** A training of a few numbers, for tests of the loop around it: exact, fast, and it can go bad. */
public final class ToyTraining implements Training {
  public static final int STEPS_PER_EPOCH = 4;
  private static final int WEIGHTS = 2000;
  private static final String ENTRY = "weights";

  private final long seed;
  private final int millisPerStep;
  private final long badStep;
  private final double[] weights = new double[WEIGHTS];
  private long step;

  /**
   * @param badStep the step whose loss is NaN; -1 for none
   */
  public ToyTraining(long seed, int millisPerStep, long badStep) {
    this.seed = seed;
    this.millisPerStep = millisPerStep;
    this.badStep = badStep;
  }

  public static ToyTraining quick() {
    return new ToyTraining(0, 0, -1);
  }

  /** Makes trainings that take some time for a step. */
  static class Toys implements Factory {
    private final int millisPerStep;

    Toys(int millisPerStep) {
      this.millisPerStep = millisPerStep;
    }

    @Override
    public RunKind kind() {
      return Pretraining.KIND;
    }

    @Override
    public Map<String, ISchedule> schedules(Config config, int stepsPerEpoch) {
      return new Pretraining().schedules(config, stepsPerEpoch);
    }

    @Override
    public Training begin(Config config, Path images) {
      return new ToyTraining(0, millisPerStep, -1);
    }

    @Override
    public Training resume(Config config, Path images, Path checkpoint) throws IOException {
      ToyTraining training = new ToyTraining(0, millisPerStep, -1);
      training.goOnFrom(checkpoint);
      return training;
    }
  }

  public double[] weights() {
    return weights.clone();
  }

  @Override
  public ImageSet images() {
    return new ImageSet(130, "", "toy");
  }

  @Override
  public long parameters() {
    return WEIGHTS;
  }

  @Override
  public TrainingMemory memory() {
    return new TrainingMemory(1000, 1000);
  }

  @Override
  public Optional<NativeBuild> nativeBuild() {
    return Optional.empty();
  }

  @Override
  public int stepsPerEpoch() {
    return STEPS_PER_EPOCH;
  }

  @Override
  public long step() {
    return step;
  }

  @Override
  public StepFigures next() {
    try {
      if (millisPerStep > 0) {
        System.out.println("toy takes step " + step);
        Thread.sleep(millisPerStep);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    Random random = new Random(31 * seed + step);
    double sum = 0;
    for (int i = 0; i < WEIGHTS; i++) {
      weights[i] = 0.9 * weights[i] + random.nextGaussian();
      sum += Math.abs(weights[i]);
    }
    double loss = step == badStep ? Double.NaN : sum / WEIGHTS;
    step++;
    return Pretraining.told(
        new StepMetrics(
            (int) step - 1,
            (int) (step - 1) / STEPS_PER_EPOCH,
            loss,
            Map.of("intra", loss / 4, "inter", loss / 2, "volume", loss / 8),
            1e-3,
            0.04,
            0.996,
            0.05,
            1,
            2,
            3,
            4,
            0.1));
  }

  @Override
  public void observe(TrainingListener listener) {}

  @Override
  public boolean finite() {
    return true;
  }

  @Override
  public String remedy() {
    return "a lower --lr, a longer --warmup or a smaller --clip";
  }

  @Override
  public int channels() {
    return 3;
  }

  @Override
  public List<Measured> measured(Benchmark benchmark) {
    return benchmark.measure(Candidate.of("toy", new RawPixels(8)));
  }

  @Override
  public int unreadableImages() {
    return 0;
  }

  @Override
  public void write(OutputStream out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + WEIGHTS * Double.BYTES).putLong(step);
    bytes.asDoubleBuffer().put(weights);
    ZipOutputStream zip = new ZipOutputStream(out);
    ZipEntry state = new ZipEntry(ENTRY);
    // The clock's time would make files of equal states differ.
    state.setTime(0);
    zip.putNextEntry(state);
    zip.write(bytes.array());
    zip.finish();
  }

  public static ToyTraining read(Path checkpoint) throws IOException {
    ToyTraining training = quick();
    training.goOnFrom(checkpoint);
    return training;
  }

  void goOnFrom(Path checkpoint) throws IOException {
    try (ZipFile zip = new ZipFile(checkpoint.toFile())) {
      ZipEntry entry = zip.getEntry(ENTRY);
      if (entry == null) {
        throw new UserError(checkpoint + " holds another network");
      }
      ByteBuffer bytes = ByteBuffer.wrap(zip.getInputStream(entry).readAllBytes());
      step = bytes.getLong();
      bytes.asDoubleBuffer().get(weights);
    }
  }

  @Override
  public void export(OutputStream out) throws IOException {
    write(out);
  }

  @Override
  public void close() {}
}
