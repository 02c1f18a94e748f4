package org.flsl.layers.samediff;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A loss of its input and of labels that {@code graph.fit} is given; it has no parameters.
 *
 * <p>Its value is the score as it is: a mean over the batch is part of the definition.
 */
public abstract class LabelledLossLayer extends CompiledLossLayer {

  /** Name of the labels. */
  public static final String LABELS = "labels";

  /**
   * Writes the loss.
   *
   * @param definition receives the ops
   * @param input the input
   * @param labels the labels, through which no gradient flows
   * @return a scalar
   */
  protected abstract SDVariable define(
      Definition definition, SDVariable input, SDVariable labels);

  @Override
  protected final SDVariable define(Definition definition, SDVariable input) {
    return define(definition, input, definition.inputs().get(LABELS));
  }

  @Override
  public boolean labelsRequired() {
    return true;
  }
}
