package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Measured;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.run.StepFigures;
import org.flsl.training.TrainingMemory;

/** Another training, for a test to change in one point. */
public class ForwardingTraining implements Training {
  private final Training inner;

  public ForwardingTraining(Training inner) {
    this.inner = inner;
  }

  @Override
  public ImageSet images() {
    return inner.images();
  }

  @Override
  public long parameters() {
    return inner.parameters();
  }

  @Override
  public TrainingMemory memory() {
    return inner.memory();
  }

  @Override
  public Optional<NativeBuild> nativeBuild() {
    return inner.nativeBuild();
  }

  @Override
  public int stepsPerEpoch() {
    return inner.stepsPerEpoch();
  }

  @Override
  public long step() {
    return inner.step();
  }

  @Override
  public StepFigures next() {
    return inner.next();
  }

  @Override
  public void observe(TrainingListener listener) {
    inner.observe(listener);
  }

  @Override
  public boolean finite() {
    return inner.finite();
  }

  @Override
  public String remedy() {
    return inner.remedy();
  }

  @Override
  public int channels() {
    return inner.channels();
  }

  @Override
  public List<Measured> measured(Benchmark benchmark) {
    return inner.measured(benchmark);
  }

  @Override
  public int unreadableImages() {
    return inner.unreadableImages();
  }

  @Override
  public void write(OutputStream out) throws IOException {
    inner.write(out);
  }

  @Override
  public void export(OutputStream out) throws IOException {
    inner.export(out);
  }

  @Override
  public void close() {
    inner.close();
  }
}
