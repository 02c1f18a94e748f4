package org.flsl.examples.pretrain;

import java.util.concurrent.atomic.AtomicInteger;
import org.flsl.examples.Terminal;
import org.jline.utils.Signals;

/**
 * Turns Ctrl-C and a polite kill into a wish that the training loop looks at between two steps; a
 * second Ctrl-C ends the process at once.
 */
public final class StopSignal implements AutoCloseable {
  private static final int INTERRUPTED = 130;
  private static final int TERMINATED = 143;

  private final Terminal terminal;
  private final AtomicInteger exitCode = new AtomicInteger();
  private final Object onInterrupt;
  private final Object onTerminate;

  /** Begins to listen. */
  public StopSignal(Terminal terminal) {
    this.terminal = terminal;
    onInterrupt = Signals.register("INT", this::interrupt);
    onTerminate = Signals.register("TERM", () -> request(TERMINATED));
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
      terminal.plain("stopping after this step, then saving (Ctrl-C again: stop at once)");
    }
    return first;
  }

  @Override
  public void close() {
    Signals.unregister("INT", onInterrupt);
    Signals.unregister("TERM", onTerminate);
  }
}
