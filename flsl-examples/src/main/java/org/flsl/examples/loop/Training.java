package org.flsl.examples.loop;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Measured;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.pretrain.PretrainConfig;
import org.flsl.training.StepMetrics;
import org.flsl.training.TrainingMemory;

/**
 * What the command needs of a training: to take steps, and to write and read its whole state.
 *
 * <p>What a step does depends on the state and the number of the step alone, so that a training
 * that was read back goes on exactly as the one that was written.
 */
public interface Training extends AutoCloseable {

  /** Makes trainings. */
  interface Factory {

    /** A training at its beginning. */
    Training begin(PretrainConfig config, Path images);

    /**
     * A training that goes on from a state written before.
     *
     * @throws org.flsl.examples.command.UserError where the state is not one of this configuration
     */
    Training resume(PretrainConfig config, Path images, Path checkpoint) throws IOException;
  }

  /** Images found in the folder. */
  int images();

  /** What lies in the folder beside the images, in words; empty if nothing. */
  default String leftOut() {
    return "";
  }

  /** Tells sets of images apart, wherever their folder lies. */
  String imagesFingerprint();

  /** Trainable parameters of the student: backbone and head. */
  long parameters();

  /** Memory that its numbers take. */
  TrainingMemory memory();

  /** The native library that it computes with; empty where that is not known. */
  Optional<NativeBuild> nativeBuild();

  /** Steps that make an epoch. */
  int stepsPerEpoch();

  /** Steps taken so far. */
  long step();

  /** Takes one step. */
  StepMetrics next();

  /** Lets a listener of DL4J look on. */
  void observe(TrainingListener listener);

  /** Whether every number of the state is one: neither NaN nor infinite. */
  boolean finite();

  /** What a benchmark says of its features as they are now; changes nothing that steps depend on. */
  List<Measured> measured(Benchmark benchmark);

  /** Files so far that turned out not to be readable images. */
  int unreadableImages();

  /** Writes the whole state as a DL4J model zip. */
  void write(OutputStream out) throws IOException;

  /** Writes the teacher's backbone as a DL4J model zip of its own. */
  void exportBackbone(OutputStream out) throws IOException;

  @Override
  void close();
}
