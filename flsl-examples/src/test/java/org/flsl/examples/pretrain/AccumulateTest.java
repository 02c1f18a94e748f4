package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.settings.Config;
import org.flsl.layers.vit.VitSize;
import org.flsl.training.checkpoint.AtomicFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code --accumulate}: steps in parts, on real photos, from the images to the checkpoint. */
class AccumulateTest {
  private static final int BATCH = 8;

  /** Ends in the middle of the second epoch. */
  private static final int STEPS = 5;

  @TempDir private Path folder;
  private SamplePhotos photos;
  private final Training.Factory trainings = new Pretraining();
  private final Map<Training, List<Integer>> epochs = new HashMap<>();

  @BeforeEach
  void openPhotos() throws IOException {
    photos = new SamplePhotos();
  }

  @AfterEach
  void closePhotos() throws IOException {
    photos.close();
  }

  private static Config config(int parts) {
    return Settings.SCHEMA
        .defaults()
        .with(Settings.ACCUMULATE, parts)
        .with(Settings.BATCH, BATCH)
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
        .with(Settings.RANDOM_QUERIES, true)
        .with(Settings.EPOCHS, 4)
        .with(Settings.STEPS_PER_EPOCH, 3);
  }

  private List<StepFigures> steps(Training training, int count) {
    List<Integer> seen = epochs.computeIfAbsent(training, t -> new ArrayList<>());
    training.observe(
        new BaseTrainingListener() {
          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            seen.add(epoch);
          }
        });
    List<StepFigures> told = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      told.add(training.next());
    }
    return told;
  }

  private static double figure(StepFigures told, String name) {
    return told.figures().get(name).doubleValue();
  }

  private static INDArray weights(Training training) throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    training.export(zip);
    return ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(zip.toByteArray()))
        .params();
  }

  @Test
  void aStepInPartsTellsWhatTheWholeStepTells() {
    try (Training whole = trainings.begin(config(1), photos.folder());
        Training inParts = trainings.begin(config(4), photos.folder())) {
      assertEquals(whole.stepsPerEpoch(), inParts.stepsPerEpoch());
      List<StepFigures> expected = steps(whole, STEPS);
      List<StepFigures> actual = steps(inParts, STEPS);
      assertEquals(whole.step(), inParts.step());
      for (int i = 0; i < STEPS; i++) {
        // Single precision, and steps of Adam that make much of little.
        assertEquals(expected.get(i).terms().total(), actual.get(i).terms().total(), 1e-4);
        assertEquals(
            expected.get(i).terms().each().get("volume"),
            actual.get(i).terms().each().get("volume"),
            1e-4);
        assertEquals(
            1,
            figure(actual.get(i), "gradient_norm") / figure(expected.get(i), "gradient_norm"),
            1e-3);
        assertEquals(
            figure(expected.get(i), "used_centroids"), figure(actual.get(i), "used_centroids"));
      }
      assertEquals(epochs.get(whole), epochs.get(inParts));
    }
  }

  @Test
  void aRunInPartsGoesOnBitByBit() throws IOException {
    Path checkpoint = folder.resolve("step.zip");
    try (Training training = trainings.begin(config(4), photos.folder())) {
      steps(training, STEPS);
      AtomicFile.write(checkpoint, training::write);
      List<StepFigures> expected = steps(training, STEPS);
      try (Training resumed = trainings.resume(config(4), photos.folder(), checkpoint)) {
        assertEquals(expected, steps(resumed, STEPS));
        assertEquals(weights(training), weights(resumed));
      }
    }
  }
}
