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
  private static final String OURS = "org.flsl";

  private Logs() {}

  public static void to(Terminal terminal, boolean debug) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      // Somebody else's program, such as spark-submit, has a log of its own.
      return;
    }
    Level ours = debug ? Level.DEBUG : Level.WARN;
    Level others = debug ? Level.INFO : Level.ERROR;
    context.reset();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(others);
    context.getLogger(OURS).setLevel(ours);
    Appender appender = new Appender(terminal, debug, ours, others);
    appender.setContext(context);
    appender.start();
    root.addAppender(appender);
  }

  private static final class Appender extends AppenderBase<ILoggingEvent> {
    private final Terminal terminal;
    private final boolean debug;
    private final Level ours;
    private final Level others;

    Appender(Terminal terminal, boolean debug, Level ours, Level others) {
      this.terminal = terminal;
      this.debug = debug;
      this.ours = ours;
      this.others = others;
    }

    @Override
    protected void append(ILoggingEvent event) {
      // A logger that is just being reset lets everything through, and other threads do not wait.
      if (!event.getLevel().isGreaterOrEqual(isOurs(event) ? ours : others)) {
        return;
      }
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

    private static boolean isOurs(ILoggingEvent event) {
      return event.getLoggerName().startsWith(OURS);
    }
  }
}
