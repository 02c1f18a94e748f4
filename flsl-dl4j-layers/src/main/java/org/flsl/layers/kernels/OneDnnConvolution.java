package org.flsl.layers.kernels;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.List;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.flsl.layers.kernels.Operation.Convolution.Grid;
import org.flsl.layers.kernels.PrimitiveSequence.Region;

/**
 * Convolutions of 3 x 3 places on packed maps, a map of all images at a time.
 *
 * <p>oneDNN's fast code takes maps without gaps between images. Where several are packed, each is
 * copied on its way in and out, which costs two passes over it; rows of nine neighbours, which a
 * product would need, cost eighteen.
 */
final class OneDnnConvolution {
  private static final long SIDE = 3;
  private static final long[] ONE = {1, 1};

  private final OneDnn library;
  private final engine cpu;
  private final List<Grid> grids;
  private final long batch;
  private final long places;
  private final long in;
  private final long out;
  private final memory.desc weights;

  OneDnnConvolution(OneDnn library, engine cpu, List<Grid> grids, long[] x, long[] weight) {
    this.library = library;
    this.cpu = cpu;
    this.grids = grids;
    this.batch = x[0];
    this.places = x[1];
    this.in = x[2];
    this.out = weight[1];
    this.weights =
        OneDnn.strided(
            new long[] {out, in, SIDE, SIDE}, new long[] {1, out, SIDE * in * out, in * out});
  }

  Kernel forward() {
    PrimitiveSequence kernel = library.sequence(3, 1);
    memory.desc bias = OneDnn.rowMajor(out);
    long place = 0;
    for (Grid grid : grids) {
      kernel.releaseScratch();
      memory.desc x = dense(grid, in);
      memory.desc y = dense(grid, out);
      var convolution = forwardDesc(x, bias, y);
      memory.desc chosen = convolution.weights_desc();
      memory packed = scratch(kernel, chosen);
      kernel
          .then(library.copy(weights, chosen))
          .with(DNNL_ARG_FROM, kernel.input(1).as(weights))
          .with(DNNL_ARG_TO, packed);
      memory source = taken(kernel, kernel.input(0), grid, place, in);
      memory result = given(kernel, kernel.output(0), grid, out);
      kernel
          .then(new convolution_forward(convolution))
          .with(DNNL_ARG_SRC, source)
          .with(DNNL_ARG_WEIGHTS, packed)
          .with(DNNL_ARG_BIAS, kernel.input(2).as(bias))
          .with(DNNL_ARG_DST, result);
      putBack(kernel, result, kernel.output(0), grid, place, out);
      place += grid.places();
    }
    return kernel;
  }

  Kernel backward() {
    PrimitiveSequence kernel = library.sequence(3, 2);
    long place = 0;
    for (Grid grid : grids) {
      kernel.releaseScratch();
      memory.desc x = dense(grid, in);
      memory.desc y = dense(grid, out);
      var forward = forwardDesc(x, OneDnn.rowMajor(out), y);
      memory gradient = taken(kernel, kernel.input(0), grid, place, out);
      memory source = taken(kernel, kernel.input(1), grid, place, in);

      var data =
          new convolution_backward_data.primitive_desc(
              cpu,
              algorithm.convolution_direct,
              x,
              any(),
              y,
              ONE,
              ONE,
              ONE,
              forward,
              library.productAttributes(),
              false);
      memory packed = scratch(kernel, data.weights_desc());
      kernel
          .then(library.copy(weights, data.weights_desc()))
          .with(DNNL_ARG_FROM, kernel.input(2).as(weights))
          .with(DNNL_ARG_TO, packed);
      memory result = given(kernel, kernel.output(0), grid, in);
      kernel
          .then(new convolution_backward_data(data))
          .with(DNNL_ARG_DIFF_DST, gradient)
          .with(DNNL_ARG_WEIGHTS, packed)
          .with(DNNL_ARG_DIFF_SRC, result);
      putBack(kernel, result, kernel.output(0), grid, place, in);

      var ofWeights =
          new convolution_backward_weights.primitive_desc(
              cpu,
              algorithm.convolution_direct,
              x,
              any(),
              y,
              ONE,
              ONE,
              ONE,
              forward,
              library.productAttributes(),
              false);
      memory.desc chosen = ofWeights.diff_weights_desc();
      memory sum = scratch(kernel, chosen);
      kernel
          .then(new convolution_backward_weights(ofWeights))
          .with(DNNL_ARG_SRC, source)
          .with(DNNL_ARG_DIFF_DST, gradient)
          .with(DNNL_ARG_DIFF_WEIGHTS, sum);
      kernel
          .then(place == 0 ? library.copy(chosen, weights) : library.addition(chosen, weights))
          .with(DNNL_ARG_FROM, sum)
          .with(DNNL_ARG_TO, kernel.output(1).as(weights));
      place += grid.places();
    }
    return kernel;
  }

  private convolution_forward.primitive_desc forwardDesc(
      memory.desc x, memory.desc bias, memory.desc y) {
    return new convolution_forward.primitive_desc(
        cpu,
        prop_kind.forward_training,
        algorithm.convolution_direct,
        x,
        any(),
        bias,
        y,
        ONE,
        ONE,
        ONE,
        library.productAttributes(),
        false);
  }

  // ---- maps -----------------------------------------------------------------------------------

  /** Weights in whatever order oneDNN likes best. */
  private memory.desc any() {
    return new memory.desc(weights.get_dims(), memory.data_type.f32, memory.format_tag.any);
  }

  private memory.desc dense(Grid grid, long channels) {
    return map(grid, channels, grid.places());
  }

  /** The maps of all images, of which each begins so many places behind the one before. */
  private memory.desc map(Grid grid, long channels, long distance) {
    return OneDnn.strided(
        new long[] {batch, channels, grid.height(), grid.width()},
        new long[] {distance * channels, 1, grid.width() * channels, channels});
  }

  private static memory scratch(PrimitiveSequence kernel, memory.desc desc) {
    return kernel.scratch(desc.get_size()).as(desc);
  }

  /** Without gaps: where they lie, if there is nothing else, otherwise a copy. */
  private memory taken(
      PrimitiveSequence kernel, Region packed, Grid grid, long place, long channels) {
    memory.desc dense = dense(grid, channels);
    if (grids.size() == 1) {
      return packed.as(dense);
    }
    memory.desc gaps = map(grid, channels, places);
    memory copy = scratch(kernel, dense);
    kernel
        .then(library.copy(gaps, dense))
        .with(DNNL_ARG_FROM, packed.from(place * channels * Float.BYTES).as(gaps))
        .with(DNNL_ARG_TO, copy);
    return copy;
  }

  /** Where a result without gaps goes. */
  private memory given(PrimitiveSequence kernel, Region packed, Grid grid, long channels) {
    memory.desc dense = dense(grid, channels);
    return grids.size() == 1 ? packed.as(dense) : scratch(kernel, dense);
  }

  private void putBack(
      PrimitiveSequence kernel, memory dense, Region packed, Grid grid, long place, long channels) {
    if (grids.size() > 1) {
      memory.desc gaps = map(grid, channels, places);
      kernel
          .then(library.copy(dense(grid, channels), gaps))
          .with(DNNL_ARG_FROM, dense)
          .with(DNNL_ARG_TO, packed.from(place * channels * Float.BYTES).as(gaps));
    }
  }
}
