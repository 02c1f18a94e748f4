package org.flsl.arbiter.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcomes;
import org.flsl.arbiter.TinySweep;
import org.flsl.examples.ForkedJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep that is killed goes on where it was: the same candidates, and none of them twice. */
@Tag("slow")
class SweepResumeTest {
  @TempDir private Path folder;

  /** All that tells one outcome from another but the time it took. */
  private static List<String> told(Path sweep) throws IOException {
    List<String> told = new ArrayList<>();
    for (Outcome o : Outcomes.open(sweep.resolve("results.csv")).all()) {
      told.add(o.index() + " " + o.settings() + " " + o.status() + " " + o.score());
    }
    return told;
  }

  @Test
  void killedAndInterruptedItEndsLikeOneThatWasNot() throws Exception {
    Path file =
        TinySweep.file(
            folder,
            "candidates: 6\nseed: 3\nstop-early: yes",
            "gamma: {from: 0.5, to: 20, scale: log}\nsave-minutes: 0.001");
    Path whole = folder.resolve("whole");
    assertEquals(0, new TinySweep().run(file, "--out", whole));

    Path sweep = folder.resolve("sweep");
    Path output = folder.resolve("killed.txt");
    ForkedJvm killed = TinySweep.fork(output, file, "--out", sweep);
    killed.awaitOutput("candidate 1 (2 of 6)");
    killed.process().destroyForcibly();
    assertEquals(137, killed.await(), "it was to be killed, but ended by itself");
    List<String> before = told(sweep).subList(0, 2);
    Path metrics = sweep.resolve("candidates/000/metrics.csv");
    FileTime trained = Files.getLastModifiedTime(metrics);

    output = folder.resolve("interrupted.txt");
    ForkedJvm interrupted = TinySweep.fork(output, "--resume", sweep);
    interrupted.awaitOutput("candidate 2 (3 of 6)");
    interrupted.signal("INT");
    assertEquals(130, interrupted.await(), interrupted.output());
    assertTrue(
        interrupted.output().contains("go on with: ./flsl sweep --resume " + sweep),
        interrupted.output());
    assertTrue(Files.exists(sweep.resolve("best.yaml")), "the best so far is told");
    assertTrue(Files.exists(sweep.resolve("scores.png")), "and drawn");

    // With other terms scores would not be comparable.
    String text = Files.readString(sweep.resolve("sweep.yaml"));
    Files.writeString(sweep.resolve("sweep.yaml"), text.replace("depth: 1", "depth: 2"));
    TinySweep changed = new TinySweep();
    assertEquals(1, changed.run("--resume", sweep));
    assertTrue(
        changed.err().contains("the sweep began with other terms than 'depth: 2'"), changed.err());
    Files.writeString(sweep.resolve("sweep.yaml"), text);

    output = folder.resolve("resumed.txt");
    ForkedJvm resumed = TinySweep.fork(output, "--resume", sweep);
    assertEquals(0, resumed.await(), resumed.output());
    String said = resumed.output();
    assertTrue(said.lines().noneMatch(line -> line.startsWith("candidate 0 ")), said);
    assertEquals(trained, Files.getLastModifiedTime(metrics), "not trained again");
    assertEquals(before, told(sweep).subList(0, 2));
    assertEquals(told(whole), told(sweep));
  }
}
