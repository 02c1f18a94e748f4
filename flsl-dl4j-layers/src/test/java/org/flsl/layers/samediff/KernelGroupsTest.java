package org.flsl.layers.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.flsl.layers.kernels.Operation;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/** Which steps a program has where there are kernels. */
class KernelGroupsTest {
  private final Definition definition = new Definition(DataType.FLOAT, true);
  private final SDVariable x = definition.addInput("x", new long[] {-1, 3});
  private final SDVariable w = definition.addParam("w", new long[] {3, 2});
  private final SDVariable gain = definition.addParam("gain", new long[] {3});
  private final SDVariable bias = definition.addParam("bias", new long[] {3});

  private Program compile(SDVariable output, boolean kernels) {
    return new Program(definition, output, List.of("x", "w", "gain", "bias"), kernels);
  }

  private static List<Object> work(List<Program.Step> steps) {
    return steps.stream().map(KernelGroupsTest::work).toList();
  }

  private static Object work(Program.Step step) {
    return step instanceof Program.KernelStep kernel
        ? kernel.operation()
        : ((Program.OpStep) step).op().opName();
  }

  @Test
  void aKernelTakesThePlaceOfItsGroup() {
    Program program = compile(ExactGelu.apply(definition, x), true);
    assertEquals(List.of(new Operation.Gelu()), work(program.forward()));
    assertEquals(List.of(new Operation.GeluGradient()), work(program.backward()));
  }

  @Test
  void withoutKernelsTheOpsRun() {
    Program program = compile(ExactGelu.apply(definition, x), false);
    assertTrue(work(program.forward()).contains("erf"));
    assertTrue(program.backward().stream().allMatch(Program.OpStep.class::isInstance));
  }

  @Test
  void oneStepGivesAllOutputsOfAGroup() {
    SDVariable y = LayerNorm.apply(definition, x, gain, bias, 1e-5);
    Program program = compile(y.mmul(w), true);
    assertEquals(List.of(new Operation.LayerNorm(1e-5), "matmul"), work(program.forward()));
    List<Object> backward = work(program.backward());
    assertEquals(
        1, backward.stream().filter(new Operation.LayerNormGradient(1e-5)::equals).count());
    assertEquals(1, backward.stream().filter(new Operation.LayerNorm(1e-5)::equals).count());
  }

  @Test
  void whatIsCheapIsComputedAgainAndNotKept() {
    SDVariable y = ExactGelu.apply(definition, x);
    Program program = compile(y.mmul(w), true);
    assertTrue(work(program.backward()).contains(new Operation.Gelu()));
    assertFalse(
        program.backward().stream().anyMatch(step -> step.inputs().contains(y.name())), "kept");
  }

  @Test
  void aValueInsideAGroupThatIsReadElsewhereIsComputedByItsOps() {
    SDVariable inside = definition.sameDiff().math.exp(x);
    SDVariable outside = inside.mul(2);
    definition.group(new Operation.Gelu(), List.of(x), List.of(outside));
    Program program = compile(outside.add(inside), true);
    assertEquals(List.of("exp", new Operation.Gelu(), "add"), work(program.forward()));
  }
}
