package org.flsl.examples.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flsl.downstream.FineTuning;
import org.flsl.downstream.data.Augmentation;
import org.flsl.downstream.segmentation.SegmentationHead;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Kind;
import org.flsl.examples.settings.Schema;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Setting.Section;
import org.flsl.examples.settings.Setting.Target;
import org.flsl.examples.settings.Span;

/** The settings of every training with labels; a task adds where its labels are. */
final class TrainSettings {
  private static final double ANY = Double.MAX_VALUE;
  private static final double POSITIVE = Double.MIN_NORMAL;
  private static final FineTuning LEARNING = FineTuning.builder().iterations(1).build();

  static final Setting<Double> LABELS =
      Setting.of(
          Section.DATA,
          "labels",
          Kind.number(POSITIVE, 100),
          100.0,
          "Percentage of the training images to learn from, drawn by seed; a smaller one is part of"
              + " a larger one.");
  static final Setting<Double> VALIDATION =
      Setting.of(
          Section.DATA,
          "validation",
          Kind.number(0, 50),
          10.0,
          "Percentage of these that is held out, by seed, to tell the best epoch; 0: all are learned"
              + " from, and the last epoch counts.");
  static final Setting<Path> VALIDATION_LIST =
      Setting.of(
          Section.DATA,
          "validation-list",
          Kind.path("FILE"),
          null,
          "A text file with the names of the training images to hold out, one a line; auto: they are"
              + " drawn.");
  static final Setting<ImageSize> SIZE =
      Setting.of(
          Section.DATA,
          "size",
          Kind.size(),
          null,
          "Canvas that images are shown on, height x width; patches have to divide it; auto: images"
              + " as in the training of the backbone, or 224.");
  static final Setting<Integer> BATCH = RunSettings.BATCH.withDefault(8);

  static final Setting<Span> SCALE =
      Setting.of(
          Section.AUGMENTATION,
          "scale",
          Kind.range(POSITIVE, 100),
          Span.of(Augmentation.USUAL.scale()),
          "Size of images at random, as a multiple of that in which they just fit on the canvas;"
              + " what does not fit is cut off.");
  static final Setting<Double> FLIP =
      Setting.of(
          Section.AUGMENTATION,
          "flip",
          Kind.number(0, 1),
          Augmentation.USUAL.flip(),
          "How often an image is turned over, left to right.");
  static final Setting<Double> COLOUR_STRENGTH =
      Setting.of(
          Section.AUGMENTATION,
          "colour-strength",
          Kind.number(0, 2.5),
          1.0,
          "How much colours change, in half of the images: times 0.4 brightness and contrast, 0.2"
              + " saturation, 0.1 hue.");
  static final Setting<Double> GREY =
      Setting.of(
          Section.AUGMENTATION,
          "grey",
          Kind.number(0, 1),
          Augmentation.USUAL.grey(),
          "How often an image loses its colours.");

  static final Setting<Path> INIT =
      Setting.of(
          Section.NETWORK,
          "init",
          Kind.path("FILE"),
          null,
          "The backbone: the folder of a finished run, a backbone.zip, a network that DL4J saved, or"
              + " weights that flsl import reads.");
  static final Setting<String> FEATURES =
      Setting.of(
          Section.NETWORK,
          "features",
          Kind.name("VERTEX"),
          null,
          "The vertex with its feature maps, for a network of your own; auto: its output.");
  static final Setting<Boolean> FROM_SCRATCH =
      Setting.of(
          Section.NETWORK,
          "from-scratch",
          Kind.yesOrNo(),
          false,
          "Begin with random weights and let all of them learn at full speed: a network like that of"
              + " init, or of arch.");
  static final Setting<Boolean> RANDOM_TWIN =
      Setting.of(
          Section.NETWORK,
          "random-twin",
          Kind.yesOrNo(),
          false,
          "Draw the weights of init anew and train exactly as with them: what they are worth shows"
              + " beside it.");
  static final Setting<Integer> HEAD_WIDTH =
      Setting.of(
          Section.NETWORK,
          "head-width",
          Kind.whole(1),
          SegmentationHead.USUAL_WIDTH,
          "Channels of the head.");

  static final Setting<Integer> EPOCHS = RunSettings.EPOCHS.withDefault(50);
  static final Setting<Double> LEARNING_RATE =
      learning(
          "lr",
          Kind.number(POSITIVE, ANY),
          LEARNING.learningRate(),
          "Learning rate of the head after the warm-up; a cosine follows.",
          FineTuning.Builder::learningRate);
  static final Setting<Double> MIN_LEARNING_RATE =
      learning(
          "min-lr",
          Kind.number(0, ANY),
          LEARNING.minLearningRate(),
          "Learning rate at the end.",
          FineTuning.Builder::minLearningRate);
  static final Setting<Double> WARMUP =
      learning(
          "warmup",
          Kind.number(0, 0.999),
          LEARNING.warmupFraction(),
          "Share of the training in which the learning rate rises.",
          FineTuning.Builder::warmupFraction);
  static final Setting<Double> WEIGHT_DECAY =
      learning(
          "weight-decay",
          Kind.number(0, ANY),
          LEARNING.weightDecay(),
          "Weight decay of matrices.",
          FineTuning.Builder::weightDecay);
  static final Setting<Double> CLIP =
      learning(
          "clip",
          Kind.number(0, ANY),
          LEARNING.clipNorm(),
          "Largest gradient norm of each parameter tensor; 0: no clipping.",
          FineTuning.Builder::clipNorm);
  static final Setting<Boolean> FREEZE =
      learning(
          "freeze",
          Kind.yesOrNo(),
          LEARNING.frozen(),
          "Leave the whole backbone as it is and train the head alone.",
          FineTuning.Builder::frozen);
  static final Setting<Integer> FREEZE_BLOCKS =
      learning(
          "freeze-blocks",
          Kind.whole(0),
          LEARNING.frozenBlocks(),
          "Leave the entrance and this many blocks of the backbone as they are.",
          FineTuning.Builder::frozenBlocks);
  static final Setting<Double> LAYER_DECAY =
      learning(
          "layer-decay",
          Kind.number(POSITIVE, 1),
          null,
          "Multiply the learning rate by this for each block that a layer of the backbone is away"
              + " from the head; auto: %s, and 1 from scratch.".formatted(LEARNING.layerDecay()),
          FineTuning.Builder::layerDecay);
  static final Setting<Long> SEED =
      Setting.of(
          Section.TRAINING, "seed", Kind.seed(), LEARNING.seed(), "Seed of every random choice.");

  static final Setting<Boolean> COMPARE =
      Setting.practical(
          Section.RUN,
          "compare",
          Kind.yesOrNo(),
          false,
          "Train from init, from its random twin and from scratch, with shares of the labels and"
              + " several seeds, and print one table.");
  static final Setting<Integer> SEEDS =
      Setting.practical(
          Section.RUN, "seeds", Kind.whole(1), 3, "How many seeds to compare with, from seed on.");
  static final Setting<List<Double>> SHARES =
      Setting.practical(
          Section.RUN,
          "shares",
          Kind.numbers(POSITIVE, 100),
          List.of(10.0, 30.0, 100.0),
          "Percentages of the labels to compare with.");

  static final Setting<Integer> VALIDATE_EVERY =
      Setting.practical(
          Section.RUN,
          RunSettings.MEASURE_EVERY.name(),
          Kind.whole(1),
          1,
          "Validate after this many epochs, and after the last.");

  private TrainSettings() {}

  private static <T> Setting<T> learning(
      String name,
      Kind<T> kind,
      T defaultValue,
      String description,
      java.util.function.BiConsumer<FineTuning.Builder, T> setter) {
    return Setting.of(Section.TRAINING, name, kind, defaultValue, description)
        .into(List.of(Target.of(FineTuning.Builder.class, setter)));
  }

  /**
   * All settings of a command.
   *
   * @param data where the task's labels are
   * @param own what else the task can be told
   */
  static Schema schema(String command, List<Setting<?>> data, List<Setting<?>> own) {
    List<Setting<?>> all = new ArrayList<>(data);
    all.addAll(
        List.of(LABELS, VALIDATION, VALIDATION_LIST, SIZE, BATCH, Settings.MEAN, Settings.STD));
    all.addAll(List.of(SCALE, FLIP, COLOUR_STRENGTH, GREY));
    all.addAll(
        List.of(
            INIT, FEATURES, FROM_SCRATCH, RANDOM_TWIN, Settings.ARCH, Settings.PATCH, HEAD_WIDTH));
    all.addAll(own);
    all.addAll(
        List.of(
            EPOCHS,
            RunSettings.MINUTES,
            RunSettings.STEPS_PER_EPOCH,
            LEARNING_RATE,
            MIN_LEARNING_RATE,
            WARMUP,
            WEIGHT_DECAY,
            CLIP,
            FREEZE,
            FREEZE_BLOCKS,
            LAYER_DECAY,
            Settings.PRECISION,
            SEED,
            RunSettings.PATIENCE));
    all.addAll(
        List.of(
            RunSettings.OUT,
            RunSettings.DEVICE,
            RunSettings.THREADS,
            COMPARE,
            SEEDS,
            SHARES,
            VALIDATE_EVERY,
            RunSettings.SAVE_EPOCHS,
            RunSettings.SAVE_MINUTES,
            RunSettings.KEEP));
    return new Schema(command, all);
  }
}
