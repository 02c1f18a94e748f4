package org.flsl.examples.command;

import java.util.HashMap;
import java.util.Map;

/**
 * The environment in which ND4J's native threads do not take the processor from each other, and
 * native memory goes back when it is freed.
 *
 * <p>OpenMP's threads sleep while they wait; GNU's, which Linux has, look 3,000 times for work
 * before, a few microseconds, since waking them takes longer than many an op. OpenBLAS's, which are
 * another set, look for work for 2^16 cycles, about 20 microseconds, before they sleep: long enough
 * for the many small products of attention, too short to disturb what comes after them. Its own
 * default is 2^28.
 *
 * <p>GNU's malloc keeps two arenas, so that what one thread frees another fills, and takes blocks
 * of a megabyte and more from the system, which has them back when they are freed; by itself it
 * takes ever larger ones from arenas, and between what lives there holes remain. What the user has
 * set is kept; {@code ./flsl} sets the same.
 */
public final class NativeEnvironment {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "OMP_WAIT_POLICY", "PASSIVE",
          "GOMP_SPINCOUNT", "3000",
          "OPENBLAS_THREAD_TIMEOUT", "16",
          "MALLOC_ARENA_MAX", "2",
          "MALLOC_MMAP_THRESHOLD_", "1048576");

  private NativeEnvironment() {}

  /** The same, with the number of threads that the environment tells, or one for each processor. */
  public static Map<String, String> environment(Map<String, String> environment) {
    String processors = String.valueOf(Runtime.getRuntime().availableProcessors());
    return environment(environment, environment.getOrDefault("OMP_NUM_THREADS", processors));
  }

  /**
   * What the environment of a training has to hold.
   *
   * @param environment that of this process
   * @param threads number of OpenMP threads
   */
  public static Map<String, String> environment(Map<String, String> environment, String threads) {
    Map<String, String> wanted = new HashMap<>();
    wanted.put("OMP_NUM_THREADS", threads);
    DEFAULTS.forEach((name, value) -> wanted.put(name, environment.getOrDefault(name, value)));
    return wanted;
  }
}
