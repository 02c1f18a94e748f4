package org.flsl.examples.pretrain;

import org.deeplearning4j.optimize.api.TrainingListener;

/**
 * DL4J's own training UI, which is there in builds with {@code -Dui} only: it brings many
 * libraries.
 *
 * <p>Found with {@link java.util.ServiceLoader}.
 */
public interface TrainingUi {

  /** Starts the server of the UI and returns the listener that feeds it. */
  TrainingListener start();

  /** Where the UI is, once started. */
  String url();
}
