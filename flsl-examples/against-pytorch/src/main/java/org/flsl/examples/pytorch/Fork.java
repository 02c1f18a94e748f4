package org.flsl.examples.pytorch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.flsl.examples.benchmark.PeakMemory;
import org.flsl.examples.benchmark.Timing;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.vit.VitSize;

/** A process that does one kind of work with one of the programs. */
public final class Fork {

  /** Which program. */
  enum Side {
    OURS,
    PYTORCH;

    Program program() {
      return this == OURS ? new OurProgram() : new TorchProgram();
    }
  }

  /**
   * What the process is told.
   *
   * @param data weights and images, read
   * @param result written
   */
  record Order(
      Side side, Work work, Case setting, int warmup, int counted, Path data, Path result) {

    List<String> arguments() {
      return List.of(
          side.name(),
          work.name(),
          setting.arch().name(),
          String.valueOf(setting.batch()),
          setting.precision().name(),
          String.valueOf(warmup),
          String.valueOf(counted),
          data.toString(),
          result.toString());
    }

    static Order of(String... arguments) {
      return new Order(
          Side.valueOf(arguments[0]),
          Work.valueOf(arguments[1]),
          new Case(
              VitSize.valueOf(arguments[2]),
              Integer.parseInt(arguments[3]),
              Precision.valueOf(arguments[4])),
          Integer.parseInt(arguments[5]),
          Integer.parseInt(arguments[6]),
          Path.of(arguments[7]),
          Path.of(arguments[8]));
    }
  }

  private Fork() {}

  public static void main(String[] arguments) throws IOException {
    Order order = Order.of(arguments);
    outcome(order, order.side().program()).write(order.result());
    // Threads of either library must not keep a process alive that is done.
    System.exit(0);
  }

  private static Outcome outcome(Order order, Program program) throws IOException {
    if (order.work() == Work.EXPORT) {
      OurProgram.export(order.setting(), order.data());
      return untimed(program, 0);
    }
    if (order.work() == Work.GEMM) {
      return untimed(program, program.gemmPeak());
    }
    DoubleSupplier work = program.prepare(order.work(), order.setting(), order.data());
    PeakMemory.restart(); // reading the weights is not part of the work
    List<Double> losses = new ArrayList<>();
    Timing timing =
        Timing.of(order.warmup(), order.counted(), () -> losses.add(work.getAsDouble()));
    return new Outcome(timing, losses, PeakMemory.bytes(), 0, program.library());
  }

  private static Outcome untimed(Program program, double gflops) {
    return new Outcome(
        new Timing(List.of(0.0)), List.of(), PeakMemory.bytes(), gflops, program.library());
  }
}
