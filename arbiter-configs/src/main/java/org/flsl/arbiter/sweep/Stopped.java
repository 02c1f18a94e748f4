package org.flsl.arbiter.sweep;

import java.util.function.BooleanSupplier;
import org.deeplearning4j.arbiter.optimize.api.termination.TerminationCondition;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.nd4j.shade.jackson.annotation.JsonIgnore;

/** Ends a sweep when its user wants it to. */
final class Stopped implements TerminationCondition {
  @JsonIgnore private final BooleanSupplier wish;

  /** For Arbiter's web page, which reads conditions back from JSON. */
  private Stopped() {
    this(() -> false);
  }

  Stopped(BooleanSupplier wish) {
    this.wish = wish;
  }

  @Override
  public void initialize(IOptimizationRunner runner) {}

  @Override
  public boolean terminate(IOptimizationRunner runner) {
    return wish.getAsBoolean();
  }

  @Override
  public String toString() {
    return "when Ctrl-C is pressed";
  }
}
