package org.flsl.examples.loop;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Measured;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.run.MeasuresCsv;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.settings.Config;
import org.flsl.training.TrainingMemory;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * What the command needs of a training: to take steps, and to write and read its whole state.
 *
 * <p>What a step does depends on the state and the number of the step alone, so that a training
 * that was read back goes on exactly as the one that was written.
 */
public interface Training extends AutoCloseable {

  /** Makes trainings of a kind. */
  interface Factory {

    /** What their runs have in common. */
    RunKind kind();

    /** A training at its beginning. */
    Training begin(Config config, Path images);

    /**
     * A training that goes on from a state written before.
     *
     * @throws org.flsl.examples.command.UserError where the state is not one of this configuration
     */
    Training resume(Config config, Path images, Path checkpoint) throws IOException;

    /** What follows the steps of a training, by names for people, for an epoch of so many steps. */
    Map<String, ISchedule> schedules(Config config, int stepsPerEpoch);
  }

  /** What it trains on. */
  ImageSet images();

  /** Trainable parameters. */
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
  StepFigures next();

  /** Lets a listener of DL4J look on. */
  void observe(TrainingListener listener);

  /** Whether every number of the state is one: neither NaN nor infinite. */
  boolean finite();

  /** What its user can try where one is not, such as {@code a lower --lr}. */
  String remedy();

  /** Channels of the images that it is measured on. */
  default int channels() {
    return 3;
  }

  /**
   * What a benchmark says of its features as they are now; changes nothing that steps depend on.
   * For kinds with {@link RunSettings#MEASURE} among their settings.
   */
  default List<Measured> measured(Benchmark benchmark) {
    throw new UnsupportedOperationException("this kind of training has nothing to measure");
  }

  /** Whether it can tell how well it does on labelled images that are held out for that. */
  default boolean validates() {
    return false;
  }

  /**
   * How well it does on those images as it is now, by names for people, the decisive value first:
   * the larger, the better. Changes nothing that steps depend on.
   */
  default Map<String, Double> validated() {
    throw new UnsupportedOperationException("this kind of training has nothing to validate on");
  }

  /**
   * How well its result does on images that nothing was chosen by, by names for people, the
   * decisive value first, those {@linkplain MeasuresCsv#part of parts} last; empty where there are
   * none. Asked once, at the end.
   *
   * @param result its file
   */
  default Map<String, Double> tested(Path result) {
    return Map.of();
  }

  /** Files so far that turned out not to be readable images. */
  int unreadableImages();

  /** Writes the whole state as a DL4J model zip. */
  void write(OutputStream out) throws IOException;

  /** Writes what is wanted of it in the end, as a DL4J model zip of its own. */
  void export(OutputStream out) throws IOException;

  /**
   * The same of a state that was written before: the best, for kinds that {@linkplain #validates
   * validate}.
   */
  default void export(Path state, OutputStream out) throws IOException {
    throw new UnsupportedOperationException("this kind of training exports its last state only");
  }

  @Override
  void close();
}
