package org.flsl.examples.command;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
  private static final String THREADS = "OMP_NUM_THREADS";

  private static final List<Map.Entry<String, String>> DEFAULTS =
      List.of(
          Map.entry("OMP_WAIT_POLICY", "PASSIVE"),
          Map.entry("GOMP_SPINCOUNT", "3000"),
          Map.entry("OPENBLAS_THREAD_TIMEOUT", "16"),
          Map.entry("MALLOC_ARENA_MAX", "2"),
          Map.entry("MALLOC_MMAP_THRESHOLD_", "1048576"));

  private NativeEnvironment() {}

  /** The names of the variables, that of the number of threads first. */
  public static List<String> variables() {
    return Stream.concat(Stream.of(THREADS), DEFAULTS.stream().map(Map.Entry::getKey)).toList();
  }

  /** The same, with the number of threads that the environment tells, or one for each processor. */
  public static Map<String, String> environment(Map<String, String> environment) {
    String processors = String.valueOf(Runtime.getRuntime().availableProcessors());
    return environment(environment, environment.getOrDefault(THREADS, processors));
  }

  /**
   * What the environment of a training has to hold.
   *
   * @param environment that of this process
   * @param threads number of OpenMP threads
   */
  public static Map<String, String> environment(Map<String, String> environment, String threads) {
    Map<String, String> wanted = new HashMap<>();
    wanted.put(THREADS, threads);
    for (Map.Entry<String, String> usual : DEFAULTS) {
      wanted.put(usual.getKey(), environment.getOrDefault(usual.getKey(), usual.getValue()));
    }
    return wanted;
  }
}
