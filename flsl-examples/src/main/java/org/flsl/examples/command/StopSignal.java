package org.flsl.examples.command;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jline.utils.Signals;

/**
 * Turns Ctrl-C, a polite kill and the end of the terminal into a wish that a loop looks at between
 * two steps of its work; a second Ctrl-C ends the process at once.
 *
 * <p>A signal that the process was started to ignore, as {@code nohup} does, stays ignored.
 */
public final class StopSignal implements AutoCloseable {
  private static final int HUNG_UP = 129;
  private static final int INTERRUPTED = 130;
  private static final int TERMINATED = 143;

  private final Terminal terminal;
  private final String unit;
  private final AtomicInteger exitCode = new AtomicInteger();

  /** What the signals meant before, by their names. */
  private final Map<String, Object> before = new LinkedHashMap<>();

  /**
   * Begins to listen.
   *
   * @param unit of the work, which is finished before it stops: a step, or so many images
   */
  public StopSignal(Terminal terminal, String unit) {
    this.terminal = terminal;
    this.unit = unit;
    before.put("INT", Signals.register("INT", this::interrupt));
    before.put("TERM", Signals.register("TERM", () -> request(TERMINATED)));
    before.put("HUP", Signals.register("HUP", () -> request(HUNG_UP)));
  }

  /** Whether a signal came. */
  public boolean requested() {
    return exitCode.get() != 0;
  }

  /** The exit code that tells the caller of the process which signal ended it. */
  public int exitCode() {
    return exitCode.get();
  }

  private void interrupt() {
    if (!request(INTERRUPTED)) {
      Runtime.getRuntime().halt(INTERRUPTED);
    }
  }

  private boolean request(int code) {
    boolean first = exitCode.compareAndSet(0, code);
    if (first) {
      terminal.plain("stopping after %s, then saving (Ctrl-C again: stop at once)".formatted(unit));
    }
    return first;
  }

  @Override
  public void close() {
    before.forEach(Signals::unregister);
  }
}
