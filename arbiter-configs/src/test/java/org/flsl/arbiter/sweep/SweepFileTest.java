package org.flsl.arbiter.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.flsl.arbiter.CandidateSettings;
import org.flsl.arbiter.MedianRule;
import org.flsl.evaluation.Reading;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Setup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepFileTest {
  private static Sweep parse(String text) {
    return SweepFile.parse(text, "my.yaml");
  }

  private static String errorOf(String text) {
    return assertThrows(UserError.class, () -> parse(text)).getMessage();
  }

  @Test
  void settingsAreFixedOrSearched() {
    Sweep sweep =
        parse(
            """
            config: photos
            candidates: 20
            seed: 7
            stop-early: yes
            settings:
              depth: 2
              gamma: {from: 1, to: 10}
              lr: {from: 0.001, to: 0.1, scale: log}
              local-views: {from: 1, to: 3}
              teacher-temperature: {values: [0.04, 0.04..0.07]}
              centring: {values: [yes, no]}
            """);
    assertEquals(2, sweep.base().get(Settings.DEPTH));
    assertEquals(64, sweep.base().get(Settings.CENTROIDS), "of the recipe");
    assertEquals(MedianRule.usual(), sweep.rule());
    List<CandidateSettings> candidates = sweep.candidates().preview();
    assertEquals(20, candidates.size());
    for (CandidateSettings candidate : candidates) {
      assertEquals(5, candidate.values().size(), "searched settings only: " + candidate);
      Setup.of(candidate.applyTo(sweep.base()));
    }
  }

  @Test
  void epochsWinOverTheMinutesOfARecipe(@TempDir Path folder) throws IOException {
    Path recipe = Files.writeString(folder.resolve("an-hour.yaml"), "minutes: 60");
    String sweep =
        "config: '" + recipe + "'\ncandidates: 1\nsettings:\n  gamma: {from: 1, to: 2}\n";
    assertEquals(60, parse(sweep).base().get(Settings.MINUTES));
    Sweep counted = parse(sweep + "  epochs: 3\n");
    assertEquals(3, counted.budget().limit(counted.base(), folder).get(Settings.EPOCHS));
    assertNull(counted.base().get(Settings.MINUTES));
  }

  @Test
  void scoredAreTheFeaturesThatItNames() {
    String searched = "\ncandidates: 1\nsettings:\n  gamma: {from: 1, to: 2}";
    assertEquals(Reading.USUAL, parse(searched).reading());
    assertEquals(
        Reading.ofKeys(3, 4).atScales(0.7, 1),
        parse("score-block: [3, 4]\nscore-read: keys\nscore-scales: [0.7, 1]" + searched)
            .reading());
  }

  @Test
  void wholeNumbersFollowALogScaleToo() {
    List<CandidateSettings> candidates =
        parse(
                """
                candidates: 600
                settings:
                  centroids: {from: 16, to: 4096, scale: log}
                  depth: {from: 1, to: 3, scale: log}
                  seed: {from: 1, to: 10000000000, scale: log}
                """)
            .candidates()
            .preview();
    List<Long> centroids =
        candidates.stream().map(one -> Long.valueOf(one.get("centroids"))).toList();
    // Eight doublings: a half below the fourth, and an eighth in each.
    assertEquals(300, centroids.stream().filter(n -> n < 256).count(), 60);
    assertEquals(75, centroids.stream().filter(n -> n >= 1024 && n < 2048).count(), 40);
    assertTrue(centroids.stream().allMatch(n -> n >= 16 && n <= 4096));
    List<Long> depths = candidates.stream().map(one -> Long.valueOf(one.get("depth"))).toList();
    // ln 3, ln 5/3 and ln 7/5 of ln 7.
    assertEquals(339, depths.stream().filter(n -> n == 1).count(), 60);
    assertEquals(104, depths.stream().filter(n -> n == 3).count(), 45);
    assertEquals(
        300,
        candidates.stream().filter(one -> Long.parseLong(one.get("seed")) < 100_000).count(),
        60);
  }

  @Test
  void aGridSpacesItsPoints() {
    Sweep sweep =
        parse(
            """
            search: grid
            settings:
              lr: {from: 0.001, to: 0.1, scale: log, points: 3}
              depth: {from: 1, to: 2, points: 5}
            """);
    assertEquals(List.of("0.001", "0.01", "0.1"), sweep.axes().get(0).values());
    assertEquals(List.of("1", "2"), sweep.axes().get(1).values());
    assertEquals(6, sweep.candidates().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "candidates: 3\\nsettings:\\n  gama: {from: 1, to: 2}"
            + " | my.yaml, line 3: there is no setting 'gama'; did you mean 'gamma'?",
        "candidate: 3 | my.yaml, line 1: there is no 'candidate' here; did you mean 'candidates'?",
        "settings:\\n  gamma: {from: 1, to: 2}"
            + " | my.yaml: a random search needs 'candidates', how many to try",
        "candidates: 3\\nsettings:\\n  gamma: {from: 2, to: 2}"
            + " | my.yaml, line 3: gamma: the range is empty: from 2 to 2",
        "candidates: 3\\nsettings:\\n  gamma: {from: 0, to: 2, scale: log}"
            + " | my.yaml, line 3: gamma: a log scale begins above 0, not at 0",
        "candidates: 3\\nsettings:\\n  gamma: {from: much, to: 2}"
            + " | my.yaml, line 3: gamma: from is 'much', but has to be a number or two, as in"
            + " 0.1..0.5, each of at least 0",
        "candidates: 3\\nsettings:\\n  gamma: {from: 1..2, to: 2}"
            + " | my.yaml, line 3: gamma: from is '1..2', but has to be one number",
        "candidates: 3\\nsettings:\\n  depth: {from: 1.5, to: 2}"
            + " | my.yaml, line 3: depth: from is '1.5', but has to be a whole number of at least"
            + " 1, or auto",
        "candidates: 3\\nsettings:\\n  arch: {from: 1, to: 2}"
            + " | my.yaml, line 3: arch takes no numbers: list what to try, as in {values: [...]}",
        "candidates: 3\\nsettings:\\n  arch: {values: [tiny, huge]}"
            + " | my.yaml, line 3: arch is 'huge', but has to be one of tiny, small, base",
        "candidates: 3\\nsettings:\\n  gamma: {values: [5, 5.0]}"
            + " | my.yaml, line 3: gamma has fewer than two different values: nothing to search",
        "candidates: 3\\nsettings:\\n  gamma: {from: 1}"
            + " | my.yaml, line 3: gamma needs from and to, as in {from: 1, to: 10}, or values",
        "candidates: 3\\nsettings:\\n  threads: {values: [1, 2]}"
            + " | my.yaml, line 3: threads does not change what is learned: give it one value",
        "search: grid\\nsettings:\\n  gamma: {from: 1, to: 2}"
            + " | my.yaml, line 3: gamma: a grid needs to know how many points, as in {.., points:"
            + " 3}",
        "search: genetic | my.yaml, line 1: search is 'genetic', but has to be one of random, grid",
        "candidates: 3\\nsettings:\\n  gamma: 5 | my.yaml: nothing is searched; give a setting a"
            + " section, as in 'gamma: {from: 1, to: 10}'",
        "candidates: 3\\nbudget: long\\nsettings:\\n  gamma: {from: 1, to: 2} | my.yaml, line 2:"
            + " budget is 'long', but has to be of the form '200 steps' or '2 minutes'",
        "candidates: 0\\nsettings:\\n  gamma: {from: 1, to: 2} | my.yaml, line 1: candidates is"
            + " '0', but has to be a whole number of at least 1",
        "settings:\\n  out: here | my.yaml, line 2: every candidate has a folder of its own: use"
            + " sweep's --out",
        "also: [{}]\\nscore-block: [last] | my.yaml, line 2: score-block has to be a list of blocks, as in [3,"
            + " 4]",
        "also: [{}]\\nscore-read: values | my.yaml, line 2: score-read is 'values', but has to be one of output,"
            + " keys",
        "also: [{}]\\nscore-scales: [1, -1] | my.yaml, line 2: Images are read at scales above 0,"
            + " such as 1 and 1.5, got [1.0, -1.0]",
        "gamma, eta | my.yaml holds no settings: expected lines of the form 'name: value', such"
            + " as 'batch: 16'",
      })
  void whatCannotBeIsSaidInALine(String text, String error) {
    assertEquals(error, errorOf(text.replace("\\n", "\n")));
  }

  @Test
  void everyShippedSweepIsSound() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("sweeps"))) {
      List<Path> sweeps = files.toList();
      assertTrue(sweeps.size() >= 3, sweeps.toString());
      for (Path file : sweeps) {
        Sweep sweep = SweepFile.parse(Files.readString(file), file.toString());
        for (CandidateSettings candidate : sweep.candidates().preview()) {
          Setup.of(candidate.applyTo(sweep.base()));
        }
      }
    }
  }
}
