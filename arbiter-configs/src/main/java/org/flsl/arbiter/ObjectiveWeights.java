package org.flsl.arbiter;

import java.io.Serializable;
import org.flsl.training.FlslConfig;
import org.flsl.training.Scheduled;

/**
 * The weights of the three terms of the FLSL objective.
 *
 * @param upsilon weight of the intra-view term
 * @param eta weight of the inter-view term
 * @param gamma weight of the volume term
 */
public record ObjectiveWeights(double upsilon, double eta, double gamma) implements Serializable {

  /** Sets the weights in a configuration. */
  public FlslConfig.Builder applyTo(FlslConfig.Builder config) {
    return config
        .upsilon(Scheduled.constant(upsilon))
        .eta(Scheduled.constant(eta))
        .gamma(Scheduled.constant(gamma));
  }
}
