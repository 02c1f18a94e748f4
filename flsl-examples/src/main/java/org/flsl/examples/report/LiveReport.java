package org.flsl.examples.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.flsl.examples.pretrain.RunResult;

/**
 * The page of a run that trains, made of the files in its folder; the training knows nothing of it.
 *
 * <p>Curves are those of the moment. Pictures are drawn in the background, from the newest saved
 * state, and now and then only: they take time from the training.
 */
final class LiveReport implements Supplier<String> {
  private static final Duration BETWEEN_PICTURES = Duration.ofSeconds(60);

  private final Report report;
  private final RunResult run;
  private final Executor background =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "pictures of the live page");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            return thread;
          });
  private CompletableFuture<List<PhotoPanel>> drawing =
      CompletableFuture.completedFuture(List.of());
  private List<PhotoPanel> drawn = List.of();
  private long drawnState = -1;
  private long begun = System.nanoTime() - BETWEEN_PICTURES.toNanos();

  LiveReport(Report report, RunResult run) {
    this.report = report;
    this.run = run;
  }

  @Override
  public synchronized String get() {
    if (drawing.isDone()) {
      drawn = drawing.join();
      long state = run.newestStep();
      if (state != drawnState && System.nanoTime() - begun > BETWEEN_PICTURES.toNanos()) {
        drawnState = state;
        begun = System.nanoTime();
        drawing = CompletableFuture.supplyAsync(() -> report.pictures(run), background);
      }
    }
    try {
      return report.html(run, drawn, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
