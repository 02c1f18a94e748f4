package org.flsl.examples.pretrain;

import static org.flsl.examples.pretrain.Setting.Section.DATA;
import static org.flsl.examples.pretrain.Setting.Section.NETWORK;
import static org.flsl.examples.pretrain.Setting.Section.OBJECTIVE;
import static org.flsl.examples.pretrain.Setting.Section.RUN;
import static org.flsl.examples.pretrain.Setting.Section.TRAINING;
import static org.flsl.examples.pretrain.Setting.Section.VIEWS;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.flsl.examples.Architecture;
import org.flsl.examples.Spelling;
import org.flsl.examples.UserError;
import org.flsl.layers.vit.Positions;
import org.flsl.training.FinalNorm;

/** Every setting of a pretraining run; the defaults are those of the paper and its code. */
public final class Settings {
  private static final double ANY = Double.MAX_VALUE;

  /** Smaller than any useful value, so that "greater than 0" is a closed bound like the others. */
  private static final double POSITIVE = Double.MIN_NORMAL;

  // The paper scales by the width of ViT-S, whatever the width.
  private static final double ROOT_OF_384 = Math.sqrt(384);

  /** Where to compute. */
  public enum Device {
    AUTO,
    CPU,
    CUDA
  }

  public static final Setting<Path> IMAGES =
      Setting.practical(
          DATA,
          "images",
          Kind.path("FOLDER"),
          null,
          "Folder of images, searched with its subfolders; auto: the shipped photos.");
  public static final Setting<Integer> BATCH =
      Setting.of(
          DATA,
          "batch",
          Kind.whole(1),
          64,
          "Images per training step; see accumulate where they do not fit into memory.");
  public static final Setting<Integer> ACCUMULATE =
      Setting.of(
          DATA,
          "accumulate",
          Kind.whole(1),
          1,
          "Compute each step in this many parts of batch / N images, one after the other, for a batch"
              + " larger than the memory; the result is that of the whole batch, for one more forward"
              + " pass.");
  public static final Setting<Integer> CHANNELS =
      Setting.of(
          DATA,
          "channels",
          Kind.whole(1),
          3,
          "Channels of the images: 3 for colours, 1 for grey, to which photos are converted; other"
              + " numbers need files that have as many.");
  public static final Setting<List<Double>> MEAN =
      Setting.of(
          DATA,
          "mean",
          Kind.numbers(-ANY, ANY),
          null,
          "Mean of each channel, subtracted from values of 0 to 1; auto: ImageNet's, or 0.449.");
  public static final Setting<List<Double>> STD =
      Setting.of(
          DATA,
          "std",
          Kind.numbers(POSITIVE, ANY),
          null,
          "Standard deviation of each channel, divided by; auto: ImageNet's, or 0.226.");
  public static final Setting<Integer> LOADERS =
      Setting.practical(
          DATA,
          "loaders",
          Kind.whole(1),
          null,
          "Threads that decode and augment images ahead of the training; auto: one per core.");

  public static final Setting<Architecture> ARCH =
      Setting.of(
          NETWORK,
          "arch",
          Kind.choice(Architecture.class),
          Architecture.SMALL,
          "Vision Transformer: tiny is 192 wide with 3 heads, small 384 with 6, base 768 with 12.");
  public static final Setting<Integer> PATCH =
      Setting.of(NETWORK, "patch", Kind.whole(1), 16, "Side of a patch in pixels.");
  public static final Setting<Integer> WIDTH =
      Setting.of(NETWORK, "width", Kind.whole(1), null, "Width of the tokens; auto: by arch.");
  public static final Setting<Integer> DEPTH =
      Setting.of(NETWORK, "depth", Kind.whole(1), null, "Number of blocks; auto: by arch, 12.");
  public static final Setting<Integer> HEADS =
      Setting.of(NETWORK, "heads", Kind.whole(1), null, "Attention heads; auto: by arch.");
  public static final Setting<Double> MLP_RATIO =
      Setting.of(
          NETWORK,
          "mlp-ratio",
          Kind.number(POSITIVE, ANY),
          4.0,
          "Hidden width of a block's MLP, as a multiple of the width.");
  public static final Setting<Double> DROP_PATH =
      Setting.of(
          NETWORK,
          "drop-path",
          Kind.number(0, 0.999),
          0.1,
          "Probability of skipping the last block; earlier blocks in proportion.");
  public static final Setting<Double> DROPOUT =
      Setting.of(NETWORK, "dropout", Kind.number(0, 0.999), 0.0, "Dropout in attention and MLP.");
  public static final Setting<Positions> POSITIONS =
      Setting.of(
          NETWORK,
          "positions",
          Kind.choice(Positions.class),
          Positions.SINCOS,
          "Position embedding: fixed 2-D sine and cosine, or learned.");

  public static final Setting<Integer> GLOBAL_SIZE =
      Setting.of(
          VIEWS, "global-size", Kind.whole(1), 224, "Side of teacher and student view in pixels.");
  public static final Setting<Integer> LOCAL_SIZE =
      Setting.of(VIEWS, "local-size", Kind.whole(1), 96, "Side of a local view in pixels.");
  public static final Setting<Integer> LOCAL_VIEWS =
      Setting.of(VIEWS, "local-views", Kind.whole(0), 2, "Local views per image.");
  public static final Setting<Span> TEACHER_SCALE =
      Setting.of(
          VIEWS,
          "teacher-scale",
          Kind.range(POSITIVE, 1),
          new Span(0.8, 1),
          "Share of the image that the teacher view covers.");
  public static final Setting<Span> STUDENT_SCALE =
      Setting.of(
          VIEWS,
          "student-scale",
          Kind.range(POSITIVE, 1),
          new Span(0.5, 1),
          "Share of the teacher view that the student view covers.");
  public static final Setting<Span> LOCAL_SCALE =
      Setting.of(
          VIEWS,
          "local-scale",
          Kind.range(POSITIVE, 1),
          new Span(0.05, 0.4),
          "Share of the teacher view that a local view covers.");
  public static final Setting<Integer> GLOBAL_WINDOW =
      Setting.of(
          VIEWS,
          "global-window",
          Kind.whole(1),
          3,
          "One query per window of this many tokens squared in the student view.");
  public static final Setting<Integer> LOCAL_WINDOW =
      Setting.of(VIEWS, "local-window", Kind.whole(1), 2, "The same in a local view.");
  public static final Setting<Boolean> RANDOM_QUERIES =
      Setting.of(
          VIEWS,
          "random-queries",
          Kind.yesOrNo(),
          false,
          "Query anywhere in its window; no: always the window's first token.");
  public static final Setting<Double> JITTER =
      Setting.of(
          VIEWS, "jitter", Kind.number(0, 1), 0.8, "How often a view's colours are changed.");
  public static final Setting<Double> GREY =
      Setting.of(VIEWS, "grey", Kind.number(0, 1), 0.2, "How often a view loses its colours.");
  public static final Setting<Double> SOLARISE =
      Setting.of(
          VIEWS,
          "solarise",
          Kind.number(0, 1),
          0.2,
          "How often a view that is not in the blurred half is solarised.");
  public static final Setting<Double> COLOUR_STRENGTH =
      Setting.of(
          VIEWS,
          "colour-strength",
          Kind.number(0, 2.5),
          1.0,
          "How much colours change: times 0.4 brightness and contrast, 0.2 saturation, 0.1 hue.");
  public static final Setting<Span> BLUR_RADIUS =
      Setting.of(
          VIEWS,
          "blur-radius",
          Kind.range(0, 100),
          new Span(0.1, 2),
          "Radius of the blur in pixels, 0 for none; the default is made for views of 224.");

  public static final Setting<Span> UPSILON =
      Setting.of(
          OBJECTIVE,
          "upsilon",
          Kind.span(0, ANY),
          Span.of(0.03),
          "Weight of the intra-view term (mean shift); A..B: from start to end of the training.");
  public static final Setting<Span> ETA =
      Setting.of(
          OBJECTIVE,
          "eta",
          Kind.span(0, ANY),
          Span.of(1),
          "Weight of the inter-view term (k-means).");
  public static final Setting<Span> GAMMA =
      Setting.of(
          OBJECTIVE,
          "gamma",
          Kind.span(0, ANY),
          Span.of(5),
          "Weight of the volume term, which keeps the centroids in use.");
  public static final Setting<Integer> CENTROIDS =
      Setting.of(OBJECTIVE, "centroids", Kind.whole(2), 4096, "Number of centroids.");
  public static final Setting<Integer> HEAD_HIDDEN =
      Setting.of(
          OBJECTIVE, "head-hidden", Kind.whole(1), 2048, "Hidden width of the projection head.");
  public static final Setting<Integer> HEAD_BOTTLENECK =
      Setting.of(
          OBJECTIVE, "head-bottleneck", Kind.whole(1), 256, "Width in front of the centroids.");
  public static final Setting<Span> STUDENT_TEMPERATURE =
      Setting.of(
          OBJECTIVE,
          "student-temperature",
          Kind.span(POSITIVE, ANY),
          Span.of(0.1),
          "Temperature of the student's assignment.");
  public static final Setting<Span> TEACHER_TEMPERATURE =
      Setting.of(
          OBJECTIVE,
          "teacher-temperature",
          Kind.span(POSITIVE, ANY),
          new Span(0.04, 0.07),
          "Temperature of the teacher's assignment.");
  public static final Setting<Integer> TEACHER_TEMPERATURE_EPOCHS =
      Setting.of(
          OBJECTIVE,
          "teacher-temperature-epochs",
          Kind.whole(0),
          30,
          "Epochs over which the teacher's temperature moves from start to end; tenths of a training"
              + " of fewer than ten.");
  public static final Setting<Span> TAU_SA =
      Setting.of(
          OBJECTIVE,
          "tau-sa",
          Kind.span(POSITIVE, ANY),
          Span.of(0.1 / ROOT_OF_384),
          "Inverse temperature of the mean shift in the student's view (0.1 / sqrt 384).");
  public static final Setting<Span> TAU_CA =
      Setting.of(
          OBJECTIVE,
          "tau-ca",
          Kind.span(POSITIVE, ANY),
          Span.of(0.2 / ROOT_OF_384),
          "Inverse temperature of the mean shift into the teacher's view (0.2 / sqrt 384); below"
              + " tau-sa the training collapses.");
  public static final Setting<Boolean> CENTRING =
      Setting.of(
          OBJECTIVE,
          "centring",
          Kind.yesOrNo(),
          false,
          "Centre the teacher's logits, the alternative to the volume term.");
  public static final Setting<FinalNorm> FINAL_NORM =
      Setting.of(
          OBJECTIVE,
          "final-norm",
          Kind.choice(FinalNorm.class),
          FinalNorm.TOKENS,
          "Where the layer norm after the backbone stands: on tokens, on modes, or nowhere.");
  public static final Setting<Path> PREVIOUS =
      Setting.of(
          OBJECTIVE,
          "previous",
          Kind.path("FILE"),
          null,
          "The backbone.zip of an earlier run, to guide this one (multi-stage); auto: none.");
  public static final Setting<Double> PREVIOUS_BIAS =
      Setting.of(
          OBJECTIVE,
          "previous-bias",
          Kind.number(0, 1),
          0.0,
          "How much of that guidance is left at the end of the training.");

  public static final Setting<Integer> EPOCHS =
      Setting.of(TRAINING, "epochs", Kind.whole(1), 300, "Times that each image is seen.");
  public static final Setting<Double> MINUTES =
      Setting.of(
          TRAINING,
          "minutes",
          Kind.number(POSITIVE, ANY),
          null,
          "Train for about this long instead: a few steps are timed, then epochs is set to what"
              + " fits.");
  public static final Setting<Integer> STEPS_PER_EPOCH =
      Setting.of(
          TRAINING,
          "steps-per-epoch",
          Kind.whole(1),
          null,
          "Steps that count as an epoch; auto: as many as the images fill batches.");
  public static final Setting<Double> LEARNING_RATE =
      Setting.of(
          TRAINING,
          "lr",
          Kind.number(POSITIVE, ANY),
          5e-4,
          "Peak learning rate for 256 images per step; scaled by batch / 256.");
  public static final Setting<Double> MIN_LEARNING_RATE =
      Setting.of(
          TRAINING, "min-lr", Kind.number(0, ANY), 1e-6, "Learning rate at the end (cosine).");
  public static final Setting<Double> WARMUP =
      Setting.of(
          TRAINING,
          "warmup",
          Kind.number(0, 1),
          0.1,
          "Share of the epochs in which the learning rate rises.");
  public static final Setting<Span> WEIGHT_DECAY =
      Setting.of(
          TRAINING,
          "weight-decay",
          Kind.span(0, ANY),
          new Span(0.04, 0.4),
          "Weight decay of matrices at start and end (cosine).");
  public static final Setting<Span> MOMENTUM =
      Setting.of(
          TRAINING,
          "momentum",
          Kind.span(0, 1),
          new Span(0.996, 1),
          "Momentum of the teacher at start and end (cosine).");
  public static final Setting<Double> CLIP =
      Setting.of(
          TRAINING,
          "clip",
          Kind.number(0, ANY),
          3.0,
          "Largest gradient norm of each parameter tensor; 0: no clipping.");
  public static final Setting<Integer> FREEZE_LAST_LAYER =
      Setting.of(
          TRAINING,
          "freeze-last-layer",
          Kind.whole(0),
          1,
          "Epochs at the start in which the centroids stand still; tenths of a training of fewer"
              + " than ten.");
  public static final Setting<Long> SEED =
      Setting.of(TRAINING, "seed", Kind.seed(), 1L, "Seed of every random choice.");

  public static final Setting<Path> OUT =
      Setting.practical(
          RUN, "out", Kind.path("FOLDER"), null, "Run folder; auto: the next runs/pretrain-N.");
  public static final Setting<Device> DEVICE =
      Setting.of(
          RUN, "device", Kind.choice(Device.class), Device.AUTO, "auto: what this build is for.");
  public static final Setting<Integer> THREADS =
      Setting.of(
          RUN,
          "threads",
          Kind.whole(1),
          null,
          "Threads of the training; auto: OMP_NUM_THREADS, or one per core.");
  public static final Setting<Integer> SAVE_EPOCHS =
      Setting.practical(
          RUN, "save-epochs", Kind.whole(1), 1, "Save a checkpoint after this many epochs.");
  public static final Setting<Double> SAVE_MINUTES =
      Setting.practical(
          RUN,
          "save-minutes",
          Kind.number(POSITIVE, ANY),
          10.0,
          "Save one in the middle of an epoch too, when the last is this old.");
  public static final Setting<Integer> KEEP =
      Setting.practical(
          RUN, "keep", Kind.whole(1), 2, "Checkpoints to keep, besides the best one.");

  /** All of them, in the order in which help and files list them. */
  public static final List<Setting<?>> ALL =
      List.of(
          IMAGES,
          BATCH,
          ACCUMULATE,
          CHANNELS,
          MEAN,
          STD,
          LOADERS,
          ARCH,
          PATCH,
          WIDTH,
          DEPTH,
          HEADS,
          MLP_RATIO,
          DROP_PATH,
          DROPOUT,
          POSITIONS,
          GLOBAL_SIZE,
          LOCAL_SIZE,
          LOCAL_VIEWS,
          TEACHER_SCALE,
          STUDENT_SCALE,
          LOCAL_SCALE,
          GLOBAL_WINDOW,
          LOCAL_WINDOW,
          RANDOM_QUERIES,
          JITTER,
          GREY,
          SOLARISE,
          COLOUR_STRENGTH,
          BLUR_RADIUS,
          UPSILON,
          ETA,
          GAMMA,
          CENTROIDS,
          HEAD_HIDDEN,
          HEAD_BOTTLENECK,
          STUDENT_TEMPERATURE,
          TEACHER_TEMPERATURE,
          TEACHER_TEMPERATURE_EPOCHS,
          TAU_SA,
          TAU_CA,
          CENTRING,
          FINAL_NORM,
          PREVIOUS,
          PREVIOUS_BIAS,
          EPOCHS,
          MINUTES,
          STEPS_PER_EPOCH,
          LEARNING_RATE,
          MIN_LEARNING_RATE,
          WARMUP,
          WEIGHT_DECAY,
          MOMENTUM,
          CLIP,
          FREEZE_LAST_LAYER,
          SEED,
          OUT,
          DEVICE,
          THREADS,
          SAVE_EPOCHS,
          SAVE_MINUTES,
          KEEP);

  /** Those that change the result, and that a resumed run may change all the same: it says so. */
  static final List<Setting<?>> CONTINUED = List.of(EPOCHS, THREADS, ACCUMULATE);

  private static final List<String> NAMES = ALL.stream().map(Setting::name).toList();

  private Settings() {}

  /** The setting of that name. */
  public static Optional<Setting<?>> find(String name) {
    return ALL.stream().filter(setting -> setting.name().equals(name)).findFirst();
  }

  /**
   * The setting of a name that a user wrote.
   *
   * @param where stands in front of the error
   * @throws UserError where there is none, with the name that was perhaps meant
   */
  public static Setting<?> named(String name, String where) {
    return find(name)
        .orElseThrow(
            () ->
                new UserError(
                    where
                        + "there is no setting '"
                        + name
                        + "'; "
                        + Spelling.advice(name, NAMES)
                            .orElse("./flsl pretrain --help lists the settings")));
  }
}
