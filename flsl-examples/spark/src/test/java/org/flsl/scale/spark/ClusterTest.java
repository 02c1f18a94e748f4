package org.flsl.scale.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.pretrain.SamplePhotos;
import org.flsl.training.FlslGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code --spark} with a real master, workers and executors, and what is killed among them. */
@Tag("slow")
class ClusterTest {
  private static final String MAIN = "org.flsl.examples.Main";
  private static final List<String> TINY =
      List.of(
          "--arch=tiny",
          "--width=16",
          "--heads=2",
          "--depth=2",
          "--patch=8",
          "--global-size=32",
          "--local-size=16",
          "--global-window=2",
          "--local-window=1",
          "--centroids=16",
          "--head-hidden=16",
          "--head-bottleneck=8",
          "--centring",
          "--lr=0.05",
          "--batch=8",
          "--epochs=3",
          "--threads=1",
          "--workers=2",
          "--average-every=2");

  @TempDir private static Path folder;
  private static SamplePhotos photos;
  private static LocalCluster cluster;

  /** Figures of every step of the training on one machine. */
  private static List<String> expected;

  @BeforeAll
  static void startCluster() throws IOException, InterruptedException {
    photos = new SamplePhotos();
    cluster = new LocalCluster(folder.resolve("cluster"), 2);
    run("shards", "shard", photos.folder().toString(), "--out", at("shards"), "--megabytes", "1");
    pretrain("local", "--images", photos.folder().toString(), "--spark", "local[2]");
    expected = metrics("local");
  }

  @AfterAll
  static void stopCluster() throws IOException {
    cluster.close();
    photos.close();
  }

  private static String at(String name) {
    return folder.resolve(name).toString();
  }

  private static Process start(String name, List<String> arguments) throws IOException {
    return cluster.java(name, MAIN, arguments);
  }

  private static void run(String name, String... arguments)
      throws IOException, InterruptedException {
    assertDone(name, start(name, List.of(arguments)));
  }

  private static void assertDone(String name, Process process)
      throws IOException, InterruptedException {
    boolean ended = process.waitFor(10, TimeUnit.MINUTES);
    process.destroyForcibly();
    String log = Files.readString(cluster.log(name));
    assertTrue(ended, log);
    assertEquals(0, process.exitValue(), log);
  }

  private static List<String> pretraining(String name, String... arguments) {
    List<String> all = new ArrayList<>(List.of("pretrain", "--out", at(name)));
    all.addAll(TINY);
    all.addAll(List.of(arguments));
    return all;
  }

  private static void pretrain(String name, String... arguments)
      throws IOException, InterruptedException {
    run(name, pretraining(name, arguments).toArray(String[]::new));
  }

  /** Without the seconds, which are the last column. */
  private static List<String> metrics(String name) throws IOException {
    Path file = folder.resolve(name).resolve("metrics.csv");
    return Files.exists(file)
        ? Files.readAllLines(file).stream().map(row -> row.replaceFirst(",[^,]*$", "")).toList()
        : List.of();
  }

  private static void awaitSteps(String name, int steps, Process driver)
      throws IOException, InterruptedException {
    await(() -> metrics(name).size() > steps, name, driver);
  }

  private static void awaitResult(String name, String status, Process driver)
      throws IOException, InterruptedException {
    Path file = folder.resolve(name).resolve("results.csv");
    String wanted = "," + status + ",";
    await(() -> Files.exists(file) && Files.readString(file).contains(wanted), name, driver);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition, String name, Process driver)
      throws IOException, InterruptedException {
    for (int i = 0; i < 3000 && !condition.holds() && driver.isAlive(); i++) {
      Thread.sleep(100);
    }
    assertTrue(condition.holds(), Files.readString(cluster.log(name)));
  }

  /** Without the seconds. */
  private static List<String> results(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name).resolve("results.csv")).stream()
        .map(row -> row.replaceFirst("^((?:[^,]*,){3})[^,]*", "$1"))
        .toList();
  }

  private static void assertSameWeights(String name) throws IOException {
    assertEquals(backbone("local").params(), backbone(name).params());
  }

  private static ComputationGraph backbone(String name) throws IOException {
    return ModelSerializer.restoreComputationGraph(
        folder.resolve(name).resolve("backbone.zip").toFile());
  }

  @Test
  void parametersAndUpdaterStateChange() throws IOException {
    Path checkpoints = folder.resolve("local/checkpoints");
    ComputationGraph before = state(checkpoints, 32);
    ComputationGraph after = state(checkpoints, 48);
    // Sixteen steps at the end of the cosine; the teacher follows with a momentum near one.
    assertTrue(far(before, after, FlslGraph.STUDENT) > 1e-4);
    assertTrue(far(before, after, FlslGraph.TEACHER) > 1e-6);
    INDArray moments = before.getUpdater(true).getUpdaterStateViewArray();
    assertTrue(moments.norm2Number().doubleValue() > 0);
    assertFalse(moments.equals(after.getUpdater(true).getUpdaterStateViewArray()));
    assertEquals(48, after.getIterationCount());
    assertEquals(3, after.getEpochCount());
  }

  private static ComputationGraph state(Path checkpoints, int step) throws IOException {
    return ModelSerializer.restoreComputationGraph(
        checkpoints.resolve("step-%08d.zip".formatted(step)).toFile(), true);
  }

  private static double far(ComputationGraph before, ComputationGraph after, String part) {
    INDArray weights = before.getVertex(part + "block_0").params();
    INDArray moved = after.getVertex(part + "block_0").params().sub(weights);
    return moved.norm2Number().doubleValue() / weights.norm2Number().doubleValue();
  }

  @Test
  void executorsThatReadShardsTrainAsOneProcessDoesEvenIfOneIsKilled()
      throws IOException, InterruptedException {
    Process driver =
        start(
            "killed-executor",
            pretraining("killed-executor", "--images", at("shards"), "--spark", cluster.url()));
    awaitSteps("killed-executor", 6, driver);
    assertEquals(2, cluster.executors().size());
    cluster.executors().get(0).destroyForcibly();

    assertDone("killed-executor", driver);

    assertEquals(expected, metrics("killed-executor"));
    assertSameWeights("killed-executor");
    String log = Files.readString(cluster.log("killed-executor"));
    assertTrue(log.contains("is lost"), log);
  }

  @Test
  void aDriverThatIsKilledGoesOnFromItsCheckpoint() throws IOException, InterruptedException {
    Process driver =
        start(
            "killed-driver",
            pretraining(
                "killed-driver", "--images", photos.folder().toString(), "--spark", cluster.url()));
    awaitSteps("killed-driver", 20, driver);
    driver.destroyForcibly().waitFor();

    run("resumed", "pretrain", "--resume", at("killed-driver"));

    assertEquals(expected, metrics("killed-driver"));
    assertSameWeights("killed-driver");
  }

  /** The run folder is one of Hadoop's, and nothing else outlives the driver. */
  @Test
  void aRunThatIsKeptElsewhereGoesOnFromThere() throws IOException, InterruptedException {
    String kept = "hdfs://pretended" + at("kept");
    List<String> begun = new ArrayList<>(List.of("pretrain", "--out", kept));
    begun.addAll(TINY);
    begun.addAll(List.of("--images", photos.folder().toString(), "--spark", "local[2]"));
    Process driver = start("kept", begun);
    // Metrics are there before the checkpoint that needs them: until it follows there is nothing to
    // go on from.
    await(() -> Files.exists(folder.resolve("kept/checkpoints/step-00000016.zip")), "kept", driver);
    driver.destroyForcibly().waitFor();
    assertFalse(Files.exists(folder.resolve("kept/backbone.zip")));

    run("kept-resumed", "pretrain", "--resume", kept);

    assertEquals(expected, metrics("kept"));
    assertSameWeights("kept");
    String log = Files.readString(cluster.log("kept-resumed"));
    assertTrue(log.contains("after step 16") || log.contains("after step 32"), log);
    assertTrue(log.contains(kept + "/report.html"), log);
    assertTrue(Files.exists(folder.resolve("kept/report.html")));
  }

  @Test
  void candidatesOfASweepAreTrainedOnExecutorsEvenIfOneIsKilled()
      throws IOException, InterruptedException {
    Path some = Files.createDirectories(folder.resolve("some"));
    try (Stream<Path> all = Files.list(photos.folder())) {
      for (Path photo : all.sorted().limit(16).toList()) {
        Files.copy(photo, some.resolve(photo.getFileName()));
      }
    }
    Path file = folder.resolve("sweep.yaml");
    String settings =
        TINY.stream()
            .filter(setting -> !setting.matches("--(workers|average-every|epochs)=.*"))
            .map(setting -> setting.contains("=") ? setting : setting + "=yes")
            .map(setting -> "  " + setting.substring(2).replace("=", ": ") + "\n")
            .collect(Collectors.joining());
    Files.writeString(
        file,
        "search: grid\nalso: [{heads: 5}]\nsettings:\n  epochs: 4\n  images: ../some\n"
            + "  gamma: {values: [1, 2, 3, 4]}\n"
            + settings);
    run("sweep-here", "sweep", file.toString(), "--out", at("sweep-here"));
    Process driver =
        start(
            "sweep-there",
            List.of(
                "sweep", file.toString(), "--out", at("sweep-there"), "--spark", cluster.url()));
    awaitResult("sweep-there", "done", driver);
    assertEquals(2, cluster.executors().size());
    cluster.executors().get(0).destroyForcibly();

    assertDone("sweep-there", driver);

    assertEquals(results("sweep-here"), results("sweep-there"));
    assertEquals(6, results("sweep-there").size());
    for (int candidate = 1; candidate <= 4; candidate++) {
      String run = "/candidates/%03d".formatted(candidate);
      assertEquals(metrics("sweep-here" + run), metrics("sweep-there" + run));
      assertEquals(backbone("sweep-here" + run).params(), backbone("sweep-there" + run).params());
    }
    assertNotEquals(metrics("sweep-there/candidates/001"), metrics("sweep-there/candidates/002"));
    assertTrue(Files.exists(folder.resolve("sweep-there/best.yaml")));
    String log = Files.readString(cluster.log("sweep-there"));
    assertTrue(log.contains("its candidate begins anew on another one"), log);
    assertTrue(log.contains("heads do not divide the width"), log);
  }

  @Test
  void aSweepThatWouldLookBackSaysHowManyCandidatesRunAtATime()
      throws IOException, InterruptedException {
    Path file = folder.resolve("early.yaml");
    Files.writeString(
        file, "stop-early: yes\nsearch: grid\nsettings:\n  gamma: {values: [1, 2]}\n");
    Process refused =
        start(
            "refused",
            List.of("sweep", file.toString(), "--out", at("refused"), "--spark", cluster.url()));
    assertTrue(refused.waitFor(10, TimeUnit.MINUTES));
    String log = Files.readString(cluster.log("refused"));
    assertTrue(log.strip().endsWith("as many candidates as the cluster trains at a time"), log);
    assertTrue(Files.notExists(folder.resolve("refused")));
  }
}
