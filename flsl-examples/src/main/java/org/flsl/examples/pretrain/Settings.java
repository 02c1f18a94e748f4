package org.flsl.examples.pretrain;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.Device;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Kind;
import org.flsl.examples.settings.Schema;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Setting.Section;
import org.flsl.examples.settings.Setting.Target;
import org.flsl.examples.settings.Span;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.vit.Architecture;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.vit.VitSize;
import org.flsl.losses.LossTerm;
import org.flsl.schedules.Scheduled;
import org.flsl.training.CrossQuery;
import org.flsl.training.FinalNorm;
import org.flsl.training.FlslConfig;
import org.flsl.views.ViewConfig;

/** Every setting of a pretraining run; the defaults are those of the paper and its code. */
public final class Settings {
  private static final double ANY = Double.MAX_VALUE;

  /** Smaller than any useful value, so that "greater than 0" is a closed bound like the others. */
  private static final double POSITIVE = Double.MIN_NORMAL;

  // What the libraries have where nothing is said.
  private static final VitConfig VIT = VitConfig.builder().build();
  private static final ViewConfig PAPER_VIEWS = ViewConfig.paper();
  private static final FlslConfig FLSL =
      FlslConfig.builder().iterationsPerEpoch(1).batchSize(1).build();

  private static final List<Setting<?>> DECLARED = new ArrayList<>();
  private static final Group DATA = new Group(Section.DATA);
  private static final Group NETWORK = new Group(Section.NETWORK);
  private static final Group VIEWS = new Group(Section.VIEWS);
  private static final Group OBJECTIVE = new Group(Section.OBJECTIVE);
  private static final Group TRAINING = new Group(Section.TRAINING);

  /** Takes down what is declared under a heading. */
  private record Group(Section section) {
    @SafeVarargs
    @SuppressWarnings("varargs") // they are only read
    final <T> Setting<T> setting(
        String name, Kind<T> kind, T defaultValue, String description, Target<T>... targets) {
      return declared(
          Setting.of(section, name, kind, defaultValue, description).into(List.of(targets)));
    }

    <T> Setting<T> practical(String name, Kind<T> kind, T defaultValue, String description) {
      return declared(Setting.practical(section, name, kind, defaultValue, description));
    }
  }

  private static <T> Target<T> vit(BiConsumer<VitConfig.Builder, T> setter) {
    return Target.of(VitConfig.Builder.class, setter);
  }

  private static <T> Target<T> views(BiConsumer<ViewConfig.Builder, T> setter) {
    return Target.of(ViewConfig.Builder.class, setter);
  }

  private static <T> Target<T> flsl(BiConsumer<FlslConfig.Builder, T> setter) {
    return Target.of(FlslConfig.Builder.class, setter);
  }

  private static <T> Setting<T> declared(Setting<T> setting) {
    DECLARED.add(setting);
    return setting;
  }

  public static final Setting<Path> IMAGES = declared(RunSettings.IMAGES);
  public static final Setting<Integer> BATCH = declared(RunSettings.BATCH);
  public static final Setting<Integer> ACCUMULATE = declared(RunSettings.ACCUMULATE);
  public static final Setting<Integer> WORKERS = declared(RunSettings.WORKERS);
  public static final Setting<Integer> AVERAGE_EVERY = declared(RunSettings.AVERAGE_EVERY);
  public static final Setting<String> SPARK = declared(RunSettings.SPARK);
  public static final Setting<Integer> CHANNELS =
      DATA.setting(
          "channels",
          Kind.whole(1),
          VIT.channels(),
          "Channels of the images: 3 for colours, 1 for grey, to which photos are converted; other"
              + " numbers need files that have as many.",
          vit(VitConfig.Builder::channels),
          views(ViewConfig.Builder::channels));
  public static final Setting<List<Double>> MEAN =
      DATA.setting(
          "mean",
          Kind.numbers(-ANY, ANY),
          null,
          "Mean of each channel, subtracted from values of 0 to 1; auto: ImageNet's, or 0.449.",
          views((b, values) -> b.mean(floats(values))));
  public static final Setting<List<Double>> STD =
      DATA.setting(
          "std",
          Kind.numbers(POSITIVE, ANY),
          null,
          "Standard deviation of each channel, divided by; auto: ImageNet's, or 0.226.",
          views((b, values) -> b.std(floats(values))));
  public static final Setting<Integer> LOADERS =
      DATA.practical(
          "loaders",
          Kind.whole(1),
          null,
          "Threads that decode and augment images ahead of the training; auto: one per core.");

  public static final Setting<Architecture> ARCH =
      NETWORK.setting(
          "arch",
          Kind.choice(Architecture.known(), Architecture::name),
          VitSize.SMALL,
          Architecture.known().stream()
              .map(arch -> arch.name().toLowerCase(Locale.ROOT) + " is " + arch.summary())
              .collect(Collectors.joining(", ", "The network: ", ".")));
  public static final Setting<Integer> PATCH =
      NETWORK.setting(
          "patch",
          Kind.whole(1),
          VIT.patch(),
          "Side of a patch in pixels.",
          views(ViewConfig.Builder::patch));
  public static final Setting<Integer> WIDTH =
      NETWORK.setting(
          "width",
          Kind.whole(1),
          null,
          "Width of the tokens; auto: by arch.",
          vit(VitConfig.Builder::width));
  public static final Setting<Integer> DEPTH =
      NETWORK.setting(
          "depth",
          Kind.whole(1),
          null,
          "Number of blocks; auto: by arch, 12.",
          vit(VitConfig.Builder::depth));
  public static final Setting<Integer> HEADS =
      NETWORK.setting(
          "heads",
          Kind.whole(1),
          null,
          "Attention heads; auto: by arch.",
          vit(VitConfig.Builder::heads));
  public static final Setting<Double> MLP_RATIO =
      NETWORK.setting(
          "mlp-ratio",
          Kind.number(POSITIVE, ANY),
          VIT.mlpRatio(),
          "Hidden width of a block's MLP, as a multiple of the width.",
          vit(VitConfig.Builder::mlpRatio));
  public static final Setting<Double> DROP_PATH =
      NETWORK.setting(
          "drop-path",
          Kind.number(0, 0.999),
          VIT.dropPath(),
          "Probability of skipping the last block; earlier blocks in proportion.",
          vit(VitConfig.Builder::dropPath));
  public static final Setting<Double> DROPOUT =
      NETWORK.setting(
          "dropout",
          Kind.number(0, 0.999),
          VIT.dropout(),
          "Dropout in attention and MLP.",
          vit(VitConfig.Builder::dropout));
  public static final Setting<Positions> POSITIONS =
      NETWORK.setting(
          "positions",
          Kind.choice(Positions.class),
          VIT.positions(),
          "Position embedding: fixed 2-D sine and cosine, or learned.",
          vit(VitConfig.Builder::positions));
  public static final Setting<Double> POSITION_JITTER =
      NETWORK.setting(
          "position-jitter",
          Kind.number(0, 1),
          VIT.positionJitter(),
          "How far training shifts and scales the coordinates of positions, for each image and"
              + " view; 1 by up to the whole grid, so that a coordinate alone tells no place; 0 is"
              + " the paper's.",
          vit(VitConfig.Builder::positionJitter));

  public static final Setting<Integer> LEADING_TOKENS =
      NETWORK.setting(
          "leading-tokens",
          Kind.whole(0),
          VIT.leadingTokens(),
          "Class and register tokens that take part in the attention and are left out of the"
              + " result.",
          vit(VitConfig.Builder::leadingTokens));
  public static final Setting<Double> NORM_EPS =
      NETWORK.setting(
          "norm-eps",
          Kind.number(POSITIVE, ANY),
          VIT.normEps(),
          "What layer norms add to the variance.",
          vit(VitConfig.Builder::normEps));
  public static final Setting<ImageSize> POSITION_SIZE =
      NETWORK.setting(
          "position-size",
          Kind.size(),
          null,
          "Images that the positions are made for; other views resample them; auto: global-size.",
          vit((b, size) -> b.imageSize(size.height(), size.width())));
  public static final Setting<Path> INIT =
      NETWORK.setting(
          "init",
          Kind.path("FILE"),
          null,
          "Begin with the weights of a trained Vision Transformer, whose shape the network takes:"
              + " any file that flsl import reads, a backbone.zip, or the folder of a run; auto:"
              + " with random ones.");

  public static final Setting<Path> NETWORK_FILE =
      NETWORK.setting(
          "network",
          Kind.path("FILE"),
          null,
          "Pretrain a network of your own, a ComputationGraph or MultiLayerNetwork that DL4J saved or a Keras .h5,"
              + " trained or not; network.zip in the run folder is the same network with the"
              + " pretrained part in place; auto: a Vision Transformer.");
  public static final Setting<String> FEATURES =
      NETWORK.setting(
          "features",
          Kind.name("VERTEX"),
          null,
          "The vertex of that network whose feature maps become tokens; without it, they are"
              + " listed.");

  public static final Setting<Integer> GLOBAL_SIZE =
      VIEWS.setting(
          "global-size",
          Kind.whole(1),
          PAPER_VIEWS.globalHeight(),
          "Side of teacher and student view in pixels.",
          views((b, side) -> b.globalSize(side)));
  public static final Setting<Integer> LOCAL_SIZE =
      VIEWS.setting(
          "local-size",
          Kind.whole(1),
          PAPER_VIEWS.localHeight(),
          "Side of a local view in pixels.",
          views((b, side) -> b.localSize(side)));
  public static final Setting<Integer> LOCAL_VIEWS =
      VIEWS.setting(
          "local-views",
          Kind.whole(0),
          PAPER_VIEWS.localViews(),
          "Local views per image.",
          views(ViewConfig.Builder::localViews));
  public static final Setting<Span> TEACHER_SCALE =
      VIEWS.setting(
          "teacher-scale",
          Kind.range(POSITIVE, 1),
          Span.of(PAPER_VIEWS.teacherScale()),
          "Share of the image that the teacher view covers.",
          views((b, span) -> b.teacherScale(span.from(), span.to())));
  public static final Setting<Span> STUDENT_SCALE =
      VIEWS.setting(
          "student-scale",
          Kind.range(POSITIVE, 1),
          Span.of(PAPER_VIEWS.studentScale()),
          "Share of the teacher view that the student view covers.",
          views((b, span) -> b.studentScale(span.from(), span.to())));
  public static final Setting<Span> LOCAL_SCALE =
      VIEWS.setting(
          "local-scale",
          Kind.range(POSITIVE, 1),
          Span.of(PAPER_VIEWS.localScale()),
          "Share of the teacher view that a local view covers.",
          views((b, span) -> b.localScale(span.from(), span.to())));
  public static final Setting<Integer> GLOBAL_WINDOW =
      VIEWS.setting(
          "global-window",
          Kind.whole(1),
          PAPER_VIEWS.globalWindow(),
          "One query per window of this many tokens squared in the student view.",
          views(ViewConfig.Builder::globalWindow));
  public static final Setting<Integer> LOCAL_WINDOW =
      VIEWS.setting(
          "local-window",
          Kind.whole(1),
          PAPER_VIEWS.localWindow(),
          "The same in a local view.",
          views(ViewConfig.Builder::localWindow));
  public static final Setting<Boolean> RANDOM_QUERIES =
      VIEWS.setting(
          "random-queries",
          Kind.yesOrNo(),
          PAPER_VIEWS.randomQueries(),
          "Query anywhere in its window; no: always the window's first token.",
          views(ViewConfig.Builder::randomQueries));
  public static final Setting<Double> JITTER =
      VIEWS.setting(
          "jitter",
          Kind.number(0, 1),
          PAPER_VIEWS.jitterProbability(),
          "How often a view's colours are changed.",
          views(ViewConfig.Builder::jitterProbability));
  public static final Setting<Double> FLIP =
      VIEWS.setting(
          "flip",
          Kind.number(0, 1),
          PAPER_VIEWS.flipProbability(),
          "How often a view of the student is turned over, left to right.",
          views(ViewConfig.Builder::flipProbability));
  public static final Setting<Double> UPSIDE_DOWN =
      VIEWS.setting(
          "upside-down",
          Kind.number(0, 1),
          PAPER_VIEWS.upsideDownProbability(),
          "How often a view of the student is turned over, top to bottom; without it a long training"
              + " learns at which height of the view a token lies.",
          views(ViewConfig.Builder::upsideDownProbability));
  public static final Setting<Double> GREY =
      VIEWS.setting(
          "grey",
          Kind.number(0, 1),
          PAPER_VIEWS.greyProbability(),
          "How often a view loses its colours.",
          views(ViewConfig.Builder::greyProbability));
  public static final Setting<Double> SOLARISE =
      VIEWS.setting(
          "solarise",
          Kind.number(0, 1),
          PAPER_VIEWS.solariseProbability(),
          "How often a view that is not in the blurred half is solarised.",
          views(ViewConfig.Builder::solariseProbability));
  public static final Setting<Double> COLOUR_STRENGTH =
      VIEWS.setting(
          "colour-strength",
          Kind.number(0, 2.5),
          1.0,
          "How much colours change: times 0.4 brightness and contrast, 0.2 saturation, 0.1 hue.",
          views(Settings::strengthen));
  public static final Setting<Span> BLUR_RADIUS =
      VIEWS.setting(
          "blur-radius",
          Kind.range(0, 100),
          Span.of(PAPER_VIEWS.blurRadius()),
          "Radius of the blur in pixels, 0 for none; the default is made for views of 224.",
          views((b, span) -> b.blurRadius(span.from(), span.to())));

  /** The weight of each term of the objective that the class path offers. */
  public static final Map<LossTerm, Setting<Span>> WEIGHTS = weights();

  public static final Setting<Integer> CENTROIDS =
      OBJECTIVE.setting(
          "centroids",
          Kind.whole(2),
          FLSL.centroids(),
          "Number of centroids.",
          flsl(FlslConfig.Builder::centroids));
  public static final Setting<Integer> HEAD_HIDDEN =
      OBJECTIVE.setting(
          "head-hidden",
          Kind.whole(1),
          FLSL.headHidden(),
          "Hidden width of the projection head.",
          flsl(FlslConfig.Builder::headHidden));
  public static final Setting<Integer> HEAD_BOTTLENECK =
      OBJECTIVE.setting(
          "head-bottleneck",
          Kind.whole(1),
          FLSL.headBottleneck(),
          "Width in front of the centroids.",
          flsl(FlslConfig.Builder::headBottleneck));
  public static final Setting<Span> STUDENT_TEMPERATURE =
      OBJECTIVE.setting(
          "student-temperature",
          Kind.span(POSITIVE, ANY),
          Span.of(FLSL.studentTemperature()),
          "Temperature of the student's assignment.",
          flsl((b, span) -> b.studentTemperature(span.scheduled())));
  public static final Setting<Span> TEACHER_TEMPERATURE =
      OBJECTIVE.setting(
          "teacher-temperature",
          Kind.span(POSITIVE, ANY),
          new Span(FLSL.teacherTemperatureStart(), FLSL.teacherTemperatureEnd()),
          "Temperature of the teacher's assignment.",
          flsl(
              (b, span) ->
                  b.teacherTemperatureStart(span.from()).teacherTemperatureEnd(span.to())));
  public static final Setting<Integer> TEACHER_TEMPERATURE_EPOCHS =
      OBJECTIVE.setting(
          "teacher-temperature-epochs",
          Kind.whole(0),
          FLSL.teacherTemperatureEpochs(),
          "Epochs over which the teacher's temperature moves from start to end; tenths of a"
              + " training of fewer than ten.",
          flsl(FlslConfig.Builder::teacherTemperatureEpochs));
  public static final Setting<Span> TAU_SA =
      OBJECTIVE.setting(
          "tau-sa",
          Kind.span(POSITIVE, ANY),
          Span.of(FLSL.tauSelf()),
          "Inverse temperature of the mean shift in the student's view (0.1 / sqrt 384).",
          flsl((b, span) -> b.tauSelf(span.scheduled())));
  public static final Setting<Span> TAU_CA =
      OBJECTIVE.setting(
          "tau-ca",
          Kind.span(POSITIVE, ANY),
          Span.of(FLSL.tauCross()),
          "Inverse temperature of the mean shift into the teacher's view (0.2 / sqrt 384); below"
              + " tau-sa the training collapses.",
          flsl((b, span) -> b.tauCross(span.scheduled())));
  public static final Setting<Boolean> CENTRING =
      OBJECTIVE.setting(
          "centring",
          Kind.yesOrNo(),
          FLSL.centring(),
          "Centre the teacher's logits, the alternative to the volume term.",
          flsl(FlslConfig.Builder::centring));
  public static final Setting<FinalNorm> FINAL_NORM =
      OBJECTIVE.setting(
          "final-norm",
          Kind.choice(FinalNorm.class),
          FLSL.finalNorm(),
          "Where the layer norm after the backbone stands: on tokens, on modes, or nowhere.",
          vit((b, norm) -> b.finalNorm(norm == FinalNorm.TOKENS)),
          flsl(FlslConfig.Builder::finalNorm));
  public static final Setting<CrossQuery> CROSS_QUERY =
      OBJECTIVE.setting(
          "cross-query",
          Kind.choice(CrossQuery.class),
          FLSL.crossQuery(),
          "What looks for a representative in the teacher's view: student, the query itself (the"
              + " paper), or counterpart, the teacher's token at the same spot of the photo.",
          views((b, query) -> b.counterparts(query == CrossQuery.COUNTERPART)),
          flsl(FlslConfig.Builder::crossQuery));
  public static final Setting<Path> PREVIOUS =
      OBJECTIVE.setting(
          "previous",
          Kind.path("FILE"),
          null,
          "The backbone.zip of an earlier run, to guide this one (multi-stage); auto: none.",
          views((b, previous) -> b.plainCrops(true)));
  public static final Setting<Double> PREVIOUS_BIAS =
      OBJECTIVE.setting(
          "previous-bias",
          Kind.number(0, 1),
          0.0,
          "How much of that guidance is left at the end of the training.");

  public static final Setting<Integer> EPOCHS =
      declared(RunSettings.EPOCHS.withDefault(FLSL.epochs()));
  public static final Setting<Double> MINUTES = declared(RunSettings.MINUTES);
  public static final Setting<Integer> STEPS_PER_EPOCH = declared(RunSettings.STEPS_PER_EPOCH);
  public static final Setting<Double> LEARNING_RATE =
      TRAINING.setting(
          "lr",
          Kind.number(POSITIVE, ANY),
          FLSL.learningRate(),
          "Peak learning rate for 256 images per step; scaled by batch / 256.",
          flsl(FlslConfig.Builder::learningRate));
  public static final Setting<Double> MIN_LEARNING_RATE =
      TRAINING.setting(
          "min-lr",
          Kind.number(0, ANY),
          FLSL.minLearningRate(),
          "Learning rate at the end (cosine).",
          flsl(FlslConfig.Builder::minLearningRate));
  public static final Setting<Double> WARMUP =
      TRAINING.setting(
          "warmup",
          Kind.number(0, 1),
          FLSL.warmupFraction(),
          "Share of the epochs in which the learning rate rises.",
          flsl(FlslConfig.Builder::warmupFraction));
  public static final Setting<Span> WEIGHT_DECAY =
      TRAINING.setting(
          "weight-decay",
          Kind.span(0, ANY),
          Span.of(FLSL.weightDecay()),
          "Weight decay of matrices at start and end (cosine).",
          flsl((b, span) -> b.weightDecay(span.scheduled())));
  public static final Setting<Span> MOMENTUM =
      TRAINING.setting(
          "momentum",
          Kind.span(0, 1),
          Span.of(FLSL.momentum()),
          "Momentum of the teacher at start and end (cosine).",
          flsl((b, span) -> b.momentum(span.scheduled())));
  public static final Setting<Double> CLIP =
      TRAINING.setting(
          "clip",
          Kind.number(0, ANY),
          FLSL.clipNorm(),
          "Largest gradient norm of each parameter tensor; 0: no clipping.",
          flsl(FlslConfig.Builder::clipNorm));
  public static final Setting<Integer> FREEZE_LAST_LAYER =
      TRAINING.setting(
          "freeze-last-layer",
          Kind.whole(0),
          FLSL.frozenPrototypeEpochs(),
          "Epochs at the start in which the centroids stand still; tenths of a training of fewer"
              + " than ten.",
          flsl(FlslConfig.Builder::frozenPrototypeEpochs));
  public static final Setting<Integer> FREEZE_BLOCKS =
      TRAINING.setting(
          "freeze-blocks",
          Kind.whole(0),
          FLSL.frozenBlocks(),
          "Leave the patch embedding and this many blocks as they are, for weights that are trained"
              + " already.",
          flsl(FlslConfig.Builder::frozenBlocks));
  public static final Setting<Double> LAYER_DECAY =
      TRAINING.setting(
          "layer-decay",
          Kind.number(POSITIVE, 1),
          FLSL.layerDecay(),
          "Multiply the learning rate by this for each block that a layer is away from the end; 1:"
              + " all learn alike.",
          flsl(FlslConfig.Builder::layerDecay));
  public static final Setting<Precision> PRECISION =
      TRAINING.setting(
          "precision",
          Kind.choice(Precision.class),
          FLSL.precision(),
          "Numbers in which layers multiply; bf16 is for processors with AMX or AVX-512-BF16,"
              + " faster and less exact; all else is float32.",
          flsl(FlslConfig.Builder::precision));
  public static final Setting<Long> SEED =
      TRAINING.setting(
          "seed", Kind.seed(), 1L, "Seed of every random choice.", flsl(FlslConfig.Builder::seed));

  public static final Setting<Path> OUT =
      declared(
          Setting.place(
              Section.RUN,
              "out",
              Kind.path("FOLDER"),
              null,
              RunSettings.OUT.description()
                  + " In a build with Spark, hdfs:, s3a: and others as well."));
  public static final Setting<Device> DEVICE = declared(RunSettings.DEVICE);
  public static final Setting<Integer> THREADS = declared(RunSettings.THREADS);
  public static final Setting<Integer> SAVE_EPOCHS = declared(RunSettings.SAVE_EPOCHS);
  public static final Setting<Double> SAVE_MINUTES = declared(RunSettings.SAVE_MINUTES);
  public static final Setting<Integer> KEEP = declared(RunSettings.KEEP);
  public static final Setting<List<Measure>> MEASURE = declared(RunSettings.MEASURE);
  public static final Setting<Integer> MEASURE_EVERY = declared(RunSettings.MEASURE_EVERY);
  public static final Setting<Path> MEASURE_IMAGES = declared(RunSettings.MEASURE_IMAGES);
  public static final Setting<List<Integer>> MEASURE_IGNORED =
      declared(RunSettings.MEASURE_IGNORED);

  /** All of them, in the order in which help and files list them. */
  public static final Schema SCHEMA = new Schema("pretrain", DECLARED);

  private Settings() {}

  private static void strengthen(ViewConfig.Builder views, double strength) {
    views
        .brightness(strength * PAPER_VIEWS.brightness())
        .contrast(strength * PAPER_VIEWS.contrast())
        .saturation(strength * PAPER_VIEWS.saturation())
        .hue(strength * PAPER_VIEWS.hue());
  }

  private static float[] floats(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }

  private static Map<LossTerm, Setting<Span>> weights() {
    Map<LossTerm, Setting<Span>> weights = new LinkedHashMap<>();
    LossTerm.known().forEach(term -> weights.put(term, weight(term, term.defaultWeight())));
    return Collections.unmodifiableMap(weights);
  }

  private static Setting<Span> weight(LossTerm term, Scheduled weight) {
    return OBJECTIVE.setting(
        term.weight(),
        Kind.span(0, ANY),
        Span.of(weight),
        "Weight of " + term.summary() + "; A..B: from start to end of the training.",
        flsl((b, span) -> b.weight(term, span.scheduled())));
  }
}
