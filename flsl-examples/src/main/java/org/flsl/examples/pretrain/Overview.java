package org.flsl.examples.pretrain;

import java.nio.file.Path;
import java.util.List;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.loop.Plan;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.settings.Config;
import org.flsl.training.FlslConfig;
import org.flsl.views.FileNames;

/**
 * What a run is about to do, for its user to read before it begins and in its summary.
 *
 * @param lines one fact each
 * @param memory that it will need, in bytes
 */
record Overview(List<String> lines, double memory) {

  static Overview of(
      Training training, Plan plan, Config config, Path images, String device, Path run) {
    Setup setup = Setup.of(config);
    int parts = config.get(Settings.ACCUMULATE);
    int workers = config.get(Settings.WORKERS);
    double memory = MemoryEstimate.bytes(training.memory());
    boolean shipped = config.get(Settings.IMAGES) == null;
    return new Overview(
        List.of(
            line("run folder", run),
            line(
                "images",
                "%,d, %s%s"
                    .formatted(
                        training.images().count(),
                        shipped ? "the shipped photos" : FileNames.text(images),
                        leftOut(training.images()))),
            line("network", setup.backbone()),
            line(
                "parameters",
                "%,d in the student, backbone and head".formatted(training.parameters())),
            line(
                "training",
                "epochs: %,d, steps: %,d (%,d an epoch), images a step: %,d"
                        .formatted(plan.epochs(), plan.steps(), plan.stepsPerEpoch(), plan.batch())
                    + (parts == 1 ? "" : ", each in %,d parts".formatted(parts))
                    + (workers == 1 ? "" : ", shared by %,d workers".formatted(workers))),
            line("schedules", beginning(setup.objective(plan.stepsPerEpoch()))),
            line(
                "memory",
                "about %s; this machine has %s"
                    .formatted(
                        MemoryEstimate.words(memory),
                        MemoryEstimate.words(MemoryEstimate.ofThisMachine()))),
            line(
                "device",
                "%s, threads: %s, products in %s"
                    .formatted(
                        device, config.text(Settings.THREADS), config.text(Settings.PRECISION))),
            line("natives", training.nativeBuild().map(NativeBuild::toString).orElse("none")),
            line(
                "begins",
                training.step() == 0
                    ? start(config)
                    : "after step %,d".formatted(training.step()))),
        memory);
  }

  private static String start(Config config) {
    return InitialWeights.file(config)
        .map(file -> "with the weights of %s, the head anew".formatted(FileNames.text(file)))
        .orElse("at the beginning");
  }

  private static String leftOut(ImageSet images) {
    return images.leftOut().isEmpty()
        ? ""
        : System.lineSeparator() + line("left out", images.leftOut());
  }

  /** What short trainings should know: it is a good part of them. */
  private static String beginning(FlslConfig schedules) {
    return "steps in which the learning rate rises: %,d, in which the centroids stand still: %,d"
        .formatted(schedules.warmupIterations(), schedules.frozenPrototypeIterations());
  }

  boolean exceedsMemory() {
    return memory > MemoryEstimate.ofThisMachine();
  }

  @Override
  public String toString() {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  private static String line(String what, Object fact) {
    return "%-12s%s".formatted(what, fact);
  }
}
