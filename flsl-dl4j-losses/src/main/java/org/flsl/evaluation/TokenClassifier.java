package org.flsl.evaluation;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Says how much each vector belongs to each class. */
public interface TokenClassifier {

  /** How many classes it tells apart. */
  int classes();

  /**
   * Scores vectors.
   *
   * @param tokens {@code [n, width]}
   * @return {@code n * classes} numbers, vector after vector, larger for likelier classes
   */
  float[] scores(INDArray tokens);
}
