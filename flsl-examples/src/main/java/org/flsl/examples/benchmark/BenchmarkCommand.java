package org.flsl.examples.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.CommonOptions;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.command.Version;
import org.flsl.examples.run.RunSettings;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.samediff.ProductPrecision;
import org.flsl.layers.vit.VitSize;
import org.flsl.training.FlslConfig;
import org.flsl.training.FlslGraph;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.flsl.views.ViewConfig;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flsl benchmark}: how fast does this machine train, and with how much memory? */
@Command(
    name = "benchmark",
    description = {
      "Times FLSL training steps on this machine and tells the memory they take.",
      "A step is the whole of it: teacher, student, mean shift, heads, loss and update."
    },
    showDefaultValues = true)
public final class BenchmarkCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final Relaunch relaunch;
  private final Map<String, String> environment;

  @Option(names = "--arch", description = "Vision Transformer: ${COMPLETION-CANDIDATES}.")
  private VitSize arch = VitSize.SMALL;

  @Option(names = "--batch", paramLabel = "N", description = "Images per step.")
  private int batch = 4;

  @Option(names = "--patch", paramLabel = "N", description = "Side of a patch in pixels.")
  private int patch = 16;

  @Option(
      names = "--global-size",
      paramLabel = "N",
      description = "Side of teacher and student view in pixels.")
  private int globalSize = 224;

  @Option(names = "--local-size", paramLabel = "N", description = "Side of a local view in pixels.")
  private int localSize = 96;

  @Option(names = "--local-views", paramLabel = "N", description = "Local views per image.")
  private int localViews = 2;

  @Option(names = "--centroids", paramLabel = "N", description = "Number of centroids.")
  private int centroids = 4096;

  @Option(
      names = "--images",
      paramLabel = "FOLDER",
      description = "Load and augment these images while training; otherwise noise is trained on.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  private Path images;

  @Option(names = "--warmup", paramLabel = "N", description = "Steps before the clock starts.")
  private int warmup = 5;

  @Option(names = "--steps", paramLabel = "N", description = "Steps that are timed.")
  private int steps = 20;

  @Option(
      names = "--precision",
      description = "Numbers in which layers multiply: ${COMPLETION-CANDIDATES}.")
  private Precision precision = Precision.FLOAT32;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the training; 0: OMP_NUM_THREADS, or one per core.")
  private int threads;

  @Mixin private CommonOptions common;

  private BenchmarkCommand(Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    this.terminal = terminal;
    this.relaunch = relaunch;
    this.environment = environment;
  }

  /**
   * The command.
   *
   * @param relaunch gets the native library what it needs in the environment
   * @param environment that of this process
   */
  public static CommandLine commandLine(
      Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    CommandLine line = new CommandLine(new BenchmarkCommand(terminal, relaunch, environment));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  @Override
  public Integer call() throws IOException {
    common.startLogs(terminal);
    Workload work = workload();
    OptionalInt elsewhere = relaunch.with(nativeEnvironment());
    if (elsewhere.isPresent()) {
      return elsewhere.getAsInt();
    }
    terminal.plain(
        "ViT-%s/%d, batch %d, %d px global and %d x %d px local views, %d + %d steps"
            .formatted(
                arch.name().toLowerCase(Locale.ROOT),
                patch,
                batch,
                globalSize,
                localViews,
                localSize,
                warmup,
                steps));
    try (MultiViewIterator photos = images == null ? null : photos(work)) {
      terminal.plain(measure(work, photos == null ? noise(work) : () -> next(photos)).toString());
    }
    return 0;
  }

  private Workload workload() {
    UserError.requireAtLeast(1, "--batch", batch);
    UserError.requireAtLeast(1, "--patch", patch);
    UserError.requireAtLeast(1, "--global-size", globalSize);
    UserError.requireAtLeast(1, "--local-size", localSize);
    UserError.requireAtLeast(0, "--local-views", localViews);
    UserError.requireAtLeast(2, "--centroids", centroids);
    UserError.requireAtLeast(0, "--warmup", warmup);
    UserError.requireAtLeast(1, "--steps", steps);
    UserError.requireAtLeast(0, "--threads", threads);
    if (threads > RunSettings.MOST_THREADS) {
      throw new UserError(
          "--threads takes at most %d, got %d".formatted(RunSettings.MOST_THREADS, threads));
    }
    try {
      ViewConfig views =
          ViewConfig.builder()
              .patch(patch)
              .globalSize(globalSize)
              .localSize(localSize)
              .localViews(localViews)
              .build();
      FlslConfig objective =
          FlslConfig.builder()
              .centroids(centroids)
              .precision(precision)
              .batchSize(batch)
              .iterationsPerEpoch(warmup + steps)
              .build();
      return new Workload(arch.shape(patch, globalSize), views, batch, objective);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private Map<String, String> nativeEnvironment() {
    return threads > 0
        ? NativeEnvironment.environment(environment, String.valueOf(threads))
        : NativeEnvironment.environment(environment);
  }

  private MultiViewIterator photos(Workload work) throws IOException {
    try {
      return MultiViewIterator.builder()
          .images(ImageFolder.scan(images))
          .views(work.views())
          .batchSize(batch)
          .build();
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static Supplier<MultiDataSet> noise(Workload work) {
    MultiDataSet batch = new RandomViews(work.views(), work.batch(), 1).next();
    return () -> batch;
  }

  private static MultiDataSet next(MultiViewIterator photos) {
    if (!photos.hasNext()) {
      photos.reset();
    }
    return photos.next();
  }

  private void requirePrecision() {
    try {
      ProductPrecision.require(precision);
    } catch (UnsupportedOperationException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private StepReport measure(Workload work, Supplier<MultiDataSet> batches) {
    NativeBuild.load(terminal);
    requirePrecision();
    ComputationGraph graph = work.program().init();
    try {
      Timing timing = Timing.of(warmup, steps, () -> graph.fit(batches.get()));
      return new StepReport(
          timing,
          batch,
          StepFlops.flslStep(work),
          FlslGraph.studentParameters(graph),
          PeakMemory.bytes(),
          environment.getOrDefault("OMP_NUM_THREADS", "not set"),
          NativeBuild.loaded().map(NativeBuild::toString).orElse("unknown"),
          Version.kernels(precision),
          environment.get("OMP_WAIT_POLICY"));
    } finally {
      graph.close();
    }
  }
}
