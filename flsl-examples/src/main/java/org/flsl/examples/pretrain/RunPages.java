package org.flsl.examples.pretrain;

import java.io.IOException;
import java.util.function.Supplier;

/** The pages for a browser that show a run. */
public interface RunPages {

  /** The page that is kept with a finished run: one HTML file without links. */
  String report(RunResult run) throws IOException;

  /** The page of a run that trains: every call tells how far it has come. */
  Supplier<String> live(RunResult run);
}
