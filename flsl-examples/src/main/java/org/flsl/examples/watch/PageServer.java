package org.flsl.examples.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.flsl.examples.command.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small web server with one page, made anew for every request.
 *
 * <p>It ends with the process; requests are answered by one thread that does not keep it alive.
 */
public final class PageServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PageServer.class);
  private static final int MOST_PORT = 65_535;
  private static final int FIRST_PORT = 8420;
  private static final int PORTS = 20;

  private final HttpServer server;
  private final String host;
  private volatile Supplier<String> page = () -> "";

  private PageServer(HttpServer server, String host) {
    this.server = server;
    this.host = host;
    server.createContext("/", this::answer);
    server.setExecutor(
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "live page");
              thread.setDaemon(true);
              return thread;
            }));
    server.start();
  }

  /**
   * Starts to listen; there is nothing to see until {@link #show}.
   *
   * @param host whose address is listened on; {@code localhost} is seen from this machine only
   * @param port empty for the first free one from 8420
   * @throws UserError if that is not possible
   */
  public static PageServer start(String host, OptionalInt port) {
    if (port.isPresent() && (port.getAsInt() < 0 || port.getAsInt() > MOST_PORT)) {
      throw new UserError(
          "--watch takes a port of at most %d, got %d".formatted(MOST_PORT, port.getAsInt()));
    }
    int first = port.orElse(FIRST_PORT);
    int last = port.isPresent() ? first : FIRST_PORT + PORTS - 1;
    for (int candidate = first; candidate <= last; candidate++) {
      try {
        return new PageServer(HttpServer.create(address(host, candidate), 0), host);
      } catch (BindException e) {
        LOG.debug("port {} on {}: {}", candidate, host, e.getMessage());
      } catch (IOException e) {
        throw new UserError("cannot serve a page on " + host + ": " + e.getMessage(), e);
      }
    }
    throw new UserError(
        port.isPresent()
            ? "port %d on %s is taken, or that is no address of this machine: choose another with --watch=PORT or --watch-host"
                .formatted(first, host)
            : "no free port from %d to %d on %s, or that is no address of this machine: choose one with --watch=PORT or --watch-host"
                .formatted(first, last, host));
  }

  private static InetSocketAddress address(String host, int port) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new UserError(
          "--watch-host takes an address of this machine, and %s is none".formatted(host));
    }
    return address;
  }

  /** What to answer from now on. */
  public void show(Supplier<String> page) {
    this.page = page;
  }

  /** Where the page is. */
  public String url() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return "http://%s:%d/".formatted(name, server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean known = exchange.getRequestURI().getPath().equals("/");
      if (!known || !exchange.getRequestMethod().equals("GET")) {
        exchange.sendResponseHeaders(known ? 405 : 404, -1);
        return;
      }
      byte[] html = made();
      exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
      exchange.getResponseHeaders().add("Cache-Control", "no-store");
      exchange.sendResponseHeaders(
          html.length == 0 ? 503 : 200, html.length == 0 ? -1 : html.length);
      exchange.getResponseBody().write(html);
    }
  }

  /** The page; nothing where it cannot be made just now. */
  private byte[] made() {
    try {
      return page.get().getBytes(StandardCharsets.UTF_8);
    } catch (RuntimeException e) {
      LOG.debug("cannot make the live page", e);
      return new byte[0];
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
