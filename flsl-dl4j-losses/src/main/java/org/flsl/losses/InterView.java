package org.flsl.losses;

import org.flsl.schedules.Scheduled;
import org.nd4j.autodiff.samediff.SDVariable;

/** The second level, k-means across views: {@code -mean sum_k P_t log P_s}. */
public final class InterView extends LossTerm {

  /** For the service loader. */
  public InterView() {
    super("inter", "eta", Scheduled.constant(1), "the inter-view term (k-means)");
  }

  @Override
  public String meaning(int centroids) {
    return "Cross entropy of teacher's and student's assignment; stuck at ln K = %.2f it has collapsed."
        .formatted(Math.log(centroids));
  }

  @Override
  public SDVariable define(TermInputs inputs) {
    return inputs.teacherAssignment().mul(inputs.logAssignment()).sum(1).mean().neg();
  }
}
