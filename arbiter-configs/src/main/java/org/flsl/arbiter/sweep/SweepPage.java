package org.flsl.arbiter.sweep;

import java.io.IOException;
import java.net.ServerSocket;
import org.deeplearning4j.arbiter.optimize.runner.listener.StatusListener;
import org.deeplearning4j.arbiter.ui.listener.ArbiterStatusListener;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.api.UIServer;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;

/** Arbiter's web page of a running sweep. */
final class SweepPage implements AutoCloseable {
  private final UIServer server;
  private final ArbiterStatusListener listener;

  private SweepPage(UIServer server, StatsStorage storage) {
    this.server = server;
    this.listener = new ArbiterStatusListener(storage);
  }

  /**
   * Serves the page.
   *
   * @throws UserError where the port is taken
   */
  static SweepPage open(int port) {
    try (ServerSocket free = new ServerSocket(port)) {
      // The server would only log that it is taken.
      free.setReuseAddress(true);
    } catch (IOException e) {
      throw new UserError(
          "--ui cannot use port %d: %s; choose another with --port"
              .formatted(port, Problems.firstLine(e)),
          e);
    }
    System.setProperty("org.deeplearning4j.ui.port", String.valueOf(port));
    UIServer server = UIServer.getInstance();
    StatsStorage storage = new InMemoryStatsStorage();
    server.attach(storage);
    return new SweepPage(server, storage);
  }

  String address() {
    return server.getAddress() + "/arbiter";
  }

  /** What the page learns from. */
  StatusListener listener() {
    return listener;
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
