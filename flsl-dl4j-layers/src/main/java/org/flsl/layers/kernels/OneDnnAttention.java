package org.flsl.layers.kernels;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.flsl.layers.kernels.PrimitiveSequence.Region;

/**
 * Attention inside each view, in place: queries, keys and values are read where they lie in the
 * packed projections, and their gradients are written there.
 *
 * <p>A view of an image at a time: its attention weights do not leave the processor's cache in
 * between, threads wait for each other at the end only, and oneDNN 3.11 computes wrong products
 * where a fourth axis has gaps and others are as short as one. For products in bf16, what they
 * multiply is rounded once.
 */
final class OneDnnAttention {
  private static final memory.data_type F32 = memory.data_type.f32;

  private final OneDnn library;
  private final List<Long> views;
  private final long heads;
  private final long headWidth;
  private final long batch;
  private final long tokens;
  private final float scale;
  private final int threads;

  /** Heads of a unit. */
  private final long together;

  /** What products multiply. */
  private final memory.data_type factors;

  OneDnnAttention(OneDnn library, long[] qkv, List<Long> views, long heads) {
    this.library = library;
    this.views = views;
    this.heads = heads;
    this.headWidth = qkv[1] / 3 / heads;
    this.tokens = views.stream().mapToLong(Long::longValue).sum();
    this.batch = qkv[0] / tokens;
    this.scale = (float) (1 / Math.sqrt(headWidth));
    this.threads = OneThread.threads();
    this.together = batch < threads ? 1 : heads;
    this.factors = library.precision() == Precision.BF16 ? memory.data_type.bf16 : F32;
  }

  /** What is computed at a time: some heads of {@code n} tokens, which begin at a row. */
  private record Unit(long n, long row, long head) {}

  Kernel forward() {
    PrimitiveSequence kernel = library.sequence(1, 1);
    return inLanes(kernel, n -> new Forward(kernel, n));
  }

  /** Computes the attention weights again: kept, they would grow with the square of the tokens. */
  Kernel backward() {
    PrimitiveSequence kernel = library.sequence(2, 1);
    return inLanes(kernel, n -> new Backward(kernel, n));
  }

  private Kernel inLanes(PrimitiveSequence kernel, LongFunction<Pass> ofSize) {
    OneThread.run(
        () -> {
          Map<Long, Pass> passes = new HashMap<>();
          for (List<Unit> lane : lanes()) {
            kernel.nextLane();
            for (Unit unit : lane) {
              kernel.releaseScratch();
              passes.computeIfAbsent(unit.n(), ofSize::apply).add(unit);
            }
          }
        });
    return kernel;
  }

  /** All units, large ones first, each in the lane that has least to do so far. */
  private List<List<Unit>> lanes() {
    List<Unit> units = new ArrayList<>();
    for (long image = 0; image < batch; image++) {
      long row = image * tokens;
      for (long n : views) {
        for (long head = 0; head < heads; head += together) {
          units.add(new Unit(n, row, head));
        }
        row += n;
      }
    }
    units.sort(Comparator.comparing(Unit::n).reversed());
    List<List<Unit>> lanes =
        Stream.generate(() -> (List<Unit>) new ArrayList<Unit>()).limit(threads).toList();
    long[] work = new long[threads];
    for (Unit unit : units) {
      int least = 0;
      for (int lane = 1; lane < threads; lane++) {
        least = work[lane] < work[least] ? lane : least;
      }
      lanes.get(least).add(unit);
      work[least] += unit.n() * unit.n();
    }
    return lanes;
  }

  private long width() {
    return heads * headWidth;
  }

  /** What units of {@code n} tokens have in common. */
  private abstract class Pass {
    private final PrimitiveSequence kernel;
    private final long n;
    private final matmul scores;
    final Heads qkv;
    final memory.desc square;
    final memory.desc factor;

    Pass(PrimitiveSequence kernel, long n) {
      this.kernel = kernel;
      this.n = n;
      qkv = new Heads(3, factors);
      square = square(F32);
      factor = square(factors);
      scores = library.product(qkv.rows, qkv.columns, square, scale);
    }

    abstract void add(Unit unit);

    private memory.desc square(memory.data_type type) {
      return new memory.desc(new long[] {together, n, n}, type, new long[] {n * n, n, 1});
    }

    Region scores(Region factors) {
      Region squares = kernel.scratch(square.get_size());
      multiply(
          scores, factors.as(qkv.rows), factors.from(qkv.gap).as(qkv.columns), squares.as(square));
      return squares;
    }

    void multiply(matmul product, memory left, memory right, memory result) {
      kernel
          .then(product)
          .with(DNNL_ARG_SRC, left)
          .with(DNNL_ARG_WEIGHTS, right)
          .with(DNNL_ARG_DST, result);
    }

    void softmax(softmax_forward softmax, memory scores, memory weights) {
      kernel.then(softmax).with(DNNL_ARG_SRC, scores).with(DNNL_ARG_DST, weights);
    }

    /** Something as a factor of products, which {@code from} already is without rounding. */
    Region rounded(Region from, reorder rounding, memory.desc given, memory.desc wanted) {
      if (factors == F32) {
        return from;
      }
      Region to = kernel.scratch(wanted.get_size());
      kernel.then(rounding).with(DNNL_ARG_FROM, from.as(given)).with(DNNL_ARG_TO, to.as(wanted));
      return to;
    }

    /** Rows that are so many times as wide as all heads together, and the unit's heads in them. */
    final class Heads {
      private final long times;
      private final memory.desc given;
      private final memory.desc compact;
      private final reorder rounding;
      final memory.desc rows;
      final memory.desc columns;

      /** Bytes from queries to keys, and from keys to values. */
      final long gap;

      /** Where they lie, or in a compact copy if they are of another type. */
      Heads(long times, memory.data_type type) {
        this.times = times;
        long span = type == F32 ? width() : together * headWidth;
        long pitch = times * span;
        long[] shape = {n, times, together * headWidth};
        given = new memory.desc(shape, F32, new long[] {times * width(), width(), 1});
        compact = new memory.desc(shape, type, new long[] {pitch, span, 1});
        rounding = library.copy(given, compact);
        rows =
            new memory.desc(
                new long[] {together, n, headWidth}, type, new long[] {headWidth, pitch, 1});
        columns =
            new memory.desc(
                new long[] {together, headWidth, n}, type, new long[] {headWidth, 1, pitch});
        gap = span * (type == F32 ? Float.BYTES : Short.BYTES);
      }

      /** A unit's in an array of all. */
      Region in(Region array, Unit unit) {
        return array.from((unit.row() * times * width() + unit.head() * headWidth) * Float.BYTES);
      }

      Region factors(Region array, Unit unit) {
        return rounded(in(array, unit), rounding, given, compact);
      }
    }
  }

  private final class Forward extends Pass {
    private final PrimitiveSequence kernel;
    private final Heads output;
    private final softmax_forward softmax;
    private final matmul values;

    Forward(PrimitiveSequence kernel, long n) {
      super(kernel, n);
      this.kernel = kernel;
      output = new Heads(1, F32);
      softmax = library.softmaxOf(square, factor);
      values = library.product(factor, qkv.rows, output.rows, 1);
    }

    @Override
    void add(Unit unit) {
      Region in = qkv.factors(kernel.input(0), unit);
      Region scores = scores(in);
      Region weights = factors == F32 ? scores : kernel.scratch(factor.get_size());
      softmax(softmax, scores.as(square), weights.as(factor));
      multiply(
          values,
          weights.as(factor),
          in.from(2 * qkv.gap).as(qkv.rows),
          output.in(kernel.output(0), unit).as(output.rows));
    }
  }

  private final class Backward extends Pass {
    private final PrimitiveSequence kernel;
    private final Heads gradient;
    private final Heads result;
    private final memory.desc turned;
    private final softmax_forward softmax;
    private final reorder rounding;
    private final matmul valueGradient;
    private final matmul weightGradient;
    private final softmax_backward softmaxGradient;
    private final matmul queryGradient;
    private final matmul keyGradient;

    Backward(PrimitiveSequence kernel, long n) {
      super(kernel, n);
      this.kernel = kernel;
      gradient = new Heads(1, factors);
      result = new Heads(3, F32);
      turned = new memory.desc(new long[] {together, n, n}, factors, new long[] {n * n, 1, n});
      softmax = library.softmaxOf(square, square);
      rounding = library.copy(square, factor);
      valueGradient = library.product(turned, gradient.rows, result.rows, 1);
      weightGradient = library.product(gradient.rows, qkv.columns, square, 1);
      softmaxGradient = library.softmaxGradientOf(square, factor);
      queryGradient = library.product(factor, qkv.rows, result.rows, scale);
      keyGradient = library.product(turned, qkv.rows, result.rows, scale);
    }

    @Override
    void add(Unit unit) {
      Region q = qkv.factors(kernel.input(0), unit);
      Region k = q.from(qkv.gap);
      Region v = k.from(qkv.gap);
      Region dy = gradient.factors(kernel.input(1), unit);
      Region dq = result.in(kernel.output(0), unit);
      Region dk = dq.from(result.gap);
      Region dv = dk.from(result.gap);
      Region p = scores(q);
      softmax(softmax, p.as(square), p.as(square));
      multiply(
          valueGradient,
          rounded(p, rounding, square, factor).as(turned),
          dy.as(gradient.rows),
          dv.as(result.rows));
      Region dp = kernel.scratch(square.get_size());
      multiply(weightGradient, dy.as(gradient.rows), v.as(qkv.columns), dp.as(square));
      Region ds = factors == F32 ? dp : kernel.scratch(factor.get_size());
      kernel
          .then(softmaxGradient)
          .with(DNNL_ARG_DST, p.as(square))
          .with(DNNL_ARG_DIFF_DST, dp.as(square))
          .with(DNNL_ARG_DIFF_SRC, ds.as(factor));
      multiply(queryGradient, ds.as(factor), k.as(qkv.rows), dq.as(result.rows));
      multiply(keyGradient, ds.as(turned), q.as(qkv.rows), dk.as(result.rows));
    }
  }
}
