package org.flsl.examples.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Sends what the libraries log to the terminal of a command: our warnings, and others' errors.
 *
 * <p>DL4J and ND4J tell much while they start that means nothing to a user; {@code --debug} shows
 * it.
 */
public final class Logs {
  private Logs() {}

  public static void to(Terminal terminal, boolean debug) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      // Somebody else's program, such as spark-submit, has a log of its own.
      return;
    }
    context.reset();
    Appender appender = new Appender(terminal, debug);
    appender.setContext(context);
    appender.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(debug ? Level.INFO : Level.ERROR);
    context.getLogger("org.flsl").setLevel(debug ? Level.DEBUG : Level.WARN);
  }

  private static final class Appender extends AppenderBase<ILoggingEvent> {
    private final Terminal terminal;
    private final boolean debug;

    Appender(Terminal terminal, boolean debug) {
      this.terminal = terminal;
      this.debug = debug;
    }

    @Override
    protected void append(ILoggingEvent event) {
      String text = event.getFormattedMessage();
      if (debug && event.getThrowableProxy() != null) {
        text += System.lineSeparator() + ThrowableProxyUtil.asString(event.getThrowableProxy());
      }
      if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
        terminal.warn(text);
      } else {
        terminal.plain(text);
      }
    }
  }
}
