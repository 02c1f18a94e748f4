package org.flsl.layers.vit;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Set;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.PackedViews;
import org.flsl.layers.vit.TransformerBlock.Output;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class TransformerBlockTest {
  private static final int WIDTH = 6;

  private static TransformerBlock.Builder block() {
    return TransformerBlock.builder(WIDTH, 2).hidden(5);
  }

  private static ComputationGraph graph(TransformerBlock block, int tokens) {
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("x")
                .addLayer("first", TokenNorm.builder(WIDTH).build(), "x")
                .addLayer("block", block, "first")
                .addLayer("out", new GradientCheck.MixedSquares(), "block")
                .setOutputs("out")
                .setInputTypes(TokenTypes.sequence(WIDTH, tokens)));
  }

  private static INDArray tokens(int batch, int tokens) {
    return TinyGraph.random(1, batch, tokens, WIDTH);
  }

  @Test
  void gradientOfASingleViewIsRight() {
    GradientCheck.check(graph(block().build(), 4), tokens(2, 4));
  }

  @Test
  void gradientOfPackedViewsIsRight() {
    PackedViews views = PackedViews.of(4, 2, 2, 3);
    GradientCheck.check(graph(block().views(views).build(), 11), tokens(2, 11));
  }

  @Test
  void gradientWithDropPathIsRight() {
    PackedViews views = PackedViews.of(3, 2, 2);
    // With three images and three views some paths are kept and some are not.
    GradientCheck.check(graph(block().views(views).dropPath(0.5).build(), 7), tokens(3, 7));
  }

  @Test
  void gradientWithDropoutIsRight() {
    GradientCheck.check(graph(block().dropout(0.3).dropPath(0.2).build(), 4), tokens(2, 4));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TOKENS")
  void gradientOfWhatIsInsideIsRight(Output output) {
    Set<String> unused =
        Set.of(
            "block/projW",
            "block/projB",
            "block/fc1W",
            "block/fc1B",
            "block/fc2W",
            "block/fc2B",
            "block/norm2Gain",
            "block/norm2Bias");
    GradientCheck.checkExcept(graph(block().output(output).build(), 4), unused, tokens(2, 4));
  }

  /** The middle third of the packed projection, behind the first norm. */
  @Test
  void keysAreWhatIsAttendedTo() {
    ComputationGraph graph =
        graph(block().views(PackedViews.of(2, 1)).output(Output.KEYS).build(), 3);
    var activations = graph.feedForward(new INDArray[] {tokens(1, 3)}, false);
    double[][] x = activations.get("first").slice(0).toDoubleMatrix();
    var p = graph.getLayer("block").paramTable();
    double[][] qkv =
        linear(norm(x, p.get("norm1Gain"), p.get("norm1Bias")), p.get("qkvW"), p.get("qkvB"));
    double[][] keys = activations.get("block").slice(0).toDoubleMatrix();
    assertEquals(3, keys.length);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(Arrays.copyOfRange(qkv[i], WIDTH, 2 * WIDTH), keys[i], 1e-12);
    }
  }

  @Test
  void attentionRowsSumToOneAndBelongToTheirHead() {
    ComputationGraph graph = graph(block().output(Output.ATTENTION).build(), 4);
    INDArray attention = graph.feedForward(new INDArray[] {tokens(2, 4)}, false).get("block");
    assertArrayEquals(new long[] {2, 8, 4}, attention.shape());
    INDArray sums = attention.sum(2);
    for (long i = 0; i < sums.length(); i++) {
      assertEquals(1, sums.getDouble(i), 1e-12);
    }
    INDArray firstHead = attention.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 4));
    INDArray secondHead = attention.get(NDArrayIndex.all(), NDArrayIndex.interval(4, 8));
    assertNotEquals(firstHead, secondHead);
  }

  /** The block written out in plain Java. */
  @Test
  void blockIsAttentionAndMlpEachBehindANorm() {
    ComputationGraph graph = graph(block().build(), 3);
    INDArray input = tokens(1, 3);
    var activations = graph.feedForward(new INDArray[] {input}, false);
    double[][] x = activations.get("first").slice(0).toDoubleMatrix();
    var p = graph.getLayer("block").paramTable();
    double[][] qkv =
        linear(norm(x, p.get("norm1Gain"), p.get("norm1Bias")), p.get("qkvW"), p.get("qkvB"));
    double[][] attended = new double[3][WIDTH];
    int d = WIDTH / 2;
    for (int head = 0; head < 2; head++) {
      for (int i = 0; i < 3; i++) {
        double[] weights = new double[3];
        double sum = 0;
        for (int j = 0; j < 3; j++) {
          double score = 0;
          for (int c = 0; c < d; c++) {
            score += qkv[i][head * d + c] * qkv[j][WIDTH + head * d + c];
          }
          weights[j] = Math.exp(score / Math.sqrt(d));
          sum += weights[j];
        }
        for (int j = 0; j < 3; j++) {
          for (int c = 0; c < d; c++) {
            attended[i][head * d + c] += weights[j] / sum * qkv[j][2 * WIDTH + head * d + c];
          }
        }
      }
    }
    x = add(x, linear(attended, p.get("projW"), p.get("projB")));
    double[][] up =
        linear(norm(x, p.get("norm2Gain"), p.get("norm2Bias")), p.get("fc1W"), p.get("fc1B"));
    INDArray active = Nd4j.create(up);
    INDArray erf = Nd4j.exec(new Erf(active.div(Math.sqrt(2))));
    active = active.mul(erf.add(1)).mul(0.5);
    x = add(x, linear(active.toDoubleMatrix(), p.get("fc2W"), p.get("fc2B")));
    INDArray expected = Nd4j.create(x);
    assertEquals(
        0, expected.sub(activations.get("block").slice(0)).amaxNumber().doubleValue(), 1e-10);
  }

  private static double[][] norm(double[][] x, INDArray gain, INDArray bias) {
    double[][] y = new double[x.length][WIDTH];
    for (int row = 0; row < x.length; row++) {
      double mean = 0;
      double square = 0;
      for (double value : x[row]) {
        mean += value / WIDTH;
      }
      for (double value : x[row]) {
        square += (value - mean) * (value - mean) / WIDTH;
      }
      for (int c = 0; c < WIDTH; c++) {
        double normalised = (x[row][c] - mean) / Math.sqrt(square + 1e-6);
        y[row][c] = normalised * gain.getDouble(c) + bias.getDouble(c);
      }
    }
    return y;
  }

  private static double[][] linear(double[][] x, INDArray weight, INDArray bias) {
    double[][] y = new double[x.length][(int) weight.size(1)];
    for (int row = 0; row < x.length; row++) {
      for (int out = 0; out < y[row].length; out++) {
        y[row][out] = bias.getDouble(out);
        for (int in = 0; in < x[row].length; in++) {
          y[row][out] += x[row][in] * weight.getDouble(in, out);
        }
      }
    }
    return y;
  }

  private static double[][] add(double[][] x, double[][] y) {
    double[][] sum = new double[x.length][];
    for (int row = 0; row < x.length; row++) {
      sum[row] = x[row].clone();
      for (int c = 0; c < sum[row].length; c++) {
        sum[row][c] += y[row][c];
      }
    }
    return sum;
  }

  @Test
  void packedViewsAttendLikeSeparateSequences() {
    ComputationGraph packed = graph(block().views(PackedViews.of(3, 2, 2)).build(), 7);
    INDArray input = tokens(2, 7);
    INDArray all = packed.feedForward(new INDArray[] {input}, false).get("block").dup();
    int[][] cuts = {{0, 3}, {3, 5}, {5, 7}};
    for (int[] cut : cuts) {
      var range = NDArrayIndex.interval(cut[0], cut[1]);
      INDArray part = input.get(NDArrayIndex.all(), range, NDArrayIndex.all()).dup('c');
      ComputationGraph alone = graph(block().build(), cut[1] - cut[0]);
      alone.params().assign(packed.params());
      INDArray output = alone.feedForward(new INDArray[] {part}, false).get("block");
      INDArray expected = all.get(NDArrayIndex.all(), range, NDArrayIndex.all());
      assertEquals(0, expected.sub(output).amaxNumber().doubleValue(), 1e-12);
    }
  }

  @Test
  void weightsBeginNormalWithDeviationTwoHundredths() {
    ComputationGraph graph =
        TinyGraph.plain(
            DataType.FLOAT,
            b ->
                b.addInputs("x")
                    .addLayer("block", TransformerBlock.builder(32, 2).build(), "x")
                    .addLayer("out", new GradientCheck.MixedSquares(), "block")
                    .setOutputs("out")
                    .setInputTypes(TokenTypes.sequence(32, 4)));
    var params = graph.getLayer("block").paramTable();
    assertEquals(0.02, params.get("qkvW").stdNumber().doubleValue(), 0.001);
    assertEquals(0, params.get("fc1B").amaxNumber().doubleValue());
    assertEquals(1, params.get("norm1Gain").minNumber().doubleValue());
    assertArrayEquals(new long[] {32, 128}, params.get("fc1W").shape());
  }

  @Test
  void errorsSayWhatWasFoundAndWhatWasExpected() {
    TransformerBlock block = block().views(PackedViews.of(4, 2)).build();
    assertEquals(
        TokenTypes.sequence(WIDTH, 6), block.getOutputType(0, TokenTypes.sequence(WIDTH, 6)));
    assertRefused(
        () -> block.getOutputType(0, TokenTypes.sequence(WIDTH, 7)),
        "views of [4, 2] tokens",
        "6 together",
        "input has 7");
    assertRefused(
        () -> block.getOutputType(0, TokenTypes.sequence(8, 6)), "width 6", "got width 8");
    assertRefused(
        () -> block.getOutputType(0, InputType.feedForward(WIDTH)),
        "expects a token sequence [batch, tokens, width]",
        "RNNFormat.NWC",
        "InputTypeFeedForward");
    assertRefused(() -> TransformerBlock.builder(6, 4).build(), "4 heads", "width 6");
    assertRefused(
        () -> block().views(PackedViews.of(4, 2)).output(Output.ATTENTION).build(),
        "single view",
        "[4, 2]");
    assertRefused(() -> block().dropPath(1).build(), "drop path", "1.0");
    assertRefused(() -> block().dropout(-0.1).build(), "dropout", "-0.1");
    assertRefused(() -> block().hidden(-5).build(), "hidden units must be positive", "-5");
    assertRefused(() -> block().hidden(0).build(), "hidden units must be positive", "0");
    assertRefused(() -> block().normEps(-1).build(), "normEps", "-1.0");
    assertRefused(() -> block().normEps(Double.NaN).build(), "normEps", "NaN");
    assertRefused(
        () -> block().normEps(Double.POSITIVE_INFINITY).build(), "normEps", "finite", "Infinity");
    assertEquals(
        "output",
        assertThrows(NullPointerException.class, () -> block().output(null).build()).getMessage());
  }

  @Test
  void viewsOfNothingButLeadingTokensAreRefused() {
    assertRefused(
        () -> block().leadingTokens(-3).build(), "leading tokens must not be negative", "-3");
    assertRefused(
        () -> block().leadingTokens(2).views(PackedViews.of(4, 2)).build(), "[4, 2]", "with 2");
    TransformerBlock single = block().leadingTokens(4).output(Output.ATTENTION).build();
    assertRefused(
        () -> single.getOutputType(0, TokenTypes.sequence(WIDTH, 4)), "Transformer block", "[4]");
    assertRefused(() -> single.validateInput(tokens(2, 3)), "[3] tokens", "with 4");
    assertEquals(TokenTypes.sequence(1, 2), single.getOutputType(0, TokenTypes.sequence(WIDTH, 5)));
  }

  @Test
  void wrongTokensAreRefusedWhenTheyRun() {
    ComputationGraph graph =
        TinyGraph.of(
            DataType.DOUBLE,
            b ->
                b.addInputs("x")
                    .addLayer("block", block().build(), "x")
                    .addLayer("out", new GradientCheck.MixedSquares(), "block")
                    .setOutputs("out"));
    assertRefused(
        () -> graph.output(TinyGraph.random(1, 2, 3, 12)),
        "block",
        "[2, 3, 12]",
        "[batch, tokens, 6]");
  }
}
