package org.flsl.layers.kernels;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.layer_normalization_backward;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;

/** Kernels made of the primitives of a current oneDNN. */
public final class OneDnn implements KernelLibrary {
  /** From so many rows on, packing the weights takes less time than it saves. */
  private static final Map<Precision, Long> PACKING_ROWS =
      Map.of(Precision.FLOAT32, 512L, Precision.BF16, 2048L);

  private static final int SCALE_AND_SHIFT = dnnl_use_scale | dnnl_use_shift;

  private final engine cpu;
  private final stream stream;
  private final Precision precision;
  private final scratchpad_mode scratchpads;

  /**
   * Loads the native library.
   *
   * @throws UnsupportedOperationException where oneDNN has only plain, slow code
   */
  public OneDnn() {
    if (!has(dnnl_cpu_isa_avx2)) {
      throw new UnsupportedOperationException("the processor has no AVX2");
    }
    cpu = new engine(engine.kind.cpu, 0);
    stream = new stream(cpu);
    precision = Precision.FLOAT32;
    scratchpads = scratchpad_mode.library;
  }

  private OneDnn(OneDnn other, Precision precision, scratchpad_mode scratchpads) {
    this.cpu = other.cpu;
    this.stream = other.stream;
    this.precision = precision;
    this.scratchpads = scratchpads;
  }

  /**
   * The same for kernels in lanes: only primitives whose scratchpads lie in the scratch memory of
   * the kernel can be run by any thread.
   */
  private OneDnn inLanes() {
    return new OneDnn(this, precision, scratchpad_mode.user);
  }

  @Override
  public KernelLibrary in(Precision wanted) {
    if (wanted == Precision.BF16 && !has(dnnl_cpu_isa_avx512_core_bf16)) {
      throw new UnsupportedOperationException(
          "%s needs a processor with AVX-512-BF16 or AMX, and this is %s: use %s"
              .formatted(wanted, description(), Precision.FLOAT32));
    }
    return wanted == precision ? this : new OneDnn(this, wanted, scratchpads);
  }

  Precision precision() {
    return precision;
  }

  private static boolean has(int instructions) {
    return (dnnl_get_effective_cpu_isa() & instructions) == instructions;
  }

  @Override
  public String description() {
    dnnl_version_t version = dnnl_version();
    String widest =
        has(dnnl_cpu_isa_avx512_core_amx)
            ? "AVX-512 and AMX"
            : has(dnnl_cpu_isa_avx512_core) ? "AVX-512" : "AVX2";
    String products = precision == Precision.BF16 ? ", products in bf16" : "";
    return "oneDNN %d.%d.%d with %s%s"
        .formatted(version.major(), version.minor(), version.patch(), widest, products);
  }

  @Override
  public Kernel kernel(Operation operation, List<long[]> inputs) {
    if (operation instanceof Operation.Linear) {
      return linear(inputs.get(0)[0], inputs.get(1)[0], inputs.get(1)[1]);
    } else if (operation instanceof Operation.Product product) {
      return product(product, inputs.get(0), inputs.get(1));
    } else if (operation instanceof Operation.Gelu) {
      return gelu(rowMajor(inputs.get(0)));
    } else if (operation instanceof Operation.GeluGradient) {
      return geluGradient(rowMajor(inputs.get(0)));
    } else if (operation instanceof Operation.LayerNorm norm) {
      return layerNorm(inputs.get(0), (float) norm.eps());
    } else if (operation instanceof Operation.LayerNormGradient norm) {
      return layerNormGradient(inputs.get(1), (float) norm.eps());
    } else if (operation instanceof Operation.Softmax) {
      return softmax(rowMajor(inputs.get(0)));
    } else if (operation instanceof Operation.SoftmaxGradient) {
      return softmaxGradient(rowMajor(inputs.get(0)));
    } else if (operation instanceof Operation.Permutation permutation) {
      return permutation(permutation.axes(), inputs.get(0));
    } else if (operation instanceof Operation.Attention a) {
      return new OneDnnAttention(inLanes(), inputs.get(0), a.views(), a.heads()).forward();
    } else if (operation instanceof Operation.AttentionGradient a) {
      return new OneDnnAttention(inLanes(), inputs.get(0), a.views(), a.heads()).backward();
    } else if (operation instanceof Operation.Convolution c) {
      return new OneDnnConvolution(this, cpu, c.grids(), inputs.get(0), inputs.get(1)).forward();
    } else if (operation instanceof Operation.ConvolutionGradient c) {
      return new OneDnnConvolution(this, cpu, c.grids(), inputs.get(1), inputs.get(2)).backward();
    }
    throw new IllegalArgumentException("oneDNN has no kernel for " + operation);
  }

  // ---- kernels --------------------------------------------------------------------------------

  private Kernel linear(long rows, long in, long out) {
    PrimitiveSequence kernel = sequence(3, 1);
    memory.desc x = rowMajor(rows, in);
    memory.desc plain = rowMajor(in, out);
    memory.desc bias = rowMajor(1, out);
    memory.desc y = rowMajor(rows, out);
    boolean pack = roundsBefore() || rows >= PACKING_ROWS.get(precision);
    memory.desc asked =
        pack ? new memory.desc(plain.get_dims(), factors(), memory.format_tag.any) : plain;
    matmul.primitive_desc product =
        new matmul.primitive_desc(cpu, factor(x), asked, bias, y, productAttributes(), false);
    memory source = factor(kernel, kernel.input(0), x);
    memory weights =
        pack
            ? copied(kernel, kernel.input(1), plain, product.weights_desc())
            : kernel.input(1).as(plain);
    kernel
        .then(new matmul(product))
        .with(DNNL_ARG_SRC, source)
        .with(DNNL_ARG_WEIGHTS, weights)
        .with(DNNL_ARG_BIAS, kernel.input(2).as(bias))
        .with(DNNL_ARG_DST, kernel.output(0).as(y));
    return kernel;
  }

  private Kernel product(Operation.Product product, long[] left, long[] right) {
    PrimitiveSequence kernel = sequence(2, 1);
    memory.desc a = product.transposeLeft() ? transposed(left) : rowMajor(left);
    memory.desc b = product.transposeRight() ? transposed(right) : rowMajor(right);
    memory.desc c = rowMajor(product.outputShapes(List.of(left, right)).get(0));
    boolean exact = isSum(c);
    memory first = exact ? kernel.input(0).as(a) : factor(kernel, kernel.input(0), a);
    memory second = exact ? kernel.input(1).as(b) : factor(kernel, kernel.input(1), b);
    kernel
        .then(product(first.get_desc(), second.get_desc(), c, 1))
        .with(DNNL_ARG_SRC, first)
        .with(DNNL_ARG_WEIGHTS, second)
        .with(DNNL_ARG_DST, kernel.output(0).as(c));
    return kernel;
  }

  private eltwise_forward.primitive_desc geluDesc(memory.desc x) {
    return new eltwise_forward.primitive_desc(
        cpu, prop_kind.forward_training, algorithm.eltwise_gelu_erf, x, x);
  }

  private Kernel gelu(memory.desc x) {
    PrimitiveSequence kernel = sequence(1, 1);
    kernel
        .then(new eltwise_forward(geluDesc(x)))
        .with(DNNL_ARG_SRC, kernel.input(0).as(x))
        .with(DNNL_ARG_DST, kernel.output(0).as(x));
    return kernel;
  }

  private Kernel geluGradient(memory.desc x) {
    PrimitiveSequence kernel = sequence(2, 1);
    eltwise_backward.primitive_desc desc =
        new eltwise_backward.primitive_desc(cpu, algorithm.eltwise_gelu_erf, x, x, x, geluDesc(x));
    kernel
        .then(new eltwise_backward(desc))
        .with(DNNL_ARG_SRC, kernel.input(0).as(x))
        .with(DNNL_ARG_DIFF_DST, kernel.input(1).as(x))
        .with(DNNL_ARG_DIFF_SRC, kernel.output(0).as(x));
    return kernel;
  }

  private layer_normalization_forward.primitive_desc normDesc(memory.desc x, float eps) {
    return new layer_normalization_forward.primitive_desc(
        cpu, dnnl_forward_training, x, x, eps, SCALE_AND_SHIFT);
  }

  private Kernel layerNorm(long[] shape, float eps) {
    PrimitiveSequence kernel = sequence(3, 3);
    memory.desc x = rowMajor(shape);
    memory.desc row = rowMajor(shape[1]);
    memory.desc column = rowMajor(shape[0]);
    kernel
        .then(new layer_normalization_forward(normDesc(x, eps)))
        .with(DNNL_ARG_SRC, kernel.input(0).as(x))
        .with(DNNL_ARG_SCALE, kernel.input(1).as(row))
        .with(DNNL_ARG_SHIFT, kernel.input(2).as(row))
        .with(DNNL_ARG_DST, kernel.output(0).as(x))
        .with(DNNL_ARG_MEAN, kernel.output(1).as(column))
        .with(DNNL_ARG_VARIANCE, kernel.output(2).as(column));
    return kernel;
  }

  private Kernel layerNormGradient(long[] shape, float eps) {
    PrimitiveSequence kernel = sequence(5, 3);
    memory.desc x = rowMajor(shape);
    memory.desc row = rowMajor(shape[1]);
    memory.desc column = rowMajor(shape[0]);
    layer_normalization_backward.primitive_desc desc =
        new layer_normalization_backward.primitive_desc(
            cpu, dnnl_backward, x, x, x, eps, SCALE_AND_SHIFT, normDesc(x, eps));
    kernel
        .then(new layer_normalization_backward(desc))
        .with(DNNL_ARG_DIFF_DST, kernel.input(0).as(x))
        .with(DNNL_ARG_SRC, kernel.input(1).as(x))
        .with(DNNL_ARG_MEAN, kernel.input(2).as(column))
        .with(DNNL_ARG_VARIANCE, kernel.input(3).as(column))
        .with(DNNL_ARG_SCALE, kernel.input(4).as(row))
        .with(DNNL_ARG_DIFF_SRC, kernel.output(0).as(x))
        .with(DNNL_ARG_DIFF_SCALE, kernel.output(1).as(row))
        .with(DNNL_ARG_DIFF_SHIFT, kernel.output(2).as(row));
    return kernel;
  }

  private Kernel softmax(memory.desc x) {
    PrimitiveSequence kernel = sequence(1, 1);
    kernel
        .then(softmaxOf(x, x))
        .with(DNNL_ARG_SRC, kernel.input(0).as(x))
        .with(DNNL_ARG_DST, kernel.output(0).as(x));
    return kernel;
  }

  private Kernel softmaxGradient(memory.desc y) {
    PrimitiveSequence kernel = sequence(2, 1);
    kernel
        .then(softmaxGradientOf(y, y))
        .with(DNNL_ARG_DST, kernel.input(0).as(y))
        .with(DNNL_ARG_DIFF_DST, kernel.input(1).as(y))
        .with(DNNL_ARG_DIFF_SRC, kernel.output(0).as(y));
    return kernel;
  }

  private Kernel permutation(List<Integer> axes, long[] shape) {
    PrimitiveSequence kernel = sequence(1, 1);
    memory.desc permuted = strided(chosen(shape, axes), chosen(strides(shape), axes));
    memory.desc plain = rowMajor(chosen(shape, axes));
    kernel
        .then(copy(permuted, plain))
        .with(DNNL_ARG_FROM, kernel.input(0).as(permuted))
        .with(DNNL_ARG_TO, kernel.output(0).as(plain));
    return kernel;
  }

  private static long[] chosen(long[] values, List<Integer> axes) {
    return axes.stream().mapToLong(axis -> values[axis]).toArray();
  }

  // ---- primitives -----------------------------------------------------------------------------

  PrimitiveSequence sequence(int inputs, int outputs) {
    return new PrimitiveSequence(cpu, stream, inputs, outputs);
  }

  private primitive_attr attributes() {
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(scratchpads);
    return attributes;
  }

  private primitive_attr productAttributes() {
    primitive_attr attributes = attributes();
    if (precision == Precision.BF16) {
      attributes.set_fpmath_mode(dnnl_fpmath_mode_bf16);
    }
    return attributes;
  }

  /** {@code c = factor a b}. */
  matmul product(memory.desc a, memory.desc b, memory.desc c, float factor) {
    primitive_attr attributes = isSum(c) ? attributes() : productAttributes();
    if (factor != 1) {
      post_ops after = new post_ops();
      after.append_eltwise(algorithm.eltwise_linear, factor, 0);
      attributes.set_post_ops(after);
    }
    return new matmul(new matmul.primitive_desc(cpu, a, b, c, attributes, false));
  }

  /** Sums are products with a vector of ones: memory bounds them, and their terms stay exact. */
  private static boolean isSum(memory.desc c) {
    int rank = c.get_ndims();
    return c.get_dims().get(rank - 1) == 1 || c.get_dims().get(rank - 2) == 1;
  }

  /**
   * Whether factors are rounded to bf16 before a product: what oneDNN rounds on its own way, it
   * multiplies in float32 where the processor has no tiles (AMX).
   */
  private boolean roundsBefore() {
    return precision == Precision.BF16 && !has(dnnl_cpu_isa_avx512_core_amx);
  }

  private memory.data_type factors() {
    return roundsBefore() ? memory.data_type.bf16 : memory.data_type.f32;
  }

  /** A factor of a product, as the product reads it. */
  private memory.desc factor(memory.desc lying) {
    return roundsBefore()
        ? new memory.desc(lying.get_dims(), memory.data_type.bf16, lying.get_strides())
        : lying;
  }

  private memory factor(
      PrimitiveSequence kernel, PrimitiveSequence.Region region, memory.desc lying) {
    return roundsBefore() ? copied(kernel, region, lying, factor(lying)) : region.as(lying);
  }

  private softmax_forward.primitive_desc softmaxDesc(memory.desc x, memory.desc y) {
    return new softmax_forward.primitive_desc(
        cpu,
        prop_kind.forward_training,
        algorithm.softmax_accurate,
        x,
        y,
        x.get_ndims() - 1,
        attributes(),
        false);
  }

  softmax_forward softmaxOf(memory.desc x, memory.desc y) {
    return new softmax_forward(softmaxDesc(x, y));
  }

  softmax_backward softmaxGradientOf(memory.desc y, memory.desc dx) {
    return new softmax_backward(
        new softmax_backward.primitive_desc(
            cpu,
            algorithm.softmax_accurate,
            dx,
            y,
            y,
            y.get_ndims() - 1,
            softmaxDesc(y, y),
            attributes(),
            false));
  }

  reorder copy(memory.desc from, memory.desc to) {
    return reorder(from, to, attributes());
  }

  /** Adds to what is there. */
  reorder addition(memory.desc from, memory.desc to) {
    primitive_attr attributes = attributes();
    post_ops after = new post_ops();
    after.append_sum();
    attributes.set_post_ops(after);
    return reorder(from, to, attributes);
  }

  private reorder reorder(memory.desc from, memory.desc to, primitive_attr attributes) {
    return new reorder(new reorder.primitive_desc(cpu, from, cpu, to, attributes, false));
  }

  /** Copies what lies in a region into scratch memory, as it is wanted there. */
  memory copied(
      PrimitiveSequence kernel,
      PrimitiveSequence.Region region,
      memory.desc lying,
      memory.desc wanted) {
    memory copy = kernel.scratch(wanted.get_size()).as(wanted);
    kernel.then(copy(lying, wanted)).with(DNNL_ARG_FROM, region.as(lying)).with(DNNL_ARG_TO, copy);
    return copy;
  }

  // ---- layouts --------------------------------------------------------------------------------

  static memory.desc rowMajor(long... shape) {
    return strided(shape, strides(shape));
  }

  static memory.desc strided(long[] shape, long[] strides) {
    return new memory.desc(shape, memory.data_type.f32, strides);
  }

  /** A row-major array seen with its last two axes exchanged. */
  static memory.desc transposed(long... shape) {
    return strided(exchanged(shape), exchanged(strides(shape)));
  }

  private static long[] strides(long[] shape) {
    long[] strides = new long[shape.length];
    Arrays.fill(strides, 1);
    for (int i = shape.length - 2; i >= 0; i--) {
      strides[i] = strides[i + 1] * shape[i + 1];
    }
    return strides;
  }

  private static long[] exchanged(long[] values) {
    long[] result = values.clone();
    int last = values.length - 1;
    result[last] = values[last - 1];
    result[last - 1] = values[last];
    return result;
  }
}
