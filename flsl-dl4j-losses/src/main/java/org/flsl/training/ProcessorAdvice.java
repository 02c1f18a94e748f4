package org.flsl.training;

import java.util.Map;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a program that embeds this library when its environment makes training needlessly slow.
 *
 * <p>ND4J's OpenMP and OpenBLAS threads wait by spinning, and take the processor from each other,
 * unless {@code OMP_WAIT_POLICY=PASSIVE} is in the environment before the JVM starts. The {@code
 * flsl} command sets it.
 */
final class ProcessorAdvice {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessorAdvice.class);

  private ProcessorAdvice() {}

  /** Logs what to set, if anything. */
  static void give() {
    if (isMissing(System.getenv(), Nd4j.getBackend().getClass().getSimpleName())) {
      LOG.warn(
          "OMP_WAIT_POLICY is not PASSIVE, so the processor's threads disturb each other: a"
              + " training step can take twice as long. Set OMP_WAIT_POLICY=PASSIVE in the"
              + " environment before Java starts.");
    }
  }

  static boolean isMissing(Map<String, String> environment, String backend) {
    return backend.startsWith("Cpu")
        && !"PASSIVE".equalsIgnoreCase(environment.get("OMP_WAIT_POLICY"));
  }
}
