package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.flsl.examples.ForkedJvm;
import org.flsl.examples.run.MetricsCsv;
import org.flsl.examples.run.RunFolder;
import org.flsl.training.checkpoint.Checkpoints;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "sends POSIX signals")
class SignalTest {
  private static final int EPOCHS = 10;

  @TempDir private Path folder;
  private Path run;

  @BeforeEach
  void nameTheRun() {
    run = folder.resolve("run");
  }

  private ForkedJvm start(String... arguments) throws IOException {
    return ForkedJvm.start(
        ToyMain.class, folder.resolve("output.txt"), Map.of(), List.of(arguments));
  }

  private ForkedJvm startSlow(int millisPerStep, String... arguments) throws IOException {
    return ForkedJvm.start(
        ToyMain.class,
        folder.resolve("output.txt"),
        Map.of(ToyMain.MILLIS_PER_STEP, String.valueOf(millisPerStep)),
        List.of(arguments));
  }

  /** A run that lasts longer than its test. */
  private ForkedJvm begin() throws IOException, InterruptedException {
    ForkedJvm jvm = start("--out", run.toString(), "--epochs", "1000");
    jvm.awaitOutput("epoch 2/");
    return jvm;
  }

  @Test
  void interruptedItSavesAndSaysHowToGoOnAndGoesOnExactly() throws Exception {
    // So slow that it cannot end before it is interrupted, on a busy machine either.
    ForkedJvm jvm = startSlow(300, "--out", run.toString(), "--epochs", String.valueOf(EPOCHS));
    jvm.awaitOutput("epoch 1/");
    jvm.signal("INT");
    assertEquals(130, jvm.await(), jvm.output());
    assertTrue(jvm.output().contains("go on with: ./flsl pretrain --resume " + run), jvm.output());

    assertEquals(0, start("--resume", run.toString()).await());
    ToyTraining expected = ToyTraining.quick();
    while (expected.step() < EPOCHS * ToyTraining.STEPS_PER_EPOCH) {
      expected.next();
    }
    ToyTraining found =
        ToyTraining.read(
            new Checkpoints(run.resolve("checkpoints"), 2).newest().whole().orElseThrow().file());
    assertArrayEquals(expected.weights(), found.weights());
    List<Long> steps = new ArrayList<>();
    MetricsCsv.read(run.resolve("metrics.csv"), Pretraining.KIND.columns())
        .forEach(row -> steps.add(row.step()));
    for (int i = 0; i < EPOCHS * ToyTraining.STEPS_PER_EPOCH; i++) {
      assertEquals(i + 1, steps.get(i));
    }
  }

  @Test
  void terminatedItSavesToo() throws Exception {
    ForkedJvm jvm = begin();
    jvm.signal("TERM");
    assertEquals(143, jvm.await(), jvm.output());
    assertTrue(jvm.output().contains("all saved; go on with"), jvm.output());
  }

  @Test
  void hungUpItSavesToo() throws Exception {
    ForkedJvm jvm = begin();
    jvm.signal("HUP");
    assertEquals(129, jvm.await(), jvm.output());
    assertTrue(jvm.output().contains("all saved; go on with"), jvm.output());
  }

  @Test
  void whoIgnoresHangingUpGoesOn() throws Exception {
    Path output = folder.resolve("output.txt");
    Process nohup =
        new ProcessBuilder(
                "sh",
                "-c",
                "trap '' HUP; exec \"$0\" -cp \"$1\" %s --out \"$2\" --epochs 10"
                    .formatted(ToyMain.class.getName()),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                System.getProperty("java.class.path"),
                run.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    while (!Files.readString(output).contains("epoch 2/")) {
      assertTrue(nohup.isAlive(), Files.readString(output));
      Thread.sleep(10);
    }
    new ProcessBuilder("kill", "-HUP", String.valueOf(nohup.pid())).start().waitFor();
    assertEquals(0, nohup.waitFor(), Files.readString(output));
    assertTrue(Files.readString(output).contains("epoch 10/10"));
  }

  @Test
  void withoutAnybodyWhoReadsItsOutputItSavesToo() throws Exception {
    Process toy =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ToyMain.class.getName(),
                "--out",
                run.toString(),
                "--epochs",
                "1000")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader said = toy.inputReader()) {
      String line = said.readLine();
      while (line != null && !line.startsWith("epoch 2/")) {
        line = said.readLine();
      }
    }
    // The pipe is closed now, as that of a lost connection.
    Thread.sleep(300);
    assertTrue(toy.isAlive());
    ForkedJvm.signal(toy, "HUP");
    assertTrue(toy.waitFor(60, TimeUnit.SECONDS));
    assertEquals(129, toy.exitValue());
    long saved = new Checkpoints(run.resolve("checkpoints"), 2).newestStep();
    List<MetricsCsv.Row> rows =
        MetricsCsv.read(run.resolve("metrics.csv"), Pretraining.KIND.columns());
    assertEquals(rows.get(rows.size() - 1).step(), saved, "the step it was at");
  }

  @Test
  void interruptedTwiceItStopsAtOnce() throws Exception {
    ForkedJvm jvm = startSlow(600_000, "--out", run.toString());
    jvm.awaitOutput("toy takes step 0");
    jvm.signal("INT");
    jvm.awaitOutput("Ctrl-C again");
    jvm.signal("INT");
    assertEquals(130, jvm.await());
    assertTrue(!jvm.output().contains("all saved"), jvm.output());
  }

  @Test
  void killedTheLockIsGoneWithIt() throws Exception {
    ForkedJvm jvm = begin();
    ForkedJvm other =
        ForkedJvm.start(
            ToyMain.class,
            folder.resolve("other.txt"),
            Map.of(),
            List.of("--resume", run.toString()));
    assertEquals(1, other.await());
    assertTrue(
        other.output().contains("another process (" + jvm.process().pid() + ") works on " + run),
        other.output());
    jvm.signal("KILL");
    jvm.await();
    RunFolder.open(Pretraining.KIND, run).close();
  }
}
