package org.flsl.examples.benchmark;

/**
 * A measured training step, in words.
 *
 * @param step durations of single steps
 * @param images photographs in a step
 * @param flops operations of a step
 * @param parameters of the student, heads included
 * @param peakMemory of the process, in bytes
 * @param threads that compute
 * @param nativeBuild that of ND4J's native library
 * @param kernels the library of kernels
 * @param waitPolicy the environment's OMP_WAIT_POLICY, or null
 */
record StepReport(
    Timing step,
    int images,
    double flops,
    long parameters,
    long peakMemory,
    String threads,
    String nativeBuild,
    String kernels,
    String waitPolicy) {

  @Override
  public String toString() {
    double seconds = step.median();
    return """
        images/s          %.2f
        seconds per step  %.3f (median of %d; %.3f to %.3f)
        GFLOP per step    %.1f (matrix products, by formula)
        GFLOP/s           %.0f
        peak memory       %.2f GB
        parameters        %.1f million
        threads           %s
        native build      %s
        kernels           %s
        OMP_WAIT_POLICY   %s"""
        .formatted(
            images / seconds,
            seconds,
            step.seconds().size(),
            step.min(),
            step.max(),
            flops / 1e9,
            flops / 1e9 / seconds,
            peakMemory / 1e9,
            parameters / 1e6,
            threads,
            nativeBuild,
            kernels,
            policy());
  }

  private String policy() {
    return "PASSIVE".equalsIgnoreCase(waitPolicy)
        ? "PASSIVE"
        : (waitPolicy == null ? "not set" : waitPolicy) + " (PASSIVE is faster)";
  }
}
