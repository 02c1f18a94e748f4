package org.flsl.losses;

import org.flsl.schedules.Scheduled;
import org.nd4j.autodiff.samediff.SDVariable;

/** The first level, mean shift inside a view: {@code 2 - 2 mean cos(q, mode)}. */
public final class IntraView extends LossTerm {

  @Override
  public String name() {
    return "intra";
  }

  @Override
  public String weight() {
    return "upsilon";
  }

  @Override
  public Scheduled defaultWeight() {
    return Scheduled.constant(0.03);
  }

  @Override
  public String summary() {
    return "the intra-view term (mean shift)";
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
