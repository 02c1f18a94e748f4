package org.flsl.scale.hadoop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.hadoop.fs.FileUtil;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.run.RunFolder;
import org.flsl.training.checkpoint.Checkpoints;
import org.flsl.training.checkpoint.Checkpoints.Newest;
import org.flsl.views.FileNames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run folder in a file system of Hadoop, and every moment at which its process can be killed. */
class KeptElsewhereTest {
  private static final int STEPS = 4;

  @TempDir private Path folder;
  private Path kept;

  @BeforeEach
  void chooseAFolder() {
    kept = kept("run");
  }

  @AfterEach
  void revive() {
    PretendedHdfs.revive();
  }

  private Path kept(String name) {
    return FileNames.path("hdfs://pretended" + folder.resolve(name));
  }

  /** As a training does: figures of every step, and states, of which one is the best. */
  private static void train(RunFolder run, int from, AtomicInteger published) throws IOException {
    RunFiles files = run.files();
    Checkpoints checkpoints = files.checkpoints(2);
    for (int step = from + 1; step <= STEPS; step++) {
      Files.writeString(
          files.metrics(), step + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      String state = "state " + step;
      Checkpoints.Checkpoint saved =
          checkpoints.save(
              step,
              out -> {
                ZipOutputStream zip = new ZipOutputStream(out);
                zip.putNextEntry(new ZipEntry("state"));
                zip.write(state.getBytes(StandardCharsets.UTF_8));
                zip.finish();
              });
      if (step != STEPS) {
        checkpoints.keepAsBest(saved);
      }
      run.publish();
      published.set(step);
      if (step == 2) {
        // What changes under its name, as the configuration of a run that is told more epochs.
        run.write(Settings.SCHEMA.defaults().with(Settings.EPOCHS, 7));
      }
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Of the killed process, which tidies nothing. */
  private static void discard(RunFolder run) {
    FileUtil.fullyDelete(run.files().folder().getParent().toFile());
  }

  @Test
  void whateverKillsItItGoesOnFromTheLastCheckpointThatWasPublished() throws IOException {
    boolean killed = true;
    for (int changes = 0; killed; changes++) {
      kept = kept("run-" + changes);
      PretendedHdfs.killAfter(changes);
      RunFolder begun = RunFolder.create(Pretraining.KIND, kept);
      begun.write(Settings.SCHEMA.defaults());
      AtomicInteger published = new AtomicInteger();
      killed = isKilled(begun, published);
      PretendedHdfs.revive();
      if (killed) {
        discard(begun);
      }
      String when = "killed after %d changes, %s steps".formatted(changes, published);
      if (!RunFolder.begun(Pretraining.KIND, kept).isBegun()) {
        assertEquals(0, published.get(), when);
        continue;
      }
      RunFolder again = RunFolder.open(Pretraining.KIND, kept);
      RunFiles files = again.files();
      Newest newest = files.checkpoints(2).newest();
      int step = newest.whole().map(found -> (int) found.step()).orElse(0);
      assertEquals(List.of(), newest.damaged(), when);
      assertTrue(step >= published.get(), when);
      assertTrue(step == 0 || Files.readAllLines(files.metrics()).size() >= step, when);
      assertTrue(files.settings().isPresent(), when);
      Files.writeString(
          files.metrics(),
          Stream.iterate(1, i -> i + 1)
              .limit(step)
              .map(i -> i + "\n")
              .collect(Collectors.joining()));
      train(again, step, published);
      Set<String> worked = names(files.folder());
      worked.remove(".lock");
      again.close();
      assertTrue(Files.notExists(files.folder()), "nothing stays on this machine");
      assertEquals(worked, names(kept), when);
      assertTrue(
          worked.containsAll(
              List.of("config.yaml", "checkpoints/best.zip", "checkpoints/step-00000004.zip")),
          when);
      assertEquals(
          List.of("1", "2", "3", "4"), Files.readAllLines(kept.resolve("metrics.csv")), when);
    }
  }

  private static boolean isKilled(RunFolder run, AtomicInteger published) {
    try {
      train(run, 0, published);
      run.close();
      return false;
    } catch (IOException | UserError e) {
      assertTrue(e.getMessage().contains("killed"), e.toString());
      return true;
    }
  }

  @Test
  void aFolderThatHoldsSomethingIsLeftAlone() throws IOException {
    Files.createDirectories(folder.resolve("run"));
    Files.writeString(folder.resolve("run/letter.txt"), "dear");
    UserError e = assertThrows(UserError.class, () -> RunFolder.create(Pretraining.KIND, kept));
    assertEquals(kept + " is not empty: choose another --out", e.getMessage());
    Files.delete(folder.resolve("run/letter.txt"));
    RunFolder run = RunFolder.create(Pretraining.KIND, kept);
    run.write(Settings.SCHEMA.defaults());
    assertFalse(Files.exists(folder.resolve("run/config.yaml")));
    run.close();
    e = assertThrows(UserError.class, () -> RunFolder.create(Pretraining.KIND, kept));
    assertEquals(
        "%1$s holds a run already: go on with --resume %1$s, or choose another --out"
            .formatted(kept),
        e.getMessage());
  }

  @Test
  void whatCannotBeCopiedStaysOnThisMachine() throws IOException {
    RunFolder run = RunFolder.create(Pretraining.KIND, kept);
    run.write(Settings.SCHEMA.defaults());
    PretendedHdfs.killAfter(0);
    UserError e = assertThrows(UserError.class, run::close);
    assertEquals(
        "cannot copy the run to %s: killed; all of it is in %s: copy that by hand"
            .formatted(kept, run.files().folder()),
        e.getMessage());
    assertTrue(run.files().isBegun());
    discard(run);
  }

  @Test
  void nothingStaysOfARunThatNeverBegan() throws IOException {
    RunFolder run = RunFolder.create(Pretraining.KIND, kept);
    run.close();
    assertTrue(Files.notExists(run.files().folder().getParent()));
    assertTrue(Files.notExists(kept));
  }
}
