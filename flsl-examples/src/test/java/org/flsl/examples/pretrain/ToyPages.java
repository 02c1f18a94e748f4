package org.flsl.examples.pretrain;

import java.io.IOException;
import java.util.function.Supplier;

/** Pages that say how many steps there are. */
class ToyPages implements RunPages {
  @Override
  public String report(RunResult run) throws IOException {
    return run.metrics().get("step").length + " steps";
  }

  @Override
  public Supplier<String> live(RunResult run) {
    return () -> run.metrics().get("step").length + " steps so far";
  }
}
