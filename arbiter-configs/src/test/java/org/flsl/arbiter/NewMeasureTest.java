package org.flsl.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.DenseFeatures;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.evaluation.data.Photos;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A measure that somebody adds is one class: everything else finds it on the class path. */
class NewMeasureTest {
  private static final String SUMMARY = "How long is a token, in the mean? Needs any photos.";

  /** The mean length of tokens. */
  public static final class Length extends Measure {
    public Length() {
      super("length", SUMMARY);
    }

    @Override
    public Benchmark on(MeasuredImages images) {
      LabelledImages photos = images.readable().of(Photos.in(images.folder()).atMost(4));
      return candidate ->
          Measured.one(
              "mean length",
              candidate,
              DenseFeatures.of(candidate.features(), photos, candidate.preparation(), 4, done -> {})
                  .tokens()
                  .norm2(1)
                  .meanNumber()
                  .doubleValue());
    }
  }

  @TempDir private Path folder;

  @Test
  void isInEvalTrainingsReportAndSweeps() throws IOException, InterruptedException {
    Path sweep =
        TinySweep.file(
            folder, "search: grid\nscore: length\nbudget: 4 steps", "gamma: {values: [1, 5]}");
    Path recipe = TinySweep.recipe(folder, "measure: [length, health]\nmeasure-every: 2\n");
    Path run = folder.resolve("run");
    Path photos = folder.resolve("photos");
    Path swept = folder.resolve("swept");
    Path measured = folder.resolve("measured.csv");

    String said =
        new Plugin(folder)
            .offering(Measure.class, Length.class)
            .run(
                List.of("eval", "--help"),
                List.of("pretrain", "--config", recipe, "--out", run),
                List.of("eval", "length", "--run", run, "--images", photos, "--output", measured),
                List.of("sweep", sweep, "--out", swept));

    assertTrue(said.replaceAll("\\s+", " ").contains("length " + SUMMARY), said);
    List<String> rows = Files.readAllLines(run.resolve("measures.csv"));
    assertEquals("step,epoch,measure,name,value", rows.get(0));
    assertEquals(
        List.of(
            "0,0,length,mean length",
            "0,0,health,spread",
            "0,0,health,effective rank",
            "0,0,health,share of place",
            "0,0,health,place by rows",
            "0,0,health,place by columns",
            "10,2,length,mean length",
            "10,2,health,spread",
            "10,2,health,effective rank",
            "10,2,health,share of place",
            "10,2,health,place by rows",
            "10,2,health,place by columns"),
        rows.stream().skip(1).map(row -> row.replaceFirst(",[^,]*$", "")).toList());
    String page = Files.readString(run.resolve("report.html"));
    assertTrue(page.contains("length: mean length") && page.contains(SUMMARY), page);

    String atTheEnd = rows.get(7).replaceFirst(".*,", "");
    List<String> beside = Files.readAllLines(measured);
    assertEquals("mean length,model,1," + atTheEnd, beside.get(1), "the exported backbone is it");
    assertTrue(beside.get(2).startsWith("mean length,random twin,1,"), beside.toString());
    assertTrue(beside.get(3).startsWith("mean length,raw pixels,1,"), beside.toString());
    assertTrue(said.contains("score       length, more is better"), said);
    assertTrue(Files.readString(swept.resolve("best.yaml")).contains("gamma: "), said);
  }
}
