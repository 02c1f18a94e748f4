package org.flsl.examples.loop;

import java.time.Duration;
import java.time.Instant;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.run.Terms;

/**
 * Shows how a training comes on: a bar at the bottom where somebody watches, and a line per epoch.
 *
 * <p>Where nobody watches, such as in a log file, long epochs get a line per minute instead.
 */
final class Progress implements AutoCloseable {
  private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

  private final Terminal terminal;
  private final Plan plan;
  private final Pace pace = new Pace();
  private final ProgressBar bar;
  private Instant lastLine = Instant.now();

  /**
   * @param stepsTaken by earlier processes of the run
   */
  Progress(Terminal terminal, Plan plan, long stepsTaken) {
    this.terminal = terminal;
    this.plan = plan;
    bar =
        new ProgressBarBuilder()
            .setTaskName("")
            .setStyle(
                terminal.fancy() ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK : ProgressBarStyle.ASCII)
            .setInitialMax(plan.steps() * plan.batch())
            .startsFrom(stepsTaken * plan.batch(), Duration.ZERO)
            .hideEta()
            .setConsumer(new BottomLine(terminal))
            .build();
  }

  /**
   * A step is done.
   *
   * @param stepsTaken since the run began
   */
  void step(long stepsTaken, Terms terms, double seconds) {
    pace.step(seconds);
    bar.stepTo(stepsTaken * plan.batch());
    bar.setExtraMessage(speed(stepsTaken) + "  " + terms.each("%.3f", " "));
    if (!terminal.interactive()
        && Duration.between(lastLine, Instant.now()).compareTo(BETWEEN_LINES) >= 0) {
      line("step %d/%d".formatted(stepsTaken, plan.steps()), stepsTaken, terms);
    }
  }

  /** An epoch is done. */
  void epoch(long stepsTaken, Terms mean) {
    line("epoch %d/%d".formatted(plan.epoch(stepsTaken), plan.epochs()), stepsTaken, mean);
  }

  private void line(String what, long stepsTaken, Terms terms) {
    lastLine = Instant.now();
    terminal.plain("%s  %s  %s".formatted(what, terms, speed(stepsTaken)));
  }

  private String speed(long stepsTaken) {
    return "%.1f images/s, %s left"
        .formatted(
            plan.batch() / pace.secondsPerStep(), Pace.words(pace.left(plan.steps() - stepsTaken)));
  }

  @Override
  public void close() {
    bar.close();
  }

  /** Puts the bar where the terminal wants it. */
  private static final class BottomLine implements ProgressBarConsumer {
    private final Terminal terminal;

    BottomLine(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public int getMaxRenderedLength() {
      // The last column is left free: a character there makes some terminals begin a new line.
      return terminal.columns() - 1;
    }

    @Override
    public void accept(String rendered) {
      terminal.bottom(rendered);
    }

    @Override
    public void close() {
      terminal.bottom("");
    }
  }
}
