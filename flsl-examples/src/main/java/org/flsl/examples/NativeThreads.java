package org.flsl.examples;

import java.util.Map;

/**
 * The environment in which ND4J's native threads do not take the processor from each other.
 *
 * <p>OpenMP's threads sleep while they wait. OpenBLAS's, which are another set, look for work for
 * 2^16 cycles, about 20 microseconds, before they sleep: long enough for the many small products of
 * attention, too short to disturb what comes after them. Its own default is 2^28. What the user has
 * set is kept.
 */
public final class NativeThreads {
  private static final Map<String, String> DEFAULTS =
      Map.of("OMP_WAIT_POLICY", "PASSIVE", "OPENBLAS_THREAD_TIMEOUT", "16");

  private NativeThreads() {}

  /**
   * What the environment of a training has to hold.
   *
   * @param environment that of this process
   * @param threads number of OpenMP threads
   */
  public static Map<String, String> environment(Map<String, String> environment, String threads) {
    return Map.of(
        "OMP_NUM_THREADS",
        threads,
        "OMP_WAIT_POLICY",
        value(environment, "OMP_WAIT_POLICY"),
        "OPENBLAS_THREAD_TIMEOUT",
        value(environment, "OPENBLAS_THREAD_TIMEOUT"));
  }

  private static String value(Map<String, String> environment, String name) {
    return environment.getOrDefault(name, DEFAULTS.get(name));
  }
}
