package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.flsl.examples.Screen;
import org.junit.jupiter.api.Test;

class TerminalTest {

  @Test
  void aLineStandsAboveTheBottomLine() {
    Screen screen = new Screen(true);
    screen.terminal().bottom("50%");
    screen.terminal().plain("epoch 1");
    assertEquals(
        "\r\033[K50%" + "\r\033[K" + "epoch 1" + System.lineSeparator() + "50%", screen.out());
  }

  @Test
  void nothingIsDrawnOverWhereNobodyWatches() {
    Screen screen = new Screen(false);
    screen.terminal().bottom("50%");
    screen.terminal().plain("epoch 1");
    assertEquals("epoch 1" + System.lineSeparator(), screen.out());
  }

  @Test
  void textIsNotTakenForMarkup() {
    Screen screen = new Screen(false);
    screen.terminal().warn("odd name @|bold x|@");
    assertTrue(screen.err().contains("@|bold x|@"), screen.err());
  }
}
