package org.flsl.evaluation;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Steps of {@code softmax(W x + b)} with cross entropy on hard labels.
 *
 * <p>DL4J's output layer takes some eighty small ops for what are two products and a pass through
 * the scores. Used by one thread. Legend: n vectors of a step, C width, K classes.
 */
final class SoftmaxRegression implements AutoCloseable {
  private final int classes;
  private final INDArray weights;
  private final INDArray bias;
  private final INDArray parameters;
  private final INDArray weightGradient;
  private final INDArray gradient;
  private final GradientUpdater<?> updater;
  private final DotProducts scores;
  private final DotProducts gradients;

  /** Scores, then their gradients, {@code [n, K]}. */
  private final INDArray errors;

  private final FloatBuffer errorNumbers;

  /**
   * Starts from given parameters, which stay as they are.
   *
   * @param weights {@code [K, C]}
   * @param bias {@code [1, K]}
   * @param n how many vectors each step takes
   */
  SoftmaxRegression(INDArray weights, INDArray bias, IUpdater rule, int n) {
    long all = weights.length() + bias.length();
    this.classes = Math.toIntExact(bias.length());
    this.parameters = Nd4j.create(DataType.FLOAT, 1, all);
    this.gradient = Nd4j.create(DataType.FLOAT, 1, all);
    this.weights = first(parameters, weights.shape());
    this.bias = last(parameters, bias.length());
    this.weightGradient = first(gradient, weights.shape());
    this.weights.assign(weights);
    this.bias.assign(bias);
    this.updater = rule.instantiate(Nd4j.create(DataType.FLOAT, 1, rule.stateSize(all)), true);
    this.scores = DotProducts.ofRows(n, classes, weights.size(1));
    this.gradients = DotProducts.ofColumns(classes, weights.size(1), n);
    this.errors = Nd4j.create(DataType.FLOAT, n, classes);
    this.errorNumbers = HeapCopy.target(errors);
  }

  private static INDArray first(INDArray flat, long[] shape) {
    return part(flat, 0, shape[0] * shape[1]).reshape('c', shape);
  }

  private static INDArray last(INDArray flat, long length) {
    return part(flat, flat.length() - length, flat.length());
  }

  private static INDArray part(INDArray flat, long from, long to) {
    return flat.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to));
  }

  /** {@code [K, C]}. */
  INDArray weights() {
    return weights;
  }

  /** {@code [1, K]}. */
  INDArray bias() {
    return bias;
  }

  /**
   * Takes a step down the gradient of the mean loss.
   *
   * @param features {@code [n, C]}
   * @param labels the class of each vector
   * @param importance what a vector of each class weighs
   * @param iteration how many steps were taken before
   */
  void step(INDArray features, int[] labels, float[] importance, int iteration) {
    scores.write(features, weights, errors);
    float[] numbers = new float[labels.length * classes];
    errorNumbers.get(0, numbers);
    errors(numbers, labels, importance);
    errorNumbers.put(0, numbers);
    gradients.write(errors, features, weightGradient);
    HeapCopy.target(gradient).put((int) weights.length(), columnSums(numbers, classes));
    updater.applyUpdater(gradient, iteration, 0);
    parameters.subi(gradient);
  }

  /** The gradient of the loss with respect to the scores, in place of the scores. */
  private void errors(float[] scores, int[] labels, float[] importance) {
    float[] offsets = new float[classes];
    HeapCopy.buffer(parameters).get((int) weights.length(), offsets);
    double[] exponentials = new double[classes];
    for (int i = 0; i < labels.length; i++) {
      int start = i * classes;
      float most = Float.NEGATIVE_INFINITY;
      for (int label = 0; label < classes; label++) {
        scores[start + label] += offsets[label];
        most = Math.max(most, scores[start + label]);
      }
      double sum = 0;
      for (int label = 0; label < classes; label++) {
        exponentials[label] = Math.exp(scores[start + label] - most);
        sum += exponentials[label];
      }
      double weight = (double) importance[labels[i]] / labels.length;
      for (int label = 0; label < classes; label++) {
        double target = label == labels[i] ? 1 : 0;
        scores[start + label] = (float) (weight * (exponentials[label] / sum - target));
      }
    }
  }

  private static float[] columnSums(float[] rows, int width) {
    double[] sums = new double[width];
    for (int start = 0; start < rows.length; start += width) {
      for (int i = 0; i < width; i++) {
        sums[i] += rows[start + i];
      }
    }
    float[] rounded = new float[width];
    for (int i = 0; i < width; i++) {
      rounded[i] = (float) sums[i];
    }
    return rounded;
  }

  @Override
  public void close() {
    errors.close();
  }
}
