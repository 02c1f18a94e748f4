package org.flsl.examples.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.flsl.examples.command.CommonOptions;
import org.flsl.examples.command.Device;
import org.flsl.examples.command.DeviceCheck;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.Version;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.samediff.ProductPrecision;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flsl doctor}: what computes here, and is it as fast as it can be? */
@Command(
    name = "doctor",
    description = {
      "Tells what computes on this machine and how fast, for a bug report.",
      "Plain text: processor, memory, versions, native libraries, threads, and the rate of a matrix"
          + " product, measured for some two seconds."
    })
public final class DoctorCommand implements Callable<Integer> {
  private static final String LINE = "%-24s %s";

  private final Terminal terminal;
  private final Relaunch relaunch;
  private final Map<String, String> environment;
  private boolean healthy = true;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long each product is measured; default: 0.7.")
  private double seconds = 0.7;

  @Mixin private CommonOptions common;

  private DoctorCommand(Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    this.terminal = terminal;
    this.relaunch = relaunch;
    this.environment = environment;
  }

  /**
   * The command.
   *
   * @param relaunch gets the native library what it needs in the environment
   * @param environment that of this process
   */
  public static CommandLine commandLine(
      Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    return new CommandLine(new DoctorCommand(terminal, relaunch, environment));
  }

  @Override
  public Integer call() {
    common.startLogs(terminal);
    OptionalInt elsewhere = relaunch.with(NativeEnvironment.environment(environment));
    if (elsewhere.isPresent()) {
      return elsewhere.getAsInt();
    }
    Processor processor = Processor.ofThisMachine();
    machine(processor);
    software();
    threads();
    rates(processor);
    if (healthy) {
      NativeBuild.loaded().ifPresent(build -> build.warnIfSlow(terminal));
    }
    return healthy ? 0 : 1;
  }

  private void machine(Processor processor) {
    tell("program", Version::program);
    tell("system", () -> property("os.name") + " " + property("os.version"));
    tell("processor", () -> property("os.arch") + ", " + processor);
    tell("memory", DoctorCommand::memory);
    tell("device", () -> DeviceCheck.ofThisMachine().check(Device.AUTO));
  }

  private static String memory() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return "%.1f GB, of which %.1f free; heap at most %.1f, all of the process at most %.1f"
        .formatted(
            system.getTotalMemorySize() / 1e9,
            system.getFreeMemorySize() / 1e9,
            Runtime.getRuntime().maxMemory() / 1e9,
            Pointer.maxPhysicalBytes() / 1e9);
  }

  private void software() {
    tell("Java", () -> property("java.runtime.version") + ", " + property("java.vendor"));
    tell("ND4J", () -> Version.nd4j() + " on " + Nd4j.getBackend().getClass().getSimpleName());
    tell("native build", () -> NativeBuild.loaded().map(NativeBuild::toString).orElse("unknown"));
    tell("kernels", () -> Version.kernels(Precision.FLOAT32));
    tell("--precision bf16", DoctorCommand::bf16);
  }

  private static String bf16() {
    try {
      ProductPrecision.require(Precision.BF16);
      return "possible";
    } catch (UnsupportedOperationException e) {
      return "not possible: " + e.getMessage();
    }
  }

  private void threads() {
    tell("processors for Java", () -> String.valueOf(Runtime.getRuntime().availableProcessors()));
    for (String name : NativeEnvironment.variables()) {
      tell(name, () -> environment.getOrDefault(name, "not set"));
    }
  }

  private void rates(Processor processor) {
    try (ProductRate rate = new ProductRate(seconds)) {
      tell("product, ND4J", () -> gflops(rate.nd4j()));
      KernelLibrary.ofThisProcess()
          .ifPresent(
              library -> {
                tell("product, kernels", () -> gflops(rate.of(library)));
                if (bf16().equals("possible")) {
                  tell("product, kernels, bf16", () -> gflops(rate.of(library.in(Precision.BF16))));
                }
              });
    } catch (LinkageError | RuntimeException e) {
      failed("product", e);
    }
    tell("product, to expect", () -> expected(processor));
  }

  private String expected(Processor processor) {
    String threads = environment.getOrDefault("OMP_NUM_THREADS", "not set");
    if (!threads.matches("\\d{1,4}")) {
      return "unknown: OMP_NUM_THREADS is %s, and a number is needed".formatted(threads);
    }
    double peak = processor.peak(Integer.parseInt(threads));
    return peak == 0
        ? "unknown: the system does not tell the processor's clock or instructions"
        : "%s at most in float32 without turbo; far less: other programs run, or there are no kernels"
            .formatted(gflops(peak));
  }

  private static String gflops(double rate) {
    return "%.0f GFLOP/s".formatted(rate);
  }

  private static String property(String name) {
    return System.getProperty(name);
  }

  /** What cannot be found out is said, and the rest is told all the same. */
  private void tell(String name, Supplier<String> value) {
    try {
      terminal.plain(LINE.formatted(name, value.get()));
    } catch (LinkageError | RuntimeException e) {
      failed(name, e);
    }
  }

  private void failed(String name, Throwable e) {
    healthy = false;
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String why = cause.getClass().getSimpleName() + ": " + Problems.firstLine(cause);
    terminal.plain(LINE.formatted(name, "FAILED: " + why));
  }
}
