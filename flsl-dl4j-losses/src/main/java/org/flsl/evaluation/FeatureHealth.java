package org.flsl.evaluation;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whether features are alive, told without labels.
 *
 * @param spread {@code sqrt(1 - |mean of the vectors scaled to length one|^2)}: 0 if all point the
 *     same way, 1 if they point everywhere
 * @param effectiveRank {@code exp(entropy(s / sum s))} of the singular values s of the centred
 *     vectors (Roy and Vetterli, 2007): 1 if they lie on a line, at most their width
 */
public record FeatureHealth(double spread, double effectiveRank) {

  /**
   * Looks at vectors.
   *
   * @param vectors {@code [n, width]}, at least two
   */
  public static FeatureHealth of(INDArray vectors) {
    if (vectors.rank() != 2 || vectors.size(0) < 2) {
      throw new IllegalArgumentException("Health needs at least two vectors [n, width]");
    }
    INDArray precise = vectors.castTo(DataType.DOUBLE);
    double length = UnitLength.rows(vectors).mean(0).norm2Number().doubleValue();
    return new FeatureHealth(Math.sqrt(Math.max(0, 1 - length * length)), effectiveRank(precise));
  }

  private static double effectiveRank(INDArray vectors) {
    INDArray centred = vectors.subRowVector(vectors.mean(0));
    INDArray scatter = Nd4j.gemm(centred, centred, true, false);
    double[] squares =
        new EigenDecomposition(new Array2DRowRealMatrix(scatter.toDoubleMatrix(), false))
            .getRealEigenvalues();
    double sum = 0;
    for (double square : squares) {
      sum += Math.sqrt(Math.max(0, square));
    }
    double entropy = 0;
    for (double square : squares) {
      double share = Math.sqrt(Math.max(0, square)) / sum;
      entropy -= share > 0 ? share * Math.log(share) : 0;
    }
    return Math.exp(entropy);
  }
}
