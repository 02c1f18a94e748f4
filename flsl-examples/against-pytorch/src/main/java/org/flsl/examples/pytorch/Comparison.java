package org.flsl.examples.pytorch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.flsl.examples.pytorch.Fork.Order;
import org.flsl.examples.pytorch.Fork.Side;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.vit.VitSize;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs ours and PyTorch in turn, and prints who is faster by how much. */
@Command(
    name = "benchmark-against-pytorch",
    description = {
      "Times FLSL on DL4J beside the same in PyTorch: same weights, same images, same loss.",
      "Each measurement has a process of its own, ours and PyTorch's in turn. Needs a quiet"
          + " machine; all of it takes about an hour on two cores."
    },
    showDefaultValues = true)
public final class Comparison implements Callable<Integer> {
  private static final String ROW =
      "%-8s %-14s | %9s %13s %8s %5s %5s | %9s %13s %8s %5s %5s | %5s  %s";

  @Option(names = "--arch", split = ",", description = "Any of ${COMPLETION-CANDIDATES}.")
  private List<VitSize> archs = List.of(VitSize.TINY, VitSize.SMALL);

  @Option(names = "--batch", split = ",", paramLabel = "N", description = "Images per step.")
  private List<Integer> batches = List.of(4, 16);

  @Option(
      names = "--work",
      split = ",",
      description = "Any of gemm, forward, gradient, step, flsl, detection.")
  private List<Work> works =
      List.of(Work.GEMM, Work.FORWARD, Work.GRADIENT, Work.STEP, Work.FLSL, Work.DETECTION);

  @Option(
      names = "--precision",
      description = "Numbers in which our layers multiply: ${COMPLETION-CANDIDATES}.")
  private Precision precision = Precision.FLOAT32;

  @Option(
      names = "--pytorch-precision",
      description = "Those of PyTorch's products; BF16 does what its autocast does.")
  private Precision pytorchPrecision = Precision.FLOAT32;

  @Option(names = "--forks", paramLabel = "N", description = "Processes per measurement and side.")
  private int forks = 3;

  @Option(names = "--warmup", paramLabel = "N", description = "Runs before the clock starts.")
  private int warmup = 5;

  @Option(names = "--runs", paramLabel = "N", description = "Runs that are timed in a process.")
  private int runs = 10;

  @Option(names = "--threads", paramLabel = "N", description = "Threads of either side.")
  private int threads = 2;

  @Option(
      names = "--pytorch-wait-policy",
      paramLabel = "POLICY",
      description =
          "OMP_WAIT_POLICY of PyTorch's processes; not set by default. PASSIVE helps it on a machine"
              + " that is not quiet.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  private String pytorchWaitPolicy;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    CommandLine line = new CommandLine(new Comparison());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("flsl-against-pytorch");
    Forks processes = new Forks(threads, pytorchWaitPolicy, folder.resolve("log"));
    Path result = folder.resolve("result");
    boolean agree = true;
    try {
      if (works.contains(Work.GEMM)) {
        Case any = new Case(VitSize.TINY, 1, Precision.FLOAT32);
        Pair peaks = measure(processes, Work.GEMM, any, folder.resolve("none"), result);
        System.out.printf(
            "%s; %d threads%nmeasured peak of matrix products: ours %.0f, PyTorch %.0f GFLOP/s%n",
            peaks.libraries(), threads, peaks.ourPeak(), peaks.theirPeak());
      }
      System.out.printf(
          "%n" + ROW + "%n",
          "network",
          "work",
          "ours s",
          "min-max",
          "images/s",
          "GF/s",
          "GB",
          "PyTorch s",
          "min-max",
          "images/s",
          "GF/s",
          "GB",
          "ratio",
          "loss");
      for (VitSize arch : archs) {
        for (int batch : batches) {
          agree &=
              measureAll(
                  processes, new Case(arch, batch, precision), folder.resolve("data"), result);
        }
      }
    } finally {
      delete(folder);
    }
    return agree ? 0 : 1;
  }

  private boolean measureAll(Forks processes, Case setting, Path data, Path result)
      throws IOException, InterruptedException {
    boolean agree = true;
    processes.run(new Order(Side.OURS, Work.EXPORT, setting, 0, 1, data, result));
    for (Work work : works) {
      if (work != Work.GEMM) {
        Pair pair = measure(processes, work, setting, data, result);
        System.out.println(row(work, setting, pair));
        agree &= pair.agree();
      }
    }
    return agree;
  }

  private Pair measure(Forks processes, Work work, Case setting, Path data, Path result)
      throws IOException, InterruptedException {
    Case theirs = setting.in(pytorchPrecision);
    Pair pair = new Pair(setting.precision(), theirs.precision());
    for (int i = 0; i < forks; i++) {
      pair.add(
          processes.run(new Order(Side.OURS, work, setting, warmup, runs, data, result)),
          processes.run(new Order(Side.PYTORCH, work, theirs, warmup, runs, data, result)));
    }
    return pair;
  }

  private static String row(Work work, Case setting, Pair pair) {
    double gflop = work.flops(setting) / 1e9;
    return ROW.formatted(
        setting.title(),
        work.title(),
        "%.3f".formatted(pair.ours().median()),
        "%.3f-%.3f".formatted(pair.ours().min(), pair.ours().max()),
        "%.1f".formatted(setting.batch() / pair.ours().median()),
        "%.0f".formatted(gflop / pair.ours().median()),
        "%.2f".formatted(pair.ourMemory() / 1e9),
        "%.3f".formatted(pair.theirs().median()),
        "%.3f-%.3f".formatted(pair.theirs().min(), pair.theirs().max()),
        "%.1f".formatted(setting.batch() / pair.theirs().median()),
        "%.0f".formatted(gflop / pair.theirs().median()),
        "%.2f".formatted(pair.theirMemory() / 1e9),
        "%.2f".formatted(pair.ratio()),
        "%s (%.0e apart)".formatted(pair.agree() ? "same" : "DIFFERS", pair.lossDifference()));
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
