package org.flsl.examples.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.flsl.examples.benchmark.Timing;
import org.flsl.examples.pytorch.Fork.Order;
import org.flsl.examples.pytorch.Fork.Side;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.vit.VitSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairTest {
  private static Outcome outcome(double seconds, long memory, double... losses) {
    List<Double> values = Arrays.stream(losses).boxed().toList();
    return new Outcome(new Timing(List.of(seconds)), values, memory, 5, "library: 1 = 2");
  }

  private static Pair pair(double ourLoss, double theirLoss) {
    Pair pair = new Pair(Precision.FLOAT32, Precision.FLOAT32);
    pair.add(outcome(1, 10, ourLoss), outcome(2, 20, theirLoss));
    return pair;
  }

  @Test
  void ratioIsThatOfTheMediansOfAllProcesses() {
    Pair pair = pair(1, 1);
    pair.add(outcome(3, 9, 1), outcome(6, 30, 1));
    assertEquals(0.5, pair.ratio());
    assertEquals(10, pair.ourMemory());
    assertEquals(30, pair.theirMemory());
  }

  @Test
  void lossesMayBeAThousandthApart() {
    assertTrue(pair(8.008, 8).agree());
    assertFalse(pair(8.009, 8).agree());
    assertTrue(pair(0.001, 0).agree());
    assertFalse(pair(Double.NaN, 8).agree());
    assertFalse(pair(8, Double.NaN).agree());
  }

  @Test
  void inBf16LossesMayBeAHundredthApartAndTwoInPyTorchs() {
    assertTrue(agree(8.07, Precision.BF16, Precision.FLOAT32));
    assertFalse(agree(8.09, Precision.BF16, Precision.FLOAT32));
    assertTrue(agree(8.15, Precision.BF16, Precision.BF16));
    assertFalse(agree(8.17, Precision.BF16, Precision.BF16));
  }

  private static boolean agree(double ourLoss, Precision ours, Precision theirs) {
    Pair pair = new Pair(ours, theirs);
    pair.add(outcome(1, 10, ourLoss), outcome(2, 20, 8));
    return pair.agree();
  }

  @Test
  void laterLossesCountToo() {
    Pair pair = new Pair(Precision.FLOAT32, Precision.FLOAT32);
    pair.add(outcome(1, 1, 8, 7), outcome(1, 1, 8, 7.5));
    assertFalse(pair.agree());
    Pair broken = new Pair(Precision.FLOAT32, Precision.FLOAT32);
    broken.add(outcome(1, 1, Double.NaN, 7), outcome(1, 1, 8, 7));
    assertFalse(broken.agree());
  }

  @Test
  void outcomesPassThroughAFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("outcome");
    Outcome outcome = outcome(1.25, 10, 8.5, -3e-7);
    outcome.write(file);
    assertEquals(outcome, Outcome.read(file));
    Outcome withoutLosses = outcome(1.25, 10);
    withoutLosses.write(file);
    assertEquals(withoutLosses, Outcome.read(file));
  }

  @Test
  void ordersPassThroughArguments() {
    Order order =
        new Order(
            Side.PYTORCH,
            Work.STEP,
            new Case(VitSize.TINY, 4, Precision.BF16),
            1,
            2,
            Path.of("data"),
            Path.of("result"));
    assertEquals(order, Order.of(order.arguments().toArray(String[]::new)));
  }
}
