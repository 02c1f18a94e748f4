package org.flsl.examples.command;

import org.flsl.evaluation.data.ReadableImages;
import org.flsl.views.decode.FileProblem;

/** Puts what went wrong into words. */
public final class Problems {
  private Problems() {}

  /** What happened to a file, without its name. */
  public static String explain(Exception e) {
    return FileProblem.explain(e);
  }

  /** Says which of some images are left out, if any are. */
  public static void tell(ReadableImages images, Terminal terminal) {
    images.problems().forEach(problem -> terminal.warn(problem + "; it is left out"));
    if (!images.leftOut().isEmpty()) {
      terminal.plain("left out: " + images.leftOut());
    }
  }

  /** The message of any exception, in one line. */
  public static String firstLine(Throwable e) {
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : e.getMessage().lines().findFirst().orElse("");
  }
}
