package org.flsl.arbiter.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.flsl.arbiter.TinySweep;
import org.flsl.examples.ForkedJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arbiter's web page while a sweep runs: in a real browser, where there is one. */
@Tag("slow")
class SweepPageTest {
  private static final int PATIENCE_SECONDS = 300;
  private static final List<String> BROWSERS =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private HttpResponse<String> get(String address) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
  }

  @Test
  void aRunningSweepIsShown() throws Exception {
    Path file =
        TinySweep.file(
            folder,
            "candidates: 10000\nbudget: 20 steps",
            "gamma: {from: 0.5, to: 20, scale: log}");
    int port = freePort();
    Path output = folder.resolve("output.txt");
    ForkedJvm sweep =
        TinySweep.fork(output, file, "--out", folder.resolve("out"), "--ui", "--port", port);
    try {
      sweep.awaitOutput("candidate 0 ");
      String page = "http://localhost:" + port + "/arbiter";
      assertTrue(sweep.output().contains("web page    " + page), sweep.output());
      askForAllOf(page);
      lookAt(page);
    } finally {
      sweep.process().destroyForcibly().waitFor();
    }
  }

  private void askForAllOf(String page) throws IOException, InterruptedException {
    String overview = ok(page + "/summary");
    assertTrue(overview.contains("Models Completed"), overview);
    assertTrue(ok(page + "/results").contains("Complete"));
    String configuration = ok(page + "/config");
    assertTrue(configuration.contains("gamma"), configuration);
    assertTrue(configuration.contains("SweepCandidates"), configuration);
    String candidate = ok(page + "/candidateInfo/0");
    assertTrue(candidate.contains("gamma"), candidate);
    assertTrue(candidate.contains("Model Score vs. Iteration"), candidate);
  }

  private void lookAt(String page) throws Exception {
    String browser =
        BROWSERS.stream().filter(name -> Files.isExecutable(Path.of(name))).findFirst().orElse("");
    assumeTrue(!browser.isEmpty(), "no Chromium here: the page was asked for, but not drawn");
    String seen = seenIn(browser, page);
    assertTrue(seen.contains("Models Completed"), seen);
    assertTrue(seen.contains("gamma"), seen);
    assertFalse(seen.contains("Internal Server Error"), seen);
  }

  private String ok(String address) throws IOException, InterruptedException {
    HttpResponse<String> response = get(address);
    assertEquals(200, response.statusCode(), address + ": " + response.body());
    return response.body();
  }

  /** The page as it stands after its scripts have run. */
  private String seenIn(String browser, String page) throws Exception {
    List<String> command = new ArrayList<>(List.of(browser));
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--user-data-dir=" + Files.createDirectory(folder.resolve("browser")),
            "--virtual-time-budget=8000",
            "--dump-dom",
            page));
    Path dom = folder.resolve("page.html");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(dom.toFile())
            .redirectError(folder.resolve("browser.txt").toFile())
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("the browser did not end");
    }
    return Files.readString(dom);
  }
}
