package org.flsl.layers;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.junit.jupiter.api.function.Executable;

/** Checks what an error tells its reader. */
public final class Messages {
  private Messages() {}

  /** Runs {@code code}, which must throw, with a message that holds every one of {@code parts}. */
  public static void assertRefused(Executable code, String... parts) {
    Exception exception = assertThrows(Exception.class, code);
    assertTrue(
        exception instanceof IllegalArgumentException
            || exception instanceof IllegalStateException
            || exception instanceof InvalidInputTypeException,
        () -> "not a clear error: " + exception);
    for (String part : parts) {
      assertTrue(
          String.valueOf(exception.getMessage()).contains(part),
          () -> "\"" + exception.getMessage() + "\" does not say \"" + part + "\"");
    }
  }
}
