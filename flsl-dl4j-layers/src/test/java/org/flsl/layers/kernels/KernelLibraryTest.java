package org.flsl.layers.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.ProductPrecision;
import org.flsl.layers.vit.TransformerBlock;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** Where there are no kernels the layers work all the same. */
class KernelLibraryTest {

  /** Forward and backward through a small block; says what computed it, and the gradient's norm. */
  static final class OnePass {
    private OnePass() {}

    public static void main(String[] arguments) {
      ComputationGraph graph =
          TinyGraph.of(
              DataType.FLOAT,
              b ->
                  b.addInputs("x")
                      .addLayer("block", TransformerBlock.builder(6, 2).build(), "x")
                      .addLayer("out", new GradientCheck.MixedSquares(), "block")
                      .setOutputs("out")
                      .setInputTypes(TokenTypes.sequence(6, 4)));
      graph.setInputs(TinyGraph.random(DataType.FLOAT, 1, 2, 4, 6));
      graph.computeGradientAndScore();
      System.out.println(
          "\n"
              + KernelLibrary.ofThisProcess().map(KernelLibrary::description).orElse("none")
              + ":"
              + graph.gradient().gradient().norm2Number());
    }
  }

  /** Says whether this process can multiply in bf16. */
  static final class InBf16 {
    private InBf16() {}

    public static void main(String[] arguments) {
      try {
        ProductPrecision.require(Precision.BF16);
        System.out.println("\nyes");
      } catch (UnsupportedOperationException e) {
        System.out.println("\n" + e.getMessage());
      }
    }
  }

  private static String[] run(String classPath, Map<String, String> environment, String... options)
      throws Exception {
    return lastLine(OnePass.class, classPath, environment, options).split(":");
  }

  private static String lastLine(
      Class<?> program, String classPath, Map<String, String> environment, String... options)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                classPath,
                "-Xmx1g"));
    command.addAll(List.of(options));
    command.add(program.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
    return output.strip().lines().reduce((first, last) -> last).orElseThrow();
  }

  @Test
  void layersTrainWithoutKernelsAndToTheSameEnd() throws Exception {
    assumeTrue(KernelLibrary.ofThisProcess().isPresent(), "this process has no kernels");
    String all = System.getProperty("java.class.path");
    String without =
        Arrays.stream(all.split(File.pathSeparator))
            .filter(entry -> !entry.contains("dnnl"))
            .collect(Collectors.joining(File.pathSeparator));
    String[] with = run(all, Map.of());
    assertTrue(with[0].startsWith("oneDNN 3."), with[0]);
    for (String[] result :
        List.of(
            run(without, Map.of()),
            run(all, Map.of(), "-Dflsl.kernels=off"),
            run(all, Map.of("ONEDNN_MAX_CPU_ISA", "SSE41")))) {
      assertEquals("none", result[0]);
      assertEquals(Double.parseDouble(with[1]), Double.parseDouble(result[1]), 1e-4);
    }
  }

  @Test
  void bf16IsRefusedWithTheReason() throws Exception {
    assumeTrue(KernelLibrary.ofThisProcess().isPresent(), "this process has no kernels");
    String all = System.getProperty("java.class.path");
    String off = lastLine(InBf16.class, all, Map.of(), "-Dflsl.kernels=off");
    assertTrue(off.contains("ND4J's ops only") && off.contains("use FLOAT32"), off);
    String older = lastLine(InBf16.class, all, Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"));
    assertTrue(older.contains("AVX-512-BF16 or AMX") && older.contains("with AVX2"), older);
  }
}
