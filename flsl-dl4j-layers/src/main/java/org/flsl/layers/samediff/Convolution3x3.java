package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.kernels.Operation;
import org.flsl.layers.kernels.Operation.Convolution.Grid;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.enums.PadMode;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A convolution of 3 x 3 places, with zeros around the map, of one or several maps that share the
 * weights.
 *
 * <p>Maps travel packed like views, {@code [batch, sum of their places, channels]}. Where there is
 * no kernel, the neighbourhoods of all places become rows, and one product with the weights does
 * the rest: ND4J's own convolution takes several times as long.
 */
public final class Convolution3x3 {
  private static final int SIDE = 3;

  /** Rows of a neighbourhood, for each channel. */
  public static final int PLACES = SIDE * SIDE;

  private Convolution3x3() {}

  /**
   * Convolves.
   *
   * @param x {@code [batch, sum of the grids, in]}
   * @param grids how the places of each map lie
   * @param in channels of a map
   * @param weight {@code [9 in, out]}, the places of a neighbourhood row by row
   * @param bias {@code [out]}
   * @return {@code [batch * sum of the grids, out]}
   */
  public static SDVariable apply(
      Definition definition,
      SDVariable x,
      List<TokenGrid> grids,
      long in,
      SDVariable weight,
      SDVariable bias) {
    SameDiff sd = definition.sameDiff();
    long out = weight.getShape()[1];
    long places = grids.stream().mapToLong(TokenGrid::tokens).sum();
    SDVariable y = sd.nn.linear(neighbourhoods(definition, x, grids, in), weight, bias);
    List<Grid> maps = grids.stream().map(grid -> new Grid(grid.height(), grid.width())).toList();
    definition.group(new Operation.Convolution(maps), List.of(x, weight, bias), List.of(y));
    return definition.withGradient(
        y,
        List.of(x, weight, bias),
        dy -> {
          // What a place gets back is a convolution again, with the weights turned by 180 degrees.
          // By number: ND4J's reverse takes hundreds of times as long and leaks megabytes a run.
          SDVariable backwards =
              sd.gather(weight.reshape(PLACES, in, out), sd.constant(backwards()), 0);
          SDVariable turned = sd.permute(backwards, 0, 2, 1).reshape(PLACES * out, in);
          SDVariable back =
              neighbourhoods(definition, dy.reshape(-1, places, out), grids, out).mmul(turned);
          // Computed again, since nine times the input is too much to keep.
          SDVariable rows = neighbourhoods(definition, x, grids, in);
          SDVariable dw = sd.mmul(rows, dy, true, false, false);
          definition.group(
              new Operation.ConvolutionGradient(maps), List.of(dy, x, weight), List.of(back, dw));
          return List.of(back.reshape(-1, places, in), dw, dy.sum(0));
        });
  }

  /** The numbers of the places of a neighbourhood, from the last to the first. */
  private static INDArray backwards() {
    return Nd4j.createFromArray(IntStream.range(0, PLACES).map(i -> PLACES - 1 - i).toArray());
  }

  /** {@code [batch * sum of the grids, 9 width]}. */
  private static SDVariable neighbourhoods(
      Definition definition, SDVariable x, List<TokenGrid> grids, long width) {
    List<SDVariable> maps = new ArrayList<>();
    long from = 0;
    for (TokenGrid grid : grids) {
      SDVariable map =
          grids.size() == 1
              ? x
              : slice(
                  definition, x, new long[] {0, from, 0}, new long[] {0, from + grid.tokens(), 0});
      maps.add(neighbourhoods(definition, map, grid, width));
      from += grid.tokens();
    }
    SDVariable all =
        maps.size() == 1
            ? maps.get(0)
            : definition.sameDiff().concat(1, maps.toArray(SDVariable[]::new));
    return all.reshape(-1, PLACES * width);
  }

  private static SDVariable neighbourhoods(
      Definition definition, SDVariable map, TokenGrid grid, long width) {
    SameDiff sd = definition.sameDiff();
    SDVariable padded =
        sd.nn.pad(
            map.reshape(-1, grid.height(), grid.width(), width),
            sd.constant(Nd4j.createFromArray(new int[][] {{0, 0}, {1, 1}, {1, 1}, {0, 0}})),
            PadMode.CONSTANT,
            0);
    SDVariable[] shifted = new SDVariable[PLACES];
    for (int i = 0; i < PLACES; i++) {
      long down = i / SIDE;
      long across = i % SIDE;
      shifted[i] =
          slice(
              definition,
              padded,
              new long[] {0, down, across, 0},
              new long[] {0, down + grid.height(), across + grid.width(), 0});
    }
    return sd.concat(3, shifted).reshape(-1, grid.tokens(), PLACES * width);
  }

  /** The first and the last axis are taken whole. */
  private static SDVariable slice(Definition definition, SDVariable x, long[] begin, long[] end) {
    long[] strides = new long[begin.length];
    Arrays.fill(strides, 1);
    int whole = 1 | 1 << (begin.length - 1);
    return definition.sameDiff().stridedSlice(x, begin, end, strides, whole, whole, 0, 0, 0);
  }
}
