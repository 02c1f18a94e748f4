package org.flsl.examples.pictures;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The first three principal components of tokens as red, green and blue.
 *
 * <p>They are those of all photos together, so that like colours mean like tokens everywhere. An
 * eigenvector's sign is arbitrary: here its largest entry is positive.
 */
public final class PrincipalColours {
  private static final int COMPONENTS = 3;

  /** This share of the tokens may lie beyond black or full colour, at either end. */
  private static final double CLIPPED = 0.01;

  private final INDArray mean;
  private final INDArray components;
  private final double[] explained = new double[COMPONENTS];
  private final float[] low = new float[COMPONENTS];
  private final float[] high = new float[COMPONENTS];

  private PrincipalColours(INDArray tokens) {
    mean = tokens.mean(0);
    INDArray centred = tokens.subRowVector(mean);
    INDArray covariance = centred.transpose().mmul(centred).divi(tokens.size(0));
    EigenDecomposition eigen =
        new EigenDecomposition(
            new Array2DRowRealMatrix(covariance.castTo(DataType.DOUBLE).toDoubleMatrix(), false));
    double total = Arrays.stream(eigen.getRealEigenvalues()).sum();
    double[][] rows = new double[COMPONENTS][];
    for (int i = 0; i < COMPONENTS; i++) {
      rows[i] = upright(eigen.getEigenvector(i).toArray());
      explained[i] = eigen.getRealEigenvalue(i) / total;
    }
    components = Nd4j.create(rows).castTo(tokens.dataType()).transpose();
    float[][] columns = centred.mmul(components).transpose().toFloatMatrix();
    for (int i = 0; i < COMPONENTS; i++) {
      Arrays.sort(columns[i]);
      int margin = (int) (CLIPPED * columns[i].length);
      low[i] = columns[i][margin];
      high[i] = columns[i][columns[i].length - 1 - margin];
    }
  }

  /**
   * Finds the components of photos.
   *
   * @throws IllegalArgumentException if tokens are less than three numbers wide
   */
  public static PrincipalColours of(List<PhotoTokens> photos) {
    INDArray[] units = photos.stream().map(PhotoTokens::units).toArray(INDArray[]::new);
    if (units[0].size(1) < COMPONENTS) {
      throw new IllegalArgumentException(
          "Tokens of width %d have no three components".formatted(units[0].size(1)));
    }
    return new PrincipalColours(Nd4j.concat(0, units));
  }

  private static double[] upright(double[] vector) {
    double largest = 0;
    for (double entry : vector) {
      largest = Math.abs(entry) > Math.abs(largest) ? entry : largest;
    }
    return largest < 0 ? Arrays.stream(vector).map(entry -> -entry).toArray() : vector;
  }

  /** The share of the tokens' variance that each of the three components explains. */
  public double[] explained() {
    return explained.clone();
  }

  /**
   * The colours of a photo's tokens.
   *
   * @return red, green and blue from 0 to 1, {@code [3][N]}
   */
  public float[][] of(PhotoTokens photo) {
    float[][] rgb = photo.units().subRowVector(mean).mmul(components).transpose().toFloatMatrix();
    for (int i = 0; i < COMPONENTS; i++) {
      for (int n = 0; n < rgb[i].length; n++) {
        rgb[i][n] = (rgb[i][n] - low[i]) / Math.max(high[i] - low[i], Float.MIN_NORMAL);
      }
    }
    return rgb;
  }
}
