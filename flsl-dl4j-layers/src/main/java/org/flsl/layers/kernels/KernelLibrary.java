package org.flsl.layers.kernels;

import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kernels that compute in one go what takes ND4J several ops, or what it does slowly.
 *
 * <p>Layers do not ask for it: the runtime does, for arrays of float32 on the CPU, and runs ND4J's
 * ops where there is none. Implementations are found with a {@link ServiceLoader}; this module
 * brings {@link OneDnn}, which works where {@code org.bytedeco:dnnl} is on the class path.
 */
public interface KernelLibrary {

  /** System property that, set to {@code off}, leaves everything to ND4J's ops. */
  String SWITCH = "flsl.kernels";

  /** The kernel of {@code operation} for inputs of these shapes. */
  Kernel kernel(Operation operation, List<long[]> inputs);

  /**
   * The same library with products of this precision.
   *
   * @throws UnsupportedOperationException if it cannot do that on this processor; says what is
   *     missing
   */
  KernelLibrary in(Precision precision);

  /** Name and version, and what of the processor it uses. */
  String description();

  /** The library of this process, loaded when first asked for. */
  static Optional<KernelLibrary> ofThisProcess() {
    return Loaded.LIBRARY;
  }

  /** Holds the library once it is loaded. */
  final class Loaded {
    private static final Logger LOG = LoggerFactory.getLogger(KernelLibrary.class);
    private static final Optional<KernelLibrary> LIBRARY = load();

    private Loaded() {}

    private static Optional<KernelLibrary> load() {
      if ("off".equals(System.getProperty(SWITCH))) {
        LOG.info("ND4J's ops only: kernels are switched off");
        return Optional.empty();
      }
      // ND4J loads first: the kernels then use the OpenMP that it has brought.
      if (Nd4j.getExecutioner().type() != ExecutionerType.NATIVE_CPU) {
        return Optional.empty();
      }
      try {
        Optional<KernelLibrary> found = ServiceLoader.load(KernelLibrary.class).findFirst();
        found.ifPresent(library -> LOG.info("Kernels of {}", library.description()));
        return found;
      } catch (ServiceConfigurationError | LinkageError e) {
        Throwable reason = e.getCause() == null ? e : e.getCause();
        LOG.info("ND4J's ops only, for want of kernels: {}", reason.toString());
        return Optional.empty();
      }
    }
  }
}
