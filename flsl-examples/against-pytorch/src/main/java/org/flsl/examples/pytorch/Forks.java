package org.flsl.examples.pytorch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.pytorch.Fork.Order;
import org.flsl.examples.pytorch.Fork.Side;

/** Starts processes, each with what its library is fastest with. */
final class Forks {
  private final int threads;
  private final String pytorchWaitPolicy;
  private final Path log;

  /**
   * Processes that compute with so many threads.
   *
   * @param pytorchWaitPolicy OMP_WAIT_POLICY where PyTorch computes; null leaves it unset
   * @param log receives what they say
   */
  Forks(int threads, String pytorchWaitPolicy, Path log) {
    this.threads = threads;
    this.pytorchWaitPolicy = pytorchWaitPolicy;
    this.log = log;
  }

  /** Runs one and waits for it. */
  Outcome run(Order order) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command(order))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()));
    Map<String, String> environment = builder.environment();
    environment.put("OMP_NUM_THREADS", String.valueOf(threads));
    if (order.side() == Side.OURS) {
      environment.putAll(NativeEnvironment.environment(Map.of(), String.valueOf(threads)));
    } else if (pytorchWaitPolicy != null) {
      environment.put("OMP_WAIT_POLICY", pytorchWaitPolicy);
    } else {
      environment.remove("OMP_WAIT_POLICY");
    }
    int exit = builder.start().waitFor();
    if (exit != 0) {
      throw new IOException(
          "%s %s ended with code %d:%n%s"
              .formatted(order.side(), order.work(), exit, Files.readString(log)));
    }
    return Outcome.read(order.result());
  }

  private List<String> command(Order order) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:MaxRAMPercentage=25", "-XX:+UseSerialGC", "-Xms64m", "-Xmn24m"));
    command.addAll(List.of("-XX:SurvivorRatio=2", "-XX:TargetSurvivorRatio=90"));
    if (order.side() == Side.OURS) {
      command.addAll(
          List.of(
              "-Dorg.bytedeco.javacpp.maxbytes=200%",
              "-Dorg.bytedeco.javacpp.maxphysicalbytes=320%"));
    } else {
      command.addAll(
          List.of(
              "-Dai.djl.pytorch.num_threads=" + threads,
              "-Dai.djl.pytorch.num_interop_threads=1",
              "-Dai.djl.pytorch.graph_optimizer=false",
              "-Dai.djl.offline=true",
              "-DOPT_OUT_TRACKING=true"));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Fork.class.getName()));
    command.addAll(order.arguments());
    return command;
  }
}
