package org.flsl.examples.clusters;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImageSize;
import org.flsl.examples.UserError;
import org.flsl.views.ViewConfig;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.RgbImage;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The tokens that a pretrained Vision Transformer makes of a photo, finer than its patches.
 *
 * <p>The network sees the photo's central square several times, each time shifted by another
 * fraction of a patch; the tokens of all passes together form one fine grid.
 */
public final class DenseTokens {
  /** Passes along either axis. */
  private static final int SHIFTS = 4;

  private final GraphFeatures features;
  private final int patch;
  private final int grid;
  private final BicubicResize resize = new BicubicResize();
  private final ChannelNormaliser normaliser =
      new ChannelNormaliser(ViewConfig.paper().mean(), ViewConfig.paper().std());

  /**
   * Prepares a network.
   *
   * @param backbone an exported Vision Transformer
   * @throws UserError if it is another network
   */
  public DenseTokens(ComputationGraph backbone) {
    this.features = GraphFeatures.of(backbone);
    ImageSize size =
        features
            .trainingSize()
            .orElseThrow(() -> new UserError("the model is no Vision Transformer of flsl"));
    this.grid = features.grid(size).height();
    this.patch = size.height() / grid;
  }

  /** Rows and columns of the fine grid. */
  public int side() {
    return grid * SHIFTS;
  }

  /** The part of a photo that the fine grid covers, as the network saw it. */
  public RgbImage covered(RgbImage photo) {
    int margin = (patch - patch / SHIFTS) / 2;
    return resize.resize(
        canvas(photo), new CropBox(margin, margin, pixels(), pixels()), pixels(), pixels());
  }

  private int pixels() {
    return grid * patch;
  }

  /** The central square, with room to shift. */
  private RgbImage canvas(RgbImage photo) {
    int square = Math.min(photo.width(), photo.height());
    int top = (photo.height() - square) / 2;
    int left = (photo.width() - square) / 2;
    int side = pixels() + patch - patch / SHIFTS;
    return resize.resize(photo, new CropBox(top, left, square, square), side, side);
  }

  /**
   * The tokens of a photo.
   *
   * @return {@code [side * side][width]}, row by row, scaled to length one
   */
  public float[][] of(RgbImage photo) {
    RgbImage canvas = canvas(photo);
    float[][] tokens = new float[side() * side()][];
    for (int dy = 0; dy < SHIFTS; dy++) {
      INDArray pass = features.tokens(row(canvas, dy));
      for (int dx = 0; dx < SHIFTS; dx++) {
        INDArray sequence = pass.tensorAlongDimension(dx, 1, 2);
        INDArray units = sequence.divColumnVector(sequence.norm2(1));
        float[][] rows = units.toFloatMatrix();
        for (int i = 0; i < rows.length; i++) {
          int y = i / grid * SHIFTS + dy;
          int x = i % grid * SHIFTS + dx;
          tokens[y * side() + x] = rows[i];
        }
      }
    }
    return tokens;
  }

  /** One batch: all horizontal shifts at a vertical one. */
  private INDArray row(RgbImage canvas, int dy) {
    int step = patch / SHIFTS;
    float[] values = new float[SHIFTS * RgbImage.CHANNELS * pixels() * pixels()];
    for (int dx = 0; dx < SHIFTS; dx++) {
      CropBox box = new CropBox(dy * step, dx * step, pixels(), pixels());
      RgbImage shifted = resize.resize(canvas, box, pixels(), pixels());
      normaliser.write(shifted, values, dx * values.length / SHIFTS);
    }
    return Nd4j.create(values, new long[] {SHIFTS, RgbImage.CHANNELS, pixels(), pixels()}, 'c');
  }
}
