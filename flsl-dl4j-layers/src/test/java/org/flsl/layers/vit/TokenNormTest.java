package org.flsl.layers.vit;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TokenTypes;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class TokenNormTest {

  @Test
  void gradientIsRight() {
    int width = 6;
    var builder =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.DOUBLE)
            .seed(2)
            .miniBatch(false)
            .graphBuilder()
            .addInputs("x")
            .addLayer("first", TokenNorm.builder(width).build(), "x")
            .addLayer("second", TokenNorm.builder(width).build(), "first")
            .addLayer("out", new GradientCheck.MixedSquares(), "second")
            .setOutputs("out")
            .setInputTypes(TokenTypes.sequence(width, 4));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    Nd4j.getRandom().setSeed(1);
    GradientCheck.check(graph, Nd4j.randn(DataType.DOUBLE, 3, 4, width));
  }
}
