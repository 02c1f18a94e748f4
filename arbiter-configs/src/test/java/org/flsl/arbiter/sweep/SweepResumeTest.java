package org.flsl.arbiter.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcomes;
import org.flsl.arbiter.TinySweep;
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
  void killedInTheMiddleItEndsLikeOneThatWasNot() throws Exception {
    Path file =
        TinySweep.file(
            folder,
            "candidates: 4\nseed: 3\nstop-early: yes",
            "gamma: {from: 0.5, to: 20, scale: log}\nsave-minutes: 0.001");
    Path whole = folder.resolve("whole");
    assertEquals(0, new TinySweep().run(file, "--out", whole));

    Path killed = folder.resolve("killed");
    Path output = folder.resolve("output.txt");
    Process process = TinySweep.fork(output, file, "--out", killed);
    TinySweep.await(process, output, "candidate 1 (2 of 4)");
    process.destroyForcibly().waitFor();
    List<String> before = told(killed).subList(0, 2);
    Path metrics = killed.resolve("candidates/000/metrics.csv");
    FileTime trained = Files.getLastModifiedTime(metrics);

    Path again = folder.resolve("again.txt");
    Process resumed = TinySweep.fork(again, "--resume", killed);
    assertTrue(resumed.waitFor(TinySweep.PATIENCE_SECONDS, TimeUnit.SECONDS));
    String said = Files.readString(again);
    assertEquals(0, resumed.exitValue(), said);
    assertTrue(said.contains("of 4 before"), said);
    assertTrue(said.lines().noneMatch(line -> line.startsWith("candidate 0 ")), said);
    assertEquals(trained, Files.getLastModifiedTime(metrics), "not trained again");
    assertEquals(before, told(killed).subList(0, 2));
    assertEquals(told(whole), told(killed));
  }
}
