package org.flsl.layers.samediff;

import java.util.List;

/** A compiled layer or vertex of a network, which can tell what it will run before it runs it. */
interface Planned {

  /**
   * The plan of a forward pass, and of the backward pass that follows in training.
   *
   * @param training as DL4J will say it
   * @param inputs shapes of the inputs, in order
   */
  Plan plan(boolean training, List<long[]> inputs);
}
