package org.flsl.layers.dense;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.weights.WeightInit;
import org.flsl.layers.GraphSection;
import org.flsl.layers.vit.TokenNorm;
import org.nd4j.linalg.activations.Activation;

/**
 * A light decoder for semantic segmentation: from tokens to a small pyramid to pixels.
 *
 * <p>Tokens become a map, which is halved in stride again and again until a place stands for at
 * most {@link #FINEST} pixels: nearest neighbours, then a 3 x 3 convolution of half the width. Each
 * level scores the classes; the scores are stretched over those of the next level and added up, and
 * last stretched over the pixels. All of its layers are DL4J's own or of this library, and take
 * images of any size that the stride divides.
 *
 * @param width channels of the coarsest level
 * @param classes to tell apart
 */
public record PyramidDecoder(int width, int classes) {

  /** Pixels that a place of the finest level stands for, at most. */
  public static final int FINEST = 4;

  private static final int NARROWEST = 32;

  /** Checks the sizes. */
  public PyramidDecoder {
    if (width < 1 || classes < 2) {
      throw new IllegalArgumentException(
          "A decoder needs a width of at least 1 and at least two classes, got %d and %d"
              .formatted(width, classes));
    }
  }

  /**
   * Adds the layers.
   *
   * @param section receives them
   * @param map what a backbone makes of the image
   * @param image name of the graph's input
   * @return name of the vertex with the scores, {@code [B, classes, height, width]}
   */
  public String addTo(GraphSection section, FeatureMap map, String image) {
    String reduced = section.layer("reduce", convolution(1, map.channels(), width), map.vertex());
    String level = section.layer("reduceNorm", TokenNorm.builder(width).build(), reduced);
    List<String> scores = new ArrayList<>();
    int channels = width;
    int pixels = map.stride();
    for (int number = 0; ; number++) {
      int narrower = number == 0 ? width : Math.max(NARROWEST, channels / 2);
      level = section.layer("level_" + number, convolution(3, channels, narrower), level);
      channels = narrower;
      scores.add(section.layer("score_" + number, scoring(channels), level));
      if (pixels <= FINEST) {
        break;
      }
      level = section.layer("double_" + number, new Upsampling2D.Builder(2).build(), level);
      pixels = (pixels + 1) / 2;
    }
    String sum = scores.get(0);
    for (int number = 1; number < scores.size(); number++) {
      String finer = scores.get(number);
      String stretched = section.vertex("stretch_" + number, new PixelMaps(), sum, finer);
      sum =
          section.vertex(
              "sum_" + number, new ElementWiseVertex(ElementWiseVertex.Op.Add), stretched, finer);
    }
    return section.vertex("pixels", new PixelMaps(), sum, image);
  }

  private static ConvolutionLayer convolution(int side, int in, int out) {
    return new ConvolutionLayer.Builder(side, side)
        .nIn(in)
        .nOut(out)
        .convolutionMode(ConvolutionMode.Same)
        .activation(side == 1 ? Activation.IDENTITY : Activation.RELU)
        .weightInit(WeightInit.RELU)
        .build();
  }

  private ConvolutionLayer scoring(int channels) {
    return new ConvolutionLayer.Builder(1, 1)
        .nIn(channels)
        .nOut(classes)
        .activation(Activation.IDENTITY)
        .weightInit(WeightInit.XAVIER)
        .build();
  }
}
