package org.flsl.training;

/**
 * AdamW, decoupled decay and the teacher's momentum on a few numbers that are in the processor's
 * cache, so that memory is read and written once.
 *
 * <p>The roundings are those of ND4J's ops, of which each is a pass of its own: results are the
 * same to the bit. Each loop is simple enough for Java to use the processor's vectors.
 */
final class AdamWKernel {

  /** Numbers at a time: five arrays of them fit into the innermost cache. */
  static final int SIZE = 1024;

  final float[] gradient = new float[SIZE];
  final float[] parameter = new float[SIZE];
  final float[] first = new float[SIZE];
  final float[] second = new float[SIZE];
  final float[] teacher = new float[SIZE];

  /** Adds the squares of the first {@code n} gradients to {@link #first}. */
  void addSquares(int n) {
    for (int i = 0; i < n; i++) {
      first[i] += gradient[i] * gradient[i];
    }
  }

  /** The sum of what {@link #addSquares} has added since {@link #first} was zero. */
  double sumOfSquares() {
    double sum = 0;
    for (float square : first) {
      sum += square;
    }
    return sum;
  }

  /** Turns the first {@code n} gradients into updates. */
  void update(int n, float clip, AdamW.Coefficients c) {
    if (clip > 1) {
      divide(gradient, clip, n);
    }
    mean(first, gradient, c.beta1(), 1 - c.beta1(), n);
    meanOfSquares(second, gradient, c.beta2(), 1 - c.beta2(), n);
    quotient(gradient, first, second, c.rate(), c.eps(), n);
  }

  /** Adds the decay to the first {@code n} updates. */
  void decay(int n, float factor) {
    for (int i = 0; i < n; i++) {
      gradient[i] = Math.fma(factor, parameter[i], gradient[i]);
    }
  }

  /** Takes the step: {@code w -= update}. */
  void step(int n) {
    for (int i = 0; i < n; i++) {
      parameter[i] -= gradient[i];
    }
  }

  /** {@code teacher = m teacher + (1 - m) student}. */
  void follow(int n, double momentum) {
    float old = (float) momentum;
    float fresh = (float) (1 - momentum);
    for (int i = 0; i < n; i++) {
      teacher[i] = old * teacher[i] + fresh * parameter[i];
    }
  }

  private static void divide(float[] x, float by, int n) {
    for (int i = 0; i < n; i++) {
      x[i] /= by;
    }
  }

  private static void mean(float[] m, float[] g, float old, float fresh, int n) {
    for (int i = 0; i < n; i++) {
      m[i] = Math.fma(old, m[i], g[i] * fresh);
    }
  }

  private static void meanOfSquares(float[] v, float[] g, float old, float fresh, int n) {
    for (int i = 0; i < n; i++) {
      v[i] = Math.fma(old, v[i], g[i] * g[i] * fresh);
    }
  }

  private static void quotient(float[] u, float[] m, float[] v, float rate, float eps, int n) {
    for (int i = 0; i < n; i++) {
      u[i] = m[i] * rate / ((float) Math.sqrt(v[i]) + eps);
    }
  }
}
