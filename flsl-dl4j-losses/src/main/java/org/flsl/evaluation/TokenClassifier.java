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

  /**
   * The likeliest class of each vector; of equally likely ones, the first.
   *
   * @param tokens {@code [n, width]}
   */
  default int[] likeliest(INDArray tokens) {
    float[] scores = scores(tokens);
    int classes = classes();
    int[] likeliest = new int[Math.toIntExact(tokens.size(0))];
    for (int i = 0; i < likeliest.length; i++) {
      for (int label = 1; label < classes; label++) {
        if (scores[i * classes + label] > scores[i * classes + likeliest[i]]) {
          likeliest[i] = label;
        }
      }
    }
    return likeliest;
  }
}
