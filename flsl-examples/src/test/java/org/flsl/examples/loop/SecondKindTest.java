package org.flsl.examples.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.Screen;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.CheckpointFile;
import org.flsl.examples.run.History;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.run.MetricColumns;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.run.Terms;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Kind;
import org.flsl.examples.settings.Schema;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Setting.Section;
import org.flsl.training.TrainingMemory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** A training with labels goes through the loop, the run folder and the resume of pretraining. */
class SecondKindTest {
  private static final Setting<Integer> CLASSES =
      Setting.of(Section.NETWORK, "classes", Kind.whole(2), 3, "Classes to tell apart.");
  private static final Setting<Double> SPEED =
      Setting.of(Section.TRAINING, "speed", Kind.number(0, 1), 0.01, "Learning rate at the start.");
  private static final RunKind KIND =
      new RunKind(
          new Schema(
              "train toy",
              List.of(
                  RunSettings.IMAGES,
                  RunSettings.BATCH.withDefault(8),
                  CLASSES,
                  RunSettings.EPOCHS.withDefault(4),
                  SPEED,
                  RunSettings.OUT,
                  RunSettings.THREADS,
                  RunSettings.SAVE_EPOCHS,
                  RunSettings.SAVE_MINUTES,
                  RunSettings.KEEP)),
          "labelled training",
          "classifier",
          new MetricColumns(List.of("cross_entropy"), List.of("accuracy", "seen")));
  private static final int STEPS_PER_EPOCH = 3;
  private static final int INPUTS = 5;

  /** Learns to tell random vectors apart by their largest number. */
  private static final class LabelledTraining implements Training {
    private final Config config;
    private final ComputationGraph graph;

    LabelledTraining(Config config, ComputationGraph graph) {
      this.config = config;
      this.graph = graph;
    }

    private DataSet batch() {
      int batch = config.get(RunSettings.BATCH);
      int classes = config.get(CLASSES);
      Random random = new Random(step());
      INDArray features = Nd4j.create(batch, INPUTS);
      for (long i = 0; i < features.length(); i++) {
        features.putScalar(i, random.nextGaussian());
      }
      INDArray labels = Nd4j.create(batch, classes);
      for (int i = 0; i < batch; i++) {
        labels.putScalar(i, features.getRow(i).argMax().getInt(0) % classes, 1);
      }
      return new DataSet(features, labels);
    }

    @Override
    public StepFigures next() {
      DataSet batch = batch();
      graph.fit(batch);
      INDArray right =
          graph.outputSingle(batch.getFeatures()).argMax(1).eq(batch.getLabels().argMax(1));
      return new StepFigures(
          new Terms(graph.score(), Map.of("cross_entropy", graph.score())),
          Map.of("accuracy", right.castTo(graph.params().dataType()).meanNumber(), "seen", step()),
          Double.isFinite(graph.score()));
    }

    @Override
    public ImageSet images() {
      return new ImageSet(24, "", "vectors");
    }

    @Override
    public long parameters() {
      return graph.numParams();
    }

    @Override
    public TrainingMemory memory() {
      return new TrainingMemory(1, 1);
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
      return graph.getIterationCount();
    }

    @Override
    public void observe(TrainingListener listener) {
      graph.addListeners(listener);
    }

    @Override
    public boolean finite() {
      return Double.isFinite(graph.params().sumNumber().doubleValue());
    }

    @Override
    public String remedy() {
      return "a lower --speed";
    }

    @Override
    public int unreadableImages() {
      return 0;
    }

    @Override
    public void write(OutputStream out) throws IOException {
      CheckpointFile.write(graph, config, out);
    }

    @Override
    public void export(OutputStream out) throws IOException {
      ModelSerializer.writeModel(graph, out, false);
    }

    @Override
    public void close() {
      graph.close();
    }
  }

  /** The kind. */
  private static final class Labelled implements Training.Factory {
    @Override
    public RunKind kind() {
      return KIND;
    }

    @Override
    public Training begin(Config config, Path images) {
      ComputationGraph graph =
          new ComputationGraph(
              new NeuralNetConfiguration.Builder()
                  .seed(1)
                  .updater(new Adam(schedule(config)))
                  .graphBuilder()
                  .addInputs("in")
                  .setInputTypes(InputType.feedForward(INPUTS))
                  .addLayer("hidden", new DenseLayer.Builder().nOut(7).build(), "in")
                  .addLayer(
                      "out",
                      new OutputLayer.Builder()
                          .nOut(config.get(CLASSES))
                          .activation(Activation.SOFTMAX)
                          .build(),
                      "hidden")
                  .setOutputs("out")
                  .build());
      graph.init();
      return new LabelledTraining(config, graph);
    }

    @Override
    public Training resume(Config config, Path images, Path checkpoint) throws IOException {
      return new LabelledTraining(config, CheckpointFile.read(checkpoint, KIND, config));
    }

    private static ISchedule schedule(Config config) {
      return new ExponentialSchedule(ScheduleType.ITERATION, config.get(SPEED), 0.9);
    }

    @Override
    public Map<String, ISchedule> schedules(Config config, int stepsPerEpoch) {
      return Map.of("learning rate", schedule(config));
    }
  }

  @TempDir private Path folder;
  private final Screen screen = new Screen(false);
  private Config config;

  @BeforeEach
  void configure() {
    config = RunSettings.withThreads(KIND.settings().defaults(), "2").with(CLASSES, 4);
  }

  private OpenRun open(Path run) throws IOException {
    return OpenRun.open(new Labelled(), config, folder, run, screen.terminal());
  }

  private Path trained(String name, long... stops) throws IOException {
    Path path = folder.resolve(name);
    for (long stop : stops) {
      try (OpenRun run = open(path)) {
        run.trainTo(stop, () -> false);
        if (stop == run.steps()) {
          run.finish();
        }
      }
    }
    return path;
  }

  private static String withoutTimes(Path run) throws IOException {
    return Files.readString(run.resolve("metrics.csv")).replaceAll(",[0-9.]+\n", "\n");
  }

  @Test
  void cutOffAndResumedItEndsWhereItWouldHave() throws IOException {
    Path whole = trained("whole", 12);
    Path parts = trained("parts", 5);
    // As a kill leaves it: steps that no checkpoint knows, and half a row.
    Files.writeString(
        parts.resolve("metrics.csv"),
        "6,2,0.5,0.5,0.5,6,9.9\n7,3,0.",
        java.nio.file.StandardOpenOption.APPEND);
    trained("parts", 12);

    String metrics = withoutTimes(whole);
    assertTrue(metrics.startsWith("step,epoch,total,cross_entropy,accuracy,seen,seconds\n1,1,"));
    assertEquals(1 + 12, metrics.lines().count());
    assertEquals(metrics, withoutTimes(parts));
    assertEquals(
        ModelSerializer.restoreComputationGraph(whole.resolve("classifier.zip").toFile()).params(),
        ModelSerializer.restoreComputationGraph(parts.resolve("classifier.zip").toFile()).params());
    assertEquals(1, History.of(parts).of(History.Event.RESUMED).size());
    assertTrue(screen.out().contains("epoch 4/4  loss "), screen.out());
    assertTrue(screen.out().contains("  cross_entropy "), screen.out());
  }

  @Test
  void theFolderHoldsItsOwnSettings() throws IOException {
    Path run = trained("run", 1);
    String text = Files.readString(run.resolve("config.yaml"));
    assertTrue(text.startsWith("# This run as it ran. The same again: ./flsl train toy --config "));
    assertTrue(text.contains("\nclasses: 4\n") && text.contains("\nspeed: 0.01\n"), text);
    assertFalse(text.contains("centroids"), text);
    RunFiles files = new RunFiles(KIND, run);
    assertEquals(4, files.resumed().get(CLASSES));
    assertTrue(files.resume().contains(" train toy --resume "), files.resume());
    Path misspelt = Files.writeString(folder.resolve("config.yaml"), "clases: 3\n");
    String error =
        assertThrows(UserError.class, () -> new RunFiles(KIND, folder).resumed()).getMessage();
    assertTrue(error.endsWith("no setting 'clases'; did you mean 'classes'?"), misspelt + error);
  }

  @Test
  void moreEpochsGoOnAndOtherClassesDoNot() throws IOException {
    Path run = trained("run", 12);
    config = config.with(RunSettings.EPOCHS, 5);
    trained("run", 15);
    assertEquals(
        "epochs 4 -> 5; all schedules go on with the values that they have",
        History.of(run).of(History.Event.CHANGED).get(0).detail());
    assertTrue(Files.exists(run.resolve("classifier-step-00000012.zip")));

    config = config.with(CLASSES, 3);
    String error = assertThrows(UserError.class, () -> open(run)).getMessage();
    assertTrue(error.contains("was trained with classes 4, and config.yaml says 3"), error);
    config = KIND.settings().defaults();
    Path lost = trained("lost", 12);
    Files.delete(lost.resolve("checkpoints/step-00000012.zip"));
    Files.delete(lost.resolve("checkpoints/step-00000009.zip"));
    error = assertThrows(UserError.class, () -> open(lost)).getMessage();
    assertTrue(
        error.contains("no checkpoint to go on from, though metrics.csv knows 12 steps"), error);
  }

  @Test
  void anotherKindsCheckpointIsRefused() throws IOException {
    Path run = trained("run", 3);
    Path checkpoint = run.resolve("checkpoints/step-00000003.zip");
    ModelSerializer.writeModel(
        ModelSerializer.restoreComputationGraph(checkpoint.toFile()), checkpoint.toFile(), true);
    String error = assertThrows(UserError.class, () -> open(run)).getMessage();
    assertEquals(
        checkpoint
            + " is no checkpoint of a labelled training: bring back the run's own checkpoints",
        error);
  }
}
