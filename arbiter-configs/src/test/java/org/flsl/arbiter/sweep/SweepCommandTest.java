package org.flsl.arbiter.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.arbiter.BackboneScore;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcome.Status;
import org.flsl.arbiter.Outcomes;
import org.flsl.arbiter.TinySweep;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.Reading;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.evaluation.measures.ViewAgreement;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.flsl.views.decode.ImageDecoder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepCommandTest {
  private static final String SEARCHED =
      "gamma: {from: 0.5, to: 20, scale: log}\nupsilon: {from: 0.01, to: 0.1}";

  @TempDir private Path folder;
  private Path out;

  @BeforeEach
  void chooseAFolder() {
    out = folder.resolve("out");
  }

  private String errorOf(Object... arguments) {
    TinySweep sweep = new TinySweep();
    assertNotEquals(0, sweep.run(arguments));
    assertEquals(1, sweep.err().lines().count(), sweep.err());
    return sweep.err().strip();
  }

  private static List<Double> scores(Path out) throws IOException {
    return Outcomes.open(out.resolve("results.csv")).all().stream().map(Outcome::score).toList();
  }

  @Test
  void theBestCandidateComesOutOfIt() throws IOException {
    Path file =
        TinySweep.file(folder, "candidates: 2\nalso: [{}, {heads: 5}]\nbudget: 6 steps", SEARCHED);
    TinySweep sweep = new TinySweep();
    assertEquals(0, sweep.run(file, "--out", out), sweep.err());
    assertTrue(sweep.err().startsWith("warning: 1 of 4 candidates cannot be built"), sweep.err());
    List<Outcome> outcomes = Outcomes.open(out.resolve("results.csv")).all();
    assertEquals(
        List.of(Status.DONE, Status.FAILED, Status.DONE, Status.DONE),
        outcomes.stream().map(Outcome::status).toList());
    Outcome best = ResultsTable.sorted(outcomes).get(0);
    assertTrue(sweep.out().contains("candidate 1 (2 of 4)  heads 5  0 s  failed: "), sweep.out());
    assertTrue(sweep.out().contains("%d  %.4f".formatted(best.index(), best.score())));
    assertTrue(
        sweep.out().contains("the best has %.4f, a network of its shape".formatted(best.score())));

    Config config = ConfigFile.read(out.resolve("best.yaml"), Settings.SCHEMA.defaults());
    assertEquals(
        best.settings().applyTo(config).text(Settings.SCHEMA.named("gamma", "")),
        config.text(Settings.SCHEMA.named("gamma", "")));
    assertEquals(1, config.get(Settings.EPOCHS), "6 steps are an epoch of 5");
    assertEquals(1100, ImageIO.read(out.resolve("scores.png").toFile()).getWidth());
    Path backbone = out.resolve("candidates/%03d/backbone.zip".formatted(best.index()));
    assertTrue(Files.exists(backbone));
  }

  @Test
  void aNetworkOfOnesOwnBringsItsShapeAlong() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(
                    new ConvolutionLayer.Builder(4, 4).name("maps").stride(4, 4).nOut(8).build(),
                    new OutputLayer.Builder().nOut(2).build())
                .setInputType(InputType.convolutional(32, 32, 3))
                .build());
    network.init();
    Path model = folder.resolve("model.zip");
    ModelSerializer.writeModel(network, model.toFile(), false);
    Path file =
        TinySweep.file(
            folder, "candidates: 1\nbudget: 2 steps\nalso: [{features: none}]", SEARCHED);
    String tiny = Files.readString(file).replaceAll(" +(arch|depth|width|heads|patch): .*\n", "");
    Files.writeString(
        file,
        tiny.replace("settings:\n", "settings:\n  network: " + model + "\n  features: maps\n"));
    TinySweep sweep = new TinySweep();
    assertEquals(0, sweep.run(file, "--out", out), sweep.err());
    assertTrue(sweep.err().startsWith("warning: 1 of 2 candidates cannot be built"), sweep.err());
    Config best = ConfigFile.read(out.resolve("best.yaml"), Settings.SCHEMA.defaults());
    assertEquals("4", best.text(Settings.SCHEMA.named("patch", "")));

    Files.writeString(
        file, Files.readString(file).replace("settings:\n", "settings:\n  depth: 2\n"));
    String error = errorOf(file, "--out", folder.resolve("other"));
    assertTrue(error.contains("--depth is for Vision Transformers"), error);
  }

  @Test
  void aDamagedPhotoIsLeftOutOfTheScoreAsOutOfTheTraining() throws IOException {
    Path file = TinySweep.file(folder, "candidates: 1\nbudget: 6 steps", SEARCHED);
    Path damaged;
    try (Stream<Path> photos = Files.list(folder.resolve("photos"))) {
      damaged = photos.sorted().toList().get(3);
    }
    Files.write(damaged, Arrays.copyOf(Files.readAllBytes(damaged), 5000));
    TinySweep sweep = new TinySweep();
    assertEquals(0, sweep.run(file, "--out", out), sweep.err());
    assertTrue(
        sweep
            .err()
            .contains(
                "images that cannot be read and are left out of the score: 1, the first: Cannot read the image "
                    + damaged),
        sweep.err());
    assertEquals(Status.DONE, Outcomes.open(out.resolve("results.csv")).all().get(0).status());
  }

  @Test
  void theFeaturesThatItNamesAreScored() throws IOException {
    Path file =
        TinySweep.file(
            folder,
            "candidates: 1\nbudget: 1 steps\nscore-read: keys\nscore-scales: [1, 1.5]",
            SEARCHED);
    TinySweep sweep = new TinySweep();
    assertEquals(0, sweep.run(file, "--out", out), sweep.err());
    RunResult run = RunResult.at(out.resolve("candidates/000"));
    GraphFeatures backbone = GraphFeatures.of(run.backbone());
    Reading reading = Reading.ofKeys().atScales(1, 1.5);
    MeasuredImages photos =
        new MeasuredImages(
            folder.resolve("photos"), Set.of(), new ReadableImages(new ImageDecoder()));
    double expected =
        new ViewAgreement().on(photos).measure(Candidate.of(backbone.read(reading))).get(0).mean();
    assertEquals(
        expected,
        inAnotherProcess(BackboneScore.of(new ViewAgreement(), photos, reading))
            .of(backbone.graph(), run.views()));
    assertEquals(expected, scores(out).get(0), 1e-4);
  }

  @Test
  void imagesAreScoredAsTheyWereTrainedOn() throws IOException {
    Path file =
        TinySweep.file(
            folder,
            "candidates: 1\nbudget: 1 steps",
            SEARCHED + "\nmean: 0.1,0.2,0.3\nstd: 0.9,0.8,0.7");
    TinySweep sweep = new TinySweep();
    assertEquals(0, sweep.run(file, "--out", out), sweep.err());
    RunResult run = RunResult.at(out.resolve("candidates/000"));
    MeasuredImages photos =
        new MeasuredImages(
            folder.resolve("photos"), Set.of(), new ReadableImages(new ImageDecoder()));
    Benchmark agreement = new ViewAgreement().on(photos);
    GraphFeatures backbone = GraphFeatures.of(run.backbone());
    double trained = agreement.measure(Candidate.of(backbone, run.views())).get(0).mean();
    double usual = agreement.measure(Candidate.of(backbone)).get(0).mean();
    assertEquals(trained, scores(out).get(0), 1e-4);
    assertTrue(Math.abs(trained - usual) > 1e-3, trained + " and " + usual);
  }

  private static BackboneScore inAnotherProcess(BackboneScore score) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(score);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (BackboneScore) in.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  @Test
  void whatFailedIsTriedAgain() throws IOException {
    Path file = TinySweep.file(folder, "candidates: 2\nbudget: 6 steps", SEARCHED);
    // Something in the way, as a full disk or a lost share would be.
    Path inTheWay = out.resolve("candidates/001");
    assertEquals(0, new TinySweep().run(file, "--out", out));
    List<Double> expected = scores(out);
    deleteAll(inTheWay);
    Files.createFile(inTheWay);
    deleteRow(1);
    TinySweep failing = new TinySweep();
    assertEquals(0, failing.run("--resume", out), failing.err());
    Outcome failed = Outcomes.open(out.resolve("results.csv")).all().get(1);
    assertEquals(Status.FAILED, failed.status());
    Files.delete(inTheWay);
    TinySweep again = new TinySweep();
    assertEquals(0, again.run("--resume", out), again.err());
    assertTrue(again.out().contains("failed      1 before; tried again"), again.out());
    assertEquals(expected, scores(out));
  }

  private static void deleteAll(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void deleteRow(int index) throws IOException {
    Path results = out.resolve("results.csv");
    Files.write(
        results,
        Files.readAllLines(results).stream().filter(row -> !row.startsWith(index + ",")).toList());
  }

  @Test
  void theSameSeedGivesTheSameScores() throws IOException {
    Path file = TinySweep.file(folder, "candidates: 2\nbudget: 3 steps", SEARCHED);
    assertEquals(0, new TinySweep().run(file, "--out", out));
    assertEquals(0, new TinySweep().run(file, "--out", folder.resolve("again")));
    assertEquals(scores(out), scores(folder.resolve("again")));
    assertEquals(
        Outcomes.open(out.resolve("results.csv")).all().get(1).settings(),
        Outcomes.open(folder.resolve("again/results.csv")).all().get(1).settings());
  }

  @Test
  void aBudgetOfLessThanAnEpochStaysOutOfTheBestSettings() throws IOException {
    Path file = TinySweep.file(folder, "candidates: 1\nbudget: 3 steps", SEARCHED);
    assertEquals(0, new TinySweep().run(file, "--out", out));
    String best = Files.readString(out.resolve("best.yaml"));
    assertTrue(best.contains("# It was trained for 3 steps only: set epochs"), best);
    Config config = ConfigFile.read(out.resolve("best.yaml"), Settings.SCHEMA.defaults());
    assertNull(config.get(Settings.STEPS_PER_EPOCH));
    Config trained =
        ConfigFile.read(out.resolve("candidates/000/config.yaml"), Settings.SCHEMA.defaults());
    assertEquals(3, trained.get(Settings.STEPS_PER_EPOCH));
  }

  @Test
  void ownStepsPerEpochStayInTheBestSettings() throws IOException {
    Path file =
        TinySweep.file(folder, "candidates: 1\nbudget: 3 steps", SEARCHED + "\nsteps-per-epoch: 4");
    assertEquals(0, new TinySweep().run(file, "--out", out));
    Config config = ConfigFile.read(out.resolve("best.yaml"), Settings.SCHEMA.defaults());
    assertEquals(4, config.get(Settings.STEPS_PER_EPOCH));
  }

  @Test
  void stoppingEarlyLeavesTheRestUntrained() throws IOException {
    Path file =
        TinySweep.file(
            folder,
            "search: grid\nstop-early: yes\nbudget: 12 steps",
            "gamma: {values: [1, 2, 3, 4, 5, 6]}");
    TinySweep sweep = new TinySweep();
    assertEquals(0, sweep.run(file, "--out", out), sweep.err());
    for (Outcome outcome : Outcomes.open(out.resolve("results.csv")).all()) {
      boolean stopped = outcome.status() == Status.STOPPED;
      Path metrics = out.resolve("candidates/%03d/metrics.csv".formatted(outcome.index()));
      int steps = Files.readAllLines(metrics).size() - 1;
      assertEquals(stopped, steps < 10, outcome.toString());
      RunResult run = RunResult.at(out.resolve("candidates/%03d".formatted(outcome.index())));
      assertEquals(!stopped, run.finished(), "a score on the way is not the end");
      assertEquals(stopped, run.givenUp().isPresent(), outcome.toString());
      assertFalse(stopped && outcome.index() < 3, "too early to compare");
    }
  }

  @Test
  void whatIsWrongIsSaidBeforeAnyTraining() throws IOException {
    assertEquals(
        "error: name a sweep, such as arbiter-configs/sweeps/weights.yaml, or --resume FOLDER",
        errorOf());
    assertEquals("error: cannot read nowhere.yaml: it does not exist", errorOf("nowhere.yaml"));
    Path file = TinySweep.file(folder, "candidates: 2", "drop-path: {values: [0, 0.1]}");
    Files.writeString(file, Files.readString(file).replace("heads: 2", "heads: 5"));
    assertTrue(
        errorOf(file, "--out", out)
            .startsWith("error: no candidate can be built: Vision Transformer: "));
    file = TinySweep.file(folder, "candidates: 2\nscore-block: [2]", SEARCHED);
    assertEquals(
        "error: no candidate can be built: The network has the blocks 1 to 1, not 2: [teacher/block_0]",
        errorOf(file, "--out", out));
    file = TinySweep.file(folder, "candidates: 2\nscore-images: nowhere", SEARCHED);
    assertTrue(errorOf(file, "--out", out).contains("nowhere"));
    assertTrue(Files.notExists(out), "nothing was begun");
    assertEquals(
        "error: --resume takes the folder of a sweep, and " + folder + " holds no sweep.yaml",
        errorOf("--resume", folder));
  }

  @Test
  void aSweepThatIsDoneIsNotBegunAgain() throws IOException {
    Path file = TinySweep.file(folder, "candidates: 1\nbudget: 1 steps", SEARCHED);
    assertEquals(0, new TinySweep().run(file, "--out", out));
    assertEquals(
        "error: %s holds a sweep already: go on with --resume %s, or choose another --out"
            .formatted(out, out),
        errorOf(file, "--out", out));
    TinySweep again = new TinySweep();
    assertEquals(0, again.run("--resume", out));
    assertTrue(again.out().contains("finished    1 of 1 before"), again.out());
  }
}
