package org.flsl.layers.kernels;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.List;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;

/**
 * Attention inside each view, in place: queries, keys and values are read where they lie in the
 * packed projections, and their gradients are written there.
 *
 * <p>One image at a time: its attention weights do not leave the processor's cache in between, and
 * oneDNN 3.11 computes wrong products where a fourth axis has gaps and others are as short as one.
 */
final class OneDnnAttention {
  private final OneDnn library;
  private final List<Long> views;
  private final long heads;
  private final long headWidth;
  private final long batch;
  private final long tokens;
  private final float scale;

  OneDnnAttention(OneDnn library, long[] qkv, List<Long> views, long heads) {
    this.library = library;
    this.views = views;
    this.heads = heads;
    this.headWidth = qkv[1] / 3 / heads;
    this.tokens = views.stream().mapToLong(Long::longValue).sum();
    this.batch = qkv[0] / tokens;
    this.scale = (float) (1 / Math.sqrt(headWidth));
  }

  private long width() {
    return heads * headWidth;
  }

  /** The heads of one view in a packed array whose tokens are {@code pitch} elements apart. */
  private memory.desc heads(long n, long pitch) {
    return OneDnn.strided(new long[] {heads, n, headWidth}, new long[] {headWidth, pitch, 1});
  }

  private memory.desc transposedHeads(long n, long pitch) {
    return OneDnn.strided(new long[] {heads, headWidth, n}, new long[] {headWidth, 1, pitch});
  }

  Kernel forward() {
    PrimitiveSequence kernel = library.sequence(1, 1);
    long pitch = 3 * width();
    long from = 0;
    for (long n : views) {
      memory.desc rows = heads(n, pitch);
      memory.desc columns = transposedHeads(n, pitch);
      memory.desc result = heads(n, width());
      memory.desc square = OneDnn.rowMajor(heads, n, n);
      matmul scores = library.product(rows, columns, square, scale);
      softmax_forward softmax = library.softmaxOf(square);
      matmul values = library.product(square, rows, result, 1);
      memory weights = kernel.scratch(square)[0];
      for (long image = 0; image < batch; image++) {
        long first = image * tokens + from;
        kernel
            .then(scores)
            .with(DNNL_ARG_SRC, kernel.input(0, rows, first * pitch))
            .with(DNNL_ARG_WEIGHTS, kernel.input(0, columns, first * pitch + width()))
            .with(DNNL_ARG_DST, weights);
        kernel.then(softmax).with(DNNL_ARG_SRC, weights).with(DNNL_ARG_DST, weights);
        kernel
            .then(values)
            .with(DNNL_ARG_SRC, weights)
            .with(DNNL_ARG_WEIGHTS, kernel.input(0, rows, first * pitch + 2 * width()))
            .with(DNNL_ARG_DST, kernel.output(0, result, first * width()));
      }
      from += n;
      kernel.releaseScratch();
    }
    return kernel;
  }

  /** Computes the attention weights again: kept, they would grow with the square of the tokens. */
  Kernel backward() {
    PrimitiveSequence kernel = library.sequence(2, 1);
    long pitch = 3 * width();
    long from = 0;
    for (long n : views) {
      memory.desc rows = heads(n, pitch);
      memory.desc columns = transposedHeads(n, pitch);
      memory.desc gradient = heads(n, width());
      memory.desc square = OneDnn.rowMajor(heads, n, n);
      memory.desc turned = OneDnn.transposed(heads, n, n);
      matmul scores = library.product(rows, columns, square, scale);
      softmax_forward softmax = library.softmaxOf(square);
      matmul valueGradient = library.product(turned, gradient, rows, 1);
      matmul weightGradient = library.product(gradient, columns, square, 1);
      softmax_backward softmaxGradient = library.softmaxGradientOf(square);
      matmul queryGradient = library.product(square, rows, rows, scale);
      matmul keyGradient = library.product(turned, rows, rows, scale);
      memory[] p = kernel.scratch(square, turned);
      memory[] ds = kernel.scratch(square, turned);
      for (long image = 0; image < batch; image++) {
        long first = image * tokens + from;
        long q = first * pitch;
        long k = q + width();
        long v = k + width();
        memory queries = kernel.input(0, rows, q);
        memory dy = kernel.input(1, gradient, first * width());
        kernel
            .then(scores)
            .with(DNNL_ARG_SRC, queries)
            .with(DNNL_ARG_WEIGHTS, kernel.input(0, columns, k))
            .with(DNNL_ARG_DST, p[0]);
        kernel.then(softmax).with(DNNL_ARG_SRC, p[0]).with(DNNL_ARG_DST, p[0]);
        kernel
            .then(valueGradient)
            .with(DNNL_ARG_SRC, p[1])
            .with(DNNL_ARG_WEIGHTS, dy)
            .with(DNNL_ARG_DST, kernel.output(0, rows, v));
        kernel
            .then(weightGradient)
            .with(DNNL_ARG_SRC, dy)
            .with(DNNL_ARG_WEIGHTS, kernel.input(0, columns, v))
            .with(DNNL_ARG_DST, ds[0]);
        kernel
            .then(softmaxGradient)
            .with(DNNL_ARG_DST, p[0])
            .with(DNNL_ARG_DIFF_DST, ds[0])
            .with(DNNL_ARG_DIFF_SRC, ds[0]);
        kernel
            .then(queryGradient)
            .with(DNNL_ARG_SRC, ds[0])
            .with(DNNL_ARG_WEIGHTS, kernel.input(0, rows, k))
            .with(DNNL_ARG_DST, kernel.output(0, rows, q));
        kernel
            .then(keyGradient)
            .with(DNNL_ARG_SRC, ds[1])
            .with(DNNL_ARG_WEIGHTS, queries)
            .with(DNNL_ARG_DST, kernel.output(0, rows, k));
      }
      from += n;
      kernel.releaseScratch();
    }
    return kernel;
  }
}
