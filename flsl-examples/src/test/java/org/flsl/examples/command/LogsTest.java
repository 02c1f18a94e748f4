package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.flsl.examples.Screen;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogsTest {

  /** JavaCPP's thread, which frees memory, tells each time that it does. */
  @Test
  void whatOtherThreadsLogWhileLogsAreSetUpIsNotShown() throws InterruptedException {
    Logger others = LoggerFactory.getLogger("somebody.elses");
    Thread busy =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                others.debug("collecting");
              }
            });
    Screen screen = new Screen(false);
    busy.start();
    try {
      for (int i = 0; i < 2000; i++) {
        Logs.to(screen.terminal(), false);
      }
    } finally {
      busy.interrupt();
      busy.join();
    }
    assertEquals("", screen.out() + screen.err());
  }
}
