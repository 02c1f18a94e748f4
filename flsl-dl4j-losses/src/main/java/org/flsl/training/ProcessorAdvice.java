package org.flsl.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a program that embeds this library when its environment makes training needlessly slow.
 *
 * <p>ND4J's OpenMP and OpenBLAS threads wait by spinning, and take the processor from each other,
 * unless {@code OMP_WAIT_POLICY=PASSIVE} and {@code OPENBLAS_THREAD_TIMEOUT=16} are in the
 * environment before the JVM starts. The {@code flsl} command sets them.
 */
final class ProcessorAdvice {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessorAdvice.class);

  private ProcessorAdvice() {}

  /** Logs what to set, if anything. */
  static void give() {
    List<String> missing = missing(System.getenv(), Nd4j.getBackend().getClass().getSimpleName());
    if (!missing.isEmpty()) {
      LOG.warn(
          "The processor's threads disturb each other: a training step can take twice as long. Set"
              + " {} in the environment before Java starts.",
          String.join(" and ", missing));
    }
  }

  /** Settings that would help; a single thread disturbs nobody. */
  static List<String> missing(Map<String, String> environment, String backend) {
    List<String> missing = new ArrayList<>();
    if (backend.startsWith("Cpu") && !"1".equals(environment.get("OMP_NUM_THREADS"))) {
      if (!"PASSIVE".equalsIgnoreCase(environment.get("OMP_WAIT_POLICY"))) {
        missing.add("OMP_WAIT_POLICY=PASSIVE");
      }
      if (!environment.containsKey("OPENBLAS_THREAD_TIMEOUT")) {
        missing.add("OPENBLAS_THREAD_TIMEOUT=16");
      }
    }
    return missing;
  }
}
