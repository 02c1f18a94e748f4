package org.flsl.arbiter.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flsl.arbiter.CandidateSettings;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcome.Status;
import org.junit.jupiter.api.Test;

class SweepPictureTest {
  private static final int YELLOW = 0xFFE6D71A;

  private static Outcome outcome(int index, String gamma, Status status, Double score) {
    Map<String, String> settings = Map.of("gamma", gamma, "arch", "tiny");
    return new Outcome(
        index, new CandidateSettings(settings), status, score, 1, Map.of(), "a reason");
  }

  private static long yellow(BufferedImage picture) {
    int[] pixels =
        picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
    return Arrays.stream(pixels).filter(pixel -> pixel == YELLOW).count();
  }

  private static BufferedImage drawn(Outcome... outcomes) {
    return picture(outcomes).draw();
  }

  private static SweepPicture picture(Outcome... outcomes) {
    Sweep sweep =
        SweepFile.parse(
            """
            candidates: 3
            settings:
              gamma: {from: 1, to: 100, scale: log}
              arch: {values: [tiny, small]}
            """,
            "my.yaml");
    return new SweepPicture(sweep.axes(), List.of(outcomes), "a test's", sweep.base(), 0.5);
  }

  @Test
  void settingsWithoutANumberAreNotDrawn() {
    // Nobody names a depth, and the recipe leaves it to the architecture.
    Sweep sweep =
        SweepFile.parse(
            "candidates: 1\nsettings:\n  depth: {from: 1, to: 4}\n  gamma: {from: 1, to: 9}\n",
            "my.yaml");
    Outcome known = outcome(0, "2", Status.DONE, 0.2);
    BufferedImage both =
        new SweepPicture(sweep.axes(), List.of(known), "a test's", sweep.base(), 0.5).draw();
    assertEquals(1100, both.getWidth());
  }

  @Test
  void theBestOneStandsOut() {
    BufferedImage picture =
        drawn(
            outcome(0, "1", Status.DONE, 0.2),
            outcome(1, "10", Status.DONE, 0.9),
            outcome(2, "100", Status.FAILED, null),
            outcome(3, "50", Status.STOPPED, 0.1));
    assertEquals(1100, picture.getWidth());
    // A thick line and two dots; one yellow dot alone has about sixty.
    assertNotEquals(0, yellow(picture) / 1000, "yellow pixels: " + yellow(picture));
  }

  @Test
  void ofEqualOnesTheFirstIsTheBestAsInTheTable() {
    List<Outcome> outcomes =
        List.of(
            outcome(0, "1", Status.DONE, 0.2),
            outcome(1, "10", Status.DONE, 0.9),
            outcome(2, "50", Status.DONE, 0.9),
            outcome(3, "100", Status.STOPPED, 0.95));
    Outcome best = picture(outcomes.toArray(Outcome[]::new)).best();
    assertEquals(1, best.index());
    assertEquals(ResultsTable.sorted(outcomes).get(0), best);
  }

  @Test
  void oneCandidateIsEnough() {
    assertEquals(1100, drawn(outcome(0, "5", Status.DONE, 0.5)).getWidth());
  }

  @Test
  void numbersBesideALogScaleAreRound() {
    assertEquals(
        List.of("0.01", "0.1", "1", "10"),
        Scale.of(0.01, 12, true).ticks().stream().map(Scale.Tick::label).toList());
    assertEquals(
        List.of("0.02", "0.05", "0.1"),
        Scale.of(0.015, 0.15, true).ticks().stream().map(Scale.Tick::label).toList());
  }

  @Test
  void numbersBesideALinearScaleAreRound() {
    assertEquals(
        List.of("0", "5", "10"),
        Scale.of(0, 10, false).ticks().stream().map(Scale.Tick::label).toList());
    assertEquals(0.5, Scale.of(0, 10, false).position(5), 1e-12);
  }
}
