package org.flsl.scale.workers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Training;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.SamplePhotos;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Setup;
import org.flsl.examples.pretrain.Steps;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.settings.Config;
import org.flsl.layers.vit.VitSize;
import org.flsl.training.FlslGraph;
import org.flsl.training.checkpoint.AtomicFile;
import org.flsl.views.ImageFolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code --workers}, on real photos, from the images to the checkpoint. */
class WorkersTest {
  private static final int STEPS = 5;

  @TempDir private Path folder;
  private final Training.Factory trainings = new Pretraining();
  private SamplePhotos photos;

  @BeforeEach
  void openPhotos() throws IOException {
    photos = new SamplePhotos();
  }

  @AfterEach
  void closePhotos() throws IOException {
    photos.close();
  }

  private static Config config(int workers, int averageEvery) {
    return Settings.SCHEMA
        .defaults()
        .with(Settings.WORKERS, workers)
        .with(Settings.AVERAGE_EVERY, averageEvery)
        .with(Settings.BATCH, 8)
        .with(Settings.ARCH, VitSize.TINY)
        .with(Settings.WIDTH, 16)
        .with(Settings.HEADS, 2)
        .with(Settings.DEPTH, 2)
        .with(Settings.PATCH, 8)
        .with(Settings.GLOBAL_SIZE, 32)
        .with(Settings.LOCAL_SIZE, 16)
        .with(Settings.GLOBAL_WINDOW, 2)
        .with(Settings.LOCAL_WINDOW, 1)
        .with(Settings.CENTROIDS, 16)
        .with(Settings.HEAD_HIDDEN, 16)
        .with(Settings.HEAD_BOTTLENECK, 8)
        .with(Settings.DROP_PATH, 0.3)
        .with(Settings.CENTRING, true)
        .with(Settings.LEARNING_RATE, 0.02)
        .with(Settings.EPOCHS, 4)
        .with(Settings.STEPS_PER_EPOCH, 3);
  }

  private static List<StepFigures> steps(Training training, int count) {
    return IntStream.range(0, count).mapToObj(i -> training.next()).toList();
  }

  private static ComputationGraph state(Training training) throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    training.write(zip);
    return ModelSerializer.restoreComputationGraph(
        new ByteArrayInputStream(zip.toByteArray()), true);
  }

  private static INDArray moments(ComputationGraph graph) {
    return graph.getUpdater(true).getUpdaterStateViewArray();
  }

  private static double far(INDArray a, INDArray b) {
    return a.sub(b).norm2Number().doubleValue() / a.norm2Number().doubleValue();
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "4, 1", "2, 3"})
  void everythingThatATrainingMovesMoves(int workers, int averageEvery) throws IOException {
    try (Training training = trainings.begin(config(workers, averageEvery), photos.folder())) {
      ComputationGraph before = state(training);
      List<StepFigures> told = steps(training, STEPS);
      ComputationGraph after = state(training);

      for (String part : List.of(FlslGraph.STUDENT, FlslGraph.TEACHER)) {
        INDArray weights = before.getVertex(part + "block_0").params();
        assertTrue(far(weights, after.getVertex(part + "block_0").params()) > 1e-4, part);
      }
      assertNotEquals(
          before.getVertex(FlslGraph.LOSSES).params(), after.getVertex(FlslGraph.LOSSES).params());
      assertEquals(0, moments(before).norm2Number().doubleValue());
      assertTrue(moments(after).norm2Number().doubleValue() > 0);
      assertEquals(STEPS, after.getIterationCount());
      assertEquals(STEPS / 3, after.getEpochCount());
      assertTrue(told.get(STEPS - 1).terms().total() != told.get(0).terms().total());
    }
  }

  @Test
  void theirMeanIsNearToWhatOneWorkerLearns() throws IOException {
    try (Training one = trainings.begin(config(1, 1), photos.folder());
        Training two = trainings.begin(config(2, 1), photos.folder())) {
      ComputationGraph start = state(one);
      assertEquals(start.params(), state(two).params());
      List<StepFigures> alone = steps(one, STEPS);
      List<StepFigures> shared = steps(two, STEPS);

      // The first step's terms are means over queries, but for the volume term; masks aside.
      assertEquals(
          alone.get(0).terms().each().get("intra"),
          shared.get(0).terms().each().get("intra"),
          0.05);
      INDArray way = state(one).params().sub(start.params());
      INDArray sharedWay = state(two).params().sub(start.params());
      double cosine =
          way.mul(sharedWay).sumNumber().doubleValue()
              / way.norm2Number().doubleValue()
              / sharedWay.norm2Number().doubleValue();
      assertTrue(cosine > 0.7, "cosine " + cosine);
    }
  }

  @Test
  void workersThatAverageEveryStepStayTogetherAndOthersPart() throws IOException {
    assertEquals(0, distanceOfReplicas(1), 0);
    assertTrue(distanceOfReplicas(3) > 1e-6);
  }

  /** After four steps: with a mean every three, one behind the last mean. */
  private double distanceOfReplicas(int averageEvery) throws IOException {
    try (AveragedSteps steps = begun(config(2, averageEvery))) {
      for (int i = 0; i < 4; i++) {
        steps.next();
      }
      List<Replica> replicas = steps.replicas();
      return far(replicas.get(0).parameters(), replicas.get(1).parameters())
          + far(replicas.get(0).moments(), replicas.get(1).moments());
    }
  }

  private AveragedSteps begun(Config config) {
    ImageFolder images = ImageFolder.scan(photos.folder());
    FlslGraph program = Setup.of(config).program(3);
    return new AveragedSteps(new Steps.Task(config, program, program.init(), images));
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "2, 2"})
  void aRunGoesOnBitByBit(int workers, int averageEvery) throws IOException {
    Path checkpoint = folder.resolve("step.zip");
    Config config = config(workers, averageEvery);
    try (Training training = trainings.begin(config, photos.folder())) {
      steps(training, STEPS);
      AtomicFile.write(checkpoint, training::write);
      List<StepFigures> expected = steps(training, STEPS);
      try (Training resumed = trainings.resume(config, photos.folder(), checkpoint)) {
        assertEquals(STEPS, resumed.step());
        assertEquals(expected, steps(resumed, STEPS));
        assertEquals(state(training).params(), state(resumed).params());
        assertEquals(moments(state(training)), moments(state(resumed)));
      }
    }
  }

  @Test
  void whatFailsInAWorkerEndsTheStepAndNotTheProcess() throws IOException {
    for (Throwable problem : List.of(new LinkageError("test"), new RuntimeException("test"))) {
      try (Training training = trainings.begin(config(2, 1), photos.folder())) {
        training.next();
        training.observe(
            new BaseTrainingListener() {
              @Override
              public void onForwardPass(Model model, Map<String, INDArray> activations) {
                if (problem instanceof Error error) {
                  throw error;
                }
                throw (RuntimeException) problem;
              }
            });
        RuntimeException e = assertThrows(RuntimeException.class, training::next);
        assertTrue(e.toString().contains("test"), e.toString());
      }
    }
  }

  @Test
  void refusesWhatCannotBeShared() throws IOException {
    UserError e =
        assertThrows(UserError.class, () -> trainings.begin(config(3, 1), photos.folder()).close());
    assertTrue(e.getMessage().contains("--workers 3 does not divide a --batch of 8"));
    Config both = config(2, 1).with(Settings.ACCUMULATE, 2);
    e = assertThrows(UserError.class, () -> trainings.begin(both, photos.folder()).close());
    assertTrue(e.getMessage().contains("--accumulate has to be 1"), e.getMessage());
    assertTrue(Files.exists(photos.folder()));
  }
}
