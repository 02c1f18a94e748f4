package org.flsl.examples.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.flsl.evaluation.Measure;
import org.flsl.examples.command.Device;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Kind;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Setting.Section;

/**
 * The settings that run folder and training loop know, whatever is trained.
 *
 * <p>A kind of training has them among its own, with defaults of its own where it wants.
 */
public final class RunSettings {
  /** Of some more OpenMP's libraries die without a word. */
  public static final int MOST_THREADS = 1024;

  public static final Setting<Path> IMAGES =
      Setting.practical(
          Section.DATA,
          "images",
          Kind.path("FOLDER"),
          null,
          "Folder of images, or of tar files of them, searched with its subfolders; auto: the shipped photos.");
  public static final Setting<Integer> BATCH =
      Setting.of(Section.DATA, "batch", Kind.whole(1), 64, "Images per training step.");
  public static final Setting<Integer> ACCUMULATE =
      Setting.of(
          Section.DATA,
          "accumulate",
          Kind.whole(1),
          1,
          "Compute each step in this many parts of batch / N images, one after the other, for a"
              + " batch larger than the memory; the result is that of the whole batch, for one more"
              + " forward pass.");
  public static final Setting<Integer> WORKERS =
      Setting.of(
          Section.DATA,
          "workers",
          Kind.whole(1),
          1,
          "Share each step among so many workers, each with batch / N images, which then take the"
              + " mean of what they have learned: one for each GPU or socket of this machine; see"
              + " docs/scale.md.");
  public static final Setting<Integer> AVERAGE_EVERY =
      Setting.of(
          Section.DATA,
          "average-every",
          Kind.whole(1),
          1,
          "Let the workers take so many steps each by itself before the mean.");
  public static final Setting<String> SPARK =
      Setting.practical(
          Section.DATA,
          "spark",
          Kind.name("MASTER_URL"),
          null,
          "Let the workers be tasks of this Spark cluster, such as spark://HOST:7077; auto: threads"
              + " of this process.");
  public static final Setting<Integer> EPOCHS =
      Setting.of(Section.TRAINING, "epochs", Kind.whole(1), 1, "Times that each image is seen.");
  public static final Setting<Double> MINUTES =
      Setting.of(
          Section.TRAINING,
          "minutes",
          Kind.number(Double.MIN_NORMAL, Double.MAX_VALUE),
          null,
          "Train for about this long instead: a few steps are timed, then epochs is set to what"
              + " fits.");
  public static final Setting<Integer> STEPS_PER_EPOCH =
      Setting.of(
          Section.TRAINING,
          "steps-per-epoch",
          Kind.whole(1),
          null,
          "Steps that count as an epoch; auto: as many as the images fill batches.");
  public static final Setting<Path> OUT =
      Setting.place(
          Section.RUN,
          "out",
          Kind.path("FOLDER"),
          null,
          "Run folder; auto: the next number in runs.");
  public static final Setting<Device> DEVICE =
      Setting.of(
          Section.RUN,
          "device",
          Kind.choice(Device.class),
          Device.AUTO,
          "auto: what this build is for.");
  public static final Setting<Integer> THREADS =
      Setting.of(
          Section.RUN,
          "threads",
          Kind.whole(1, MOST_THREADS),
          null,
          "Threads of the training; auto: OMP_NUM_THREADS, or one per core.");
  public static final Setting<Integer> SAVE_EPOCHS =
      Setting.practical(
          Section.RUN,
          "save-epochs",
          Kind.whole(1),
          1,
          "Save a checkpoint after this many epochs.");
  public static final Setting<Double> SAVE_MINUTES =
      Setting.practical(
          Section.RUN,
          "save-minutes",
          Kind.number(Double.MIN_NORMAL, Double.MAX_VALUE),
          10.0,
          "Save one in the middle of an epoch too, when the last is this old.");
  public static final Setting<Integer> KEEP =
      Setting.practical(
          Section.RUN, "keep", Kind.whole(1), 2, "Checkpoints to keep, besides the best one.");
  public static final Setting<List<Measure>> MEASURE =
      Setting.practical(
          Section.RUN,
          "measure",
          Kind.named(Measure.known()),
          null,
          "Measure the features while they are trained, for measures.csv and the report, by any of "
              + Measure.known().stream().map(Measure::name).collect(Collectors.joining(", "))
              + " (eval NAME --help says what each needs); auto: by none.");
  public static final Setting<Integer> MEASURE_EVERY =
      Setting.practical(
          Section.RUN,
          "measure-every",
          Kind.whole(1),
          1,
          "Measure after this many epochs; also before the first and after the last.");
  public static final Setting<Path> MEASURE_IMAGES =
      Setting.practical(
          Section.RUN,
          "measure-images",
          Kind.path("FOLDER"),
          null,
          "The folder to measure on; auto: the images that are trained on.");
  public static final Setting<List<Integer>> MEASURE_IGNORED =
      Setting.practical(
          Section.RUN,
          "measure-ignored",
          Kind.labels(),
          List.of(255),
          "Labels of masks that do not count when measuring.");

  public static final Setting<Integer> PATIENCE =
      Setting.practical(
          Section.TRAINING,
          "patience",
          Kind.whole(1),
          null,
          "Stop when the validation has not become better for this many epochs; auto: never.");

  /** Those that change the result, and that a resumed run may change all the same: it says so. */
  private static final List<Setting<?>> CONTINUED = List.of(EPOCHS, THREADS, ACCUMULATE);

  private RunSettings() {}

  /** Whether a resumed run has to have the value that its weights were trained with. */
  static boolean isFixed(Setting<?> setting) {
    return setting.changesResult() && !CONTINUED.contains(setting);
  }

  /** Whether a resumed run has to be told nothing of a setting. */
  public static boolean isKept(Setting<?> setting) {
    return isFixed(setting) || setting.equals(MINUTES) || setting.equals(OUT);
  }

  /**
   * A configuration that settings of some names are about to be laid over: epochs that those count
   * win over its minutes.
   */
  public static Config under(Set<String> names, Config config) {
    return names.contains(EPOCHS.toString()) ? config.with(MINUTES, null) : config;
  }

  /** A configuration with what flags say, by setting. */
  public static Config withFlags(Config config, Map<Setting<?>, String> flags) {
    Set<String> names = flags.keySet().stream().map(Setting::toString).collect(Collectors.toSet());
    Config told = under(names, config);
    for (Map.Entry<Setting<?>, String> flag : flags.entrySet()) {
      told = told.with(flag.getKey(), flag.getValue(), "--" + flag.getKey());
    }
    return told;
  }

  /**
   * Refuses to go on with a run whose images or labels are not where they were: the user, who has
   * named no path, is told where the path comes from.
   *
   * @param given that the user names anew
   */
  public static void requireData(Config config, Set<Setting<?>> given, Path run) {
    config.schema().settings().stream()
        .filter(setting -> setting.section() == Section.DATA && !isKept(setting))
        .filter(setting -> !given.contains(setting))
        .forEach(
            setting -> {
              if (config.get(setting) instanceof Path place) {
                requireThere(setting, place, run);
              }
            });
  }

  /** Refuses what a run was trained on where it is not there any more. */
  public static void requireThere(Setting<?> setting, Path place, Path run) {
    if (!Files.exists(place)) {
      throw new UserError(
          "the training in %s took its %s from %s, which does not exist any more: name a copy of them with --%s"
              .formatted(run, setting, place, setting));
    }
  }

  /** Threads that a configuration trains with: its own, or OMP_NUM_THREADS, or one per core. */
  public static Config withThreads(Config config, String ompNumThreads) {
    if (config.get(THREADS) != null) {
      return config;
    }
    int threads =
        ompNumThreads == null
            ? Runtime.getRuntime().availableProcessors()
            : THREADS.read(ompNumThreads, "the environment variable OMP_NUM_THREADS");
    return config.with(THREADS, threads);
  }
}
