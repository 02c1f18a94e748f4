package org.flsl.examples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.watch.PageServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;

/** The report of a small training of the default recipe, looked at with a real browser. */
@Tag("browser")
class ReportInBrowserTest {
  private static final int DESKTOP = 1280;
  private static final int PHONE = 390;

  @TempDir private static Path folder;
  private static Path run;

  @TempDir private Path profile;

  @BeforeAll
  static void train() {
    assumeTrue(Chromium.program().isPresent(), "skipped: no Chromium on the PATH");
    // Wider than a phone, without a place to break.
    run = folder.resolve("run" + "_of_a_long_name".repeat(4));
    Screen screen = new Screen(false);
    int exit =
        Main.run(
            screen.terminal(),
            Map.of("FLSL_RELAUNCHED", "1", "OMP_NUM_THREADS", "2"),
            "pretrain",
            "--out=" + run,
            "--epochs=2",
            "--steps-per-epoch=6",
            "--batch=2",
            "--width=32",
            "--heads=2",
            "--depth=2",
            "--head-hidden=32",
            "--threads=2",
            "--loaders=1");
    assertEquals(0, exit, screen.err());
    assertEquals("", screen.err());
  }

  private Chromium browser() throws Exception {
    return Chromium.start(Chromium.program().orElseThrow(), profile);
  }

  private static URI report() {
    return run.resolve("report.html").toUri();
  }

  @Test
  void curvesAndPicturesAreThereAndNothingIsFetched() throws Exception {
    try (Chromium browser = browser()) {
      browser.open(report(), DESKTOP, 900);

      assertCurves(browser);
      assertPictures(browser);
      assertEquals(List.of(report().toString()), browser.requests());
      assertTrue(browser.evaluate("document.title").asText().startsWith("run"));
      Files.write(folder.resolve("report.png"), browser.screenshot());
    }
  }

  private static void assertCurves(Chromium browser) throws Exception {
    List<String> titles = new ArrayList<>();
    browser
        .evaluate("[...document.querySelectorAll('.chart h3')].map(h => h.textContent)")
        .forEach(title -> titles.add(title.asText()));
    assertEquals(curves(), titles);
    JsonNode lengths =
        browser.evaluate(
            "[...document.querySelectorAll('path.smooth')].map(p => p.getTotalLength())");
    assertEquals(titles.size(), lengths.size(), "curves");
    for (JsonNode length : lengths) {
      assertTrue(length.asDouble() > 200, "a curve goes across its chart: " + lengths);
    }
    JsonNode points =
        browser.evaluate(
            "[...document.querySelectorAll('path.smooth')]"
                + ".map(p => p.getAttribute('d').split(/[ML]/).length - 1)");
    points.forEach(count -> assertEquals(12, count.asInt(), "a point for each of the steps"));
    assertTrue(
        browser
            .evaluate("[...document.querySelectorAll('svg')].every(s => s.querySelector('title'))")
            .asBoolean(),
        "every chart is said in words");
  }

  /** The loss, each term that the default recipe gives a weight, health and schedules. */
  private static List<String> curves() {
    return List.of(
        "loss",
        "intra",
        "inter",
        "volume",
        "contrast",
        "entropy",
        "used centroids",
        "feature spread",
        "gradient norm",
        "learning rate",
        "weight decay",
        "momentum",
        "teacher temperature");
  }

  private static void assertPictures(Chromium browser) throws Exception {
    JsonNode widths =
        browser.evaluate("[...document.images].map(i => i.complete ? i.naturalWidth : 0)");
    assertEquals(4 * (1 + 2 * 3), widths.size(), "photos with three pictures before and after");
    widths.forEach(width -> assertTrue(width.asInt() > 100, "shown: " + widths));
    assertTrue(
        browser.evaluate("[...document.images].every(i => i.alt.length > 5)").asBoolean(),
        "alternative texts");
    // So short a training may leave a map of clusters as it was: those of one network are compared.
    assertEquals(
        4 * (1 + 3),
        browser
            .evaluate(
                "new Set([...document.images].filter(i => !i.alt.endsWith('untrained network'))"
                    + ".map(i => i.src)).size")
            .asInt(),
        "no picture of the trained network is there twice");
  }

  @Test
  void onAPhoneNothingIsWiderThanTheScreen() throws Exception {
    try (Chromium browser = browser()) {
      browser.open(report(), PHONE, 800);

      assertEquals(PHONE, browser.evaluate("document.documentElement.scrollWidth").asInt());
      int photo = browser.evaluate("document.images[0].getBoundingClientRect().width").asInt();
      assertTrue(photo > PHONE / 2, "a photo is shown large: " + photo);
      Files.write(folder.resolve("phone.png"), browser.screenshot());
    }
  }

  @Test
  void itPrints() throws Exception {
    try (Chromium browser = browser()) {
      browser.open(report(), DESKTOP, 900);

      byte[] pdf = browser.pdf();
      assertEquals("%PDF", new String(pdf, 0, 4, StandardCharsets.US_ASCII));
      assertTrue(pdf.length > 50_000, "with pictures: " + pdf.length);
    }
  }

  @Test
  void theLivePageRenewsItselfAndAsksNobodyElse() throws Exception {
    try (PageServer server = PageServer.start("localhost", OptionalInt.of(0));
        Chromium browser = browser()) {
      server.show(new Report().live(RunResult.at(run)));
      browser.open(URI.create(server.url()), DESKTOP, 900);

      assertCurves(browser);
      // The first page has no pictures yet: they come when the page renews itself.
      for (int i = 0; i < 600 && browser.evaluate("document.images.length").asInt() == 0; i++) {
        Thread.sleep(100);
      }
      assertPictures(browser);
      browser.requests().forEach(url -> assertEquals(server.url(), url));
    }
  }
}
