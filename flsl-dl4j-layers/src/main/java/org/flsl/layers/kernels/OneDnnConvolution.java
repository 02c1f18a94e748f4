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
 * product would need, cost eighteen. For products in bf16, what they multiply is rounded on that
 * way.
 */
final class OneDnnConvolution {
  private static final memory.data_type F32 = memory.data_type.f32;
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

  /** What products multiply. */
  private final memory.data_type factors;

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
    this.factors = library.precision() == Precision.BF16 ? memory.data_type.bf16 : F32;
  }

  Kernel forward() {
    PrimitiveSequence kernel = library.sequence(3, 1);
    memory.desc bias = OneDnn.rowMajor(out);
    long place = 0;
    for (Grid grid : grids) {
      kernel.releaseScratch();
      var convolution = forwardDesc(dense(grid, in, factors), bias, dense(grid, out, F32));
      memory packed = library.copied(kernel, kernel.input(1), weights, convolution.weights_desc());
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
      memory.desc x = dense(grid, in, factors);
      memory.desc dy = dense(grid, out, factors);
      var forward = forwardDesc(x, OneDnn.rowMajor(out), dense(grid, out, F32));
      memory gradient = taken(kernel, kernel.input(0), grid, place, out);
      memory source = taken(kernel, kernel.input(1), grid, place, in);

      var data =
          new convolution_backward_data.primitive_desc(
              cpu,
              algorithm.convolution_direct,
              dense(grid, in, F32),
              any(factors),
              dy,
              ONE,
              ONE,
              ONE,
              forward);
      memory packed = library.copied(kernel, kernel.input(2), weights, data.weights_desc());
      memory result = given(kernel, kernel.output(0), grid, in);
      kernel
          .then(new convolution_backward_data(data))
          .with(DNNL_ARG_DIFF_DST, gradient)
          .with(DNNL_ARG_WEIGHTS, packed)
          .with(DNNL_ARG_DIFF_SRC, result);
      putBack(kernel, result, kernel.output(0), grid, place, in);

      var ofWeights =
          new convolution_backward_weights.primitive_desc(
              cpu, algorithm.convolution_direct, x, any(F32), dy, ONE, ONE, ONE, forward);
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
        any(factors),
        bias,
        y,
        ONE,
        ONE,
        ONE);
  }

  // ---- maps -----------------------------------------------------------------------------------

  /** Weights in whatever order oneDNN likes best. */
  private memory.desc any(memory.data_type type) {
    return new memory.desc(weights.get_dims(), type, memory.format_tag.any);
  }

  private memory.desc dense(Grid grid, long channels, memory.data_type type) {
    return map(grid, channels, grid.places(), type);
  }

  /** The maps of all images, of which each begins so many places behind the one before. */
  private memory.desc map(Grid grid, long channels, long distance, memory.data_type type) {
    return new memory.desc(
        new long[] {batch, channels, grid.height(), grid.width()},
        type,
        new long[] {distance * channels, 1, grid.width() * channels, channels});
  }

  private static memory scratch(PrimitiveSequence kernel, memory.desc desc) {
    return kernel.scratch(desc.get_size()).as(desc);
  }

  /** Factors of a product: where they lie, if they are so already, otherwise a copy. */
  private memory taken(
      PrimitiveSequence kernel, Region packed, Grid grid, long place, long channels) {
    memory.desc wanted = dense(grid, channels, factors);
    if (grids.size() == 1 && factors == F32) {
      return packed.as(wanted);
    }
    memory.desc gaps = map(grid, channels, places, F32);
    return library.copied(kernel, packed.from(place * channels * Float.BYTES), gaps, wanted);
  }

  /** Where a result without gaps goes. */
  private memory given(PrimitiveSequence kernel, Region packed, Grid grid, long channels) {
    memory.desc dense = dense(grid, channels, F32);
    return grids.size() == 1 ? packed.as(dense) : scratch(kernel, dense);
  }

  private void putBack(
      PrimitiveSequence kernel, memory dense, Region packed, Grid grid, long place, long channels) {
    if (grids.size() > 1) {
      memory.desc gaps = map(grid, channels, places, F32);
      kernel
          .then(library.copy(dense(grid, channels, F32), gaps))
          .with(DNNL_ARG_FROM, dense)
          .with(DNNL_ARG_TO, packed.from(place * channels * Float.BYTES).as(gaps));
    }
  }
}
