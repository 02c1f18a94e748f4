package org.flsl.losses;

import org.flsl.schedules.Scheduled;
import org.nd4j.autodiff.samediff.SDVariable;

/** The first level, mean shift inside a view: {@code 2 - 2 mean cos(q, mode)}. */
public final class IntraView extends LossTerm {

  /** For the service loader. */
  public IntraView() {
    super("intra", "upsilon", Scheduled.constant(0.03), "the intra-view term (mean shift)");
  }

  @Override
  public String meaning(int centroids) {
    return "How far queries are from their modes inside a view; falls quickly.";
  }

  @Override
  public SDVariable define(TermInputs inputs) {
    return inputs.queries().mul(inputs.modes()).sum(1).mean().mul(-2).add(2);
  }
}
