package org.flsl.layers.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/** What a backward pass computes again. */
class RecomputationTest {
  private final Definition definition = new Definition(DataType.DOUBLE, true);
  private final SDVariable x = definition.addInput("x", new long[] {-1, 3});
  private final SDVariable w = definition.addParam("w", new long[] {3, 2});
  private final SDVariable b = definition.addParam("b", new long[] {3});

  private Program compile(SDVariable output) {
    return new Program(definition, output, List.of("x", "w", "b"), false);
  }

  private static List<String> operations(List<Program.Step> steps) {
    return steps.stream().map(step -> ((Program.OpStep) step).op().opName()).toList();
  }

  private static boolean reads(Program program, SDVariable value) {
    return program.backward().stream().anyMatch(step -> step.inputs().contains(value.name()));
  }

  @Test
  void chainsOfSumsAndProductsAreComputedAgainNotKept() {
    SDVariable scaled = x.mul(b);
    SDVariable shifted = scaled.add(b);
    Program program = compile(shifted.mmul(w));
    assertFalse(reads(program, shifted), "kept for the gradient of w");
    assertEquals(List.of("multiply", "add"), operations(program.backward().subList(0, 2)));
    assertTrue(operations(program.forward()).containsAll(List.of("multiply", "add")));
  }

  @Test
  void whatIsDearIsKept() {
    SDVariable dear = definition.sameDiff().math.exp(x);
    SDVariable product = dear.mul(b);
    Program program = compile(product.mmul(w));
    assertTrue(reads(program, dear));
    List<String> repeated =
        program.backward().stream()
            .flatMap(step -> step.outputs().stream())
            .filter(name -> !Recomputation.original(name).equals(name))
            .map(Recomputation::original)
            .toList();
    assertEquals(List.of(product.name()), repeated);
  }

  @Test
  void aViewThatOnlyTheBackwardPassMakesIsOneOfTheRepeatedValue() {
    SDVariable product = x.mul(b);
    SDVariable output = definition.sameDiff().math.exp(product);
    SDVariable[] view = new SDVariable[1];
    definition.withGradient(
        output,
        List.of(x),
        dy -> {
          view[0] = product.reshape(-1);
          return List.of(dy.mul(view[0].reshape(-1, 3)));
        });
    Program program = compile(output);
    assertEquals(product.name() + "#again", program.ownerOf(view[0].name()));
  }

  @Test
  void viewsOfRecomputedValuesAreMadeAgain() {
    SDVariable product = x.mul(b);
    SDVariable view = product.reshape(-1, 3);
    Program program = compile(view.mmul(w));
    assertFalse(reads(program, view));
    Program.Step weightGradient =
        program.backward().stream()
            .filter(step -> step.outputs().contains(program.gradients().get("w")))
            .findFirst()
            .orElseThrow();
    String input = weightGradient.inputs().get(0);
    assertEquals(view.name(), Recomputation.original(input));
    assertEquals(product.name(), Recomputation.original(program.ownerOf(input)));
  }
}
