package org.flsl.examples.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.flsl.examples.command.UserError;
import org.junit.jupiter.api.Test;

class PageServerTest {
  private static final OptionalInt ANY_PORT = OptionalInt.of(0);

  private static HttpResponse<String> get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void everyRequestMakesThePageAnew() throws Exception {
    try (PageServer server = PageServer.start("localhost", ANY_PORT)) {
      assertEquals(503, get(server.url()).statusCode(), "nothing to show yet");
      AtomicInteger requests = new AtomicInteger();
      server.show(() -> "page " + requests.incrementAndGet());
      assertEquals("page 1", get(server.url()).body());
      assertEquals("page 2", get(server.url()).body());
      assertEquals(404, get(server.url() + "etc/passwd").statusCode());
    }
  }

  @Test
  void aPageThatFailsDoesNotEndTheServer() throws Exception {
    try (PageServer server = PageServer.start("localhost", ANY_PORT)) {
      server.show(
          () -> {
            throw new IllegalStateException();
          });
      assertEquals(503, get(server.url()).statusCode());
      server.show(() -> "here");
      assertEquals("here", get(server.url()).body());
    }
  }

  @Test
  void withoutAPortTheNextFreeOneIsTaken() {
    try (PageServer first = PageServer.start("localhost", OptionalInt.empty());
        PageServer second = PageServer.start("localhost", OptionalInt.empty())) {
      assertNotEquals(first.url(), second.url());
    }
  }

  @Test
  void numbersThatAreNoPortsAreOneLine() {
    for (int port : new int[] {-1, 70_000}) {
      UserError error =
          assertThrows(UserError.class, () -> PageServer.start("localhost", OptionalInt.of(port)));
      assertEquals("--watch takes a port of at most 65535, got " + port, error.getMessage());
    }
  }

  @Test
  void whatCannotBeListenedOnIsOneLine() {
    try (PageServer server = PageServer.start("localhost", ANY_PORT)) {
      int port = URI.create(server.url()).getPort();
      UserError taken =
          assertThrows(UserError.class, () -> PageServer.start("localhost", OptionalInt.of(port)));
      assertTrue(taken.getMessage().startsWith("port " + port), taken.getMessage());
    }
    UserError elsewhere =
        assertThrows(UserError.class, () -> PageServer.start("192.0.2.1", OptionalInt.of(8420)));
    assertTrue(elsewhere.getMessage().contains("no address of this machine"));
  }
}
