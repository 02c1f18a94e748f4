package org.flsl.training.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.training.TinyFlsl;
import org.flsl.training.checkpoint.Checkpoints.Checkpoint;
import org.flsl.training.checkpoint.Checkpoints.Newest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;

class CheckpointsTest {
  @TempDir private Path folder;
  private Checkpoints checkpoints;

  @BeforeEach
  void open() throws IOException {
    checkpoints = new Checkpoints(folder, 2);
  }

  private Checkpoint save(long step) throws IOException {
    return checkpoints.save(
        step,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out);
          zip.putNextEntry(new ZipEntry("weights"));
          zip.write(
              new Random(step)
                  .doubles(2000)
                  .mapToObj(String::valueOf)
                  .toList()
                  .toString()
                  .getBytes(StandardCharsets.UTF_8));
          zip.finish();
        });
  }

  @Test
  void theNewestAndTheBestStay() throws IOException {
    checkpoints.keepAsBest(save(5));
    save(10);
    save(100);
    save(1000);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          Stream.of("best.zip", "step-00000100.zip", "step-00001000.zip").toList(),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    assertEquals(1000, checkpoints.newest().whole().orElseThrow().step());
  }

  @Test
  void anEmptyFolderHoldsNothing() throws IOException {
    assertEquals(Optional.empty(), checkpoints.newest().whole());
  }

  @Test
  void aTruncatedOneGivesWayToTheOneBefore() throws IOException {
    Checkpoint before = save(1);
    Checkpoint newest = save(2);
    try (RandomAccessFile file = new RandomAccessFile(newest.file().toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    assertFallsBackTo(before, newest);
  }

  @Test
  void aFlippedBitGivesWayToTheOneBefore() throws IOException {
    Checkpoint before = save(1);
    Checkpoint newest = save(2);
    try (RandomAccessFile file = new RandomAccessFile(newest.file().toFile(), "rw")) {
      file.seek(file.length() / 2);
      int flipped = file.read() ^ 1;
      file.seek(file.length() / 2);
      file.write(flipped);
    }
    assertFallsBackTo(before, newest);
  }

  @Test
  void theNewestWholeTrainingComesBackAndTheOthersAreKeptAside() throws IOException {
    ComputationGraph graph = TinyFlsl.flsl(TinyFlsl.config(DataType.FLOAT).build()).build().init();
    assertEquals(Optional.empty(), checkpoints.restore());
    checkpoints.save(1, graph);
    Path damaged = checkpoints.save(2, graph).file();
    Files.writeString(damaged, "rubbish");
    Files.writeString(folder.resolve("step-00000003.zip.unfinished"), "half");

    assertEquals(graph.params(), checkpoints.restore().orElseThrow().params());

    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          Stream.of("step-00000001.zip", "step-00000002.zip.damaged").toList(),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void nothingIsBegunAnewWhereAllAreDamaged() throws IOException {
    Path only = Files.writeString(checkpoints.at(7).file(), "rubbish");
    String message = assertThrows(IOException.class, checkpoints::restore).getMessage();
    assertTrue(
        message.startsWith("No checkpoint in " + folder + " is whole (step-00000007.zip: "),
        message);
    assertEquals("rubbish", Files.readString(only));
  }

  private void assertFallsBackTo(Checkpoint before, Checkpoint damaged) throws IOException {
    Newest found = checkpoints.newest();
    assertEquals(Optional.of(before), found.whole());
    assertEquals(damaged.file(), found.damaged().get(0).file());
    checkpoints.setAside(found.damaged().get(0));
    assertTrue(checkpoints.newest().damaged().isEmpty());
    assertFalse(Files.exists(damaged.file()));
  }

  @Test
  void anUpdaterWithoutAMemoryIsSavedToo() throws IOException {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .updater(new Sgd(0.1))
                .graphBuilder()
                .addInputs("x")
                .addLayer("y", new OutputLayer.Builder().nIn(2).nOut(3).build(), "x")
                .setOutputs("y")
                .build());
    graph.init();
    checkpoints.save(1, graph);
    assertEquals(graph.params(), checkpoints.restore().orElseThrow().params());
  }

  @Test
  void noneToKeepIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Checkpoints(folder, 0));
  }
}
