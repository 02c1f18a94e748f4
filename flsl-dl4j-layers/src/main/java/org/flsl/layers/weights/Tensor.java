package org.flsl.layers.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A tensor in a file of weights: its type and shape, and its numbers when they are asked for.
 *
 * <p>Nothing is kept: {@link #floats} reads the file anew each time, through mapped memory.
 */
public final class Tensor {
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  private final Storage storage;
  private final long offset;
  private final long[] shape;
  private final long[] strides;

  /**
   * @param offset of the first number in the storage
   * @param strides in numbers, one for each dimension
   * @throws WeightsException if a number would lie outside of the storage
   */
  Tensor(Storage storage, long offset, long[] shape, long[] strides) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    boolean sane = offset >= 0 && shape.length == strides.length;
    sane &= Arrays.stream(shape).allMatch(n -> n >= 0);
    sane &= Arrays.stream(strides).allMatch(n -> n >= 0);
    try {
      sane = sane && (elements() == 0 || last() < storage.length());
    } catch (ArithmeticException overflow) {
      sane = false;
    }
    if (!sane) {
      throw new WeightsException(
          "a tensor of shape %s, strides %s and offset %d does not lie within its %d stored numbers: the file is damaged"
              .formatted(
                  Arrays.toString(shape), Arrays.toString(strides), offset, storage.length()));
    }
  }

  /** A tensor that fills its storage, row by row. */
  static Tensor whole(Storage storage, long... shape) {
    return new Tensor(storage, 0, shape, rowStrides(shape));
  }

  /** Strides of a tensor that is stored row by row. */
  static long[] rowStrides(long... shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(1, shape[i]);
    }
    return strides;
  }

  /** The number of elements of a shape. */
  static long elements(long... shape) {
    long elements = 1;
    for (long size : shape) {
      elements = Math.multiplyExact(elements, size);
    }
    return elements;
  }

  private long last() {
    long last = offset;
    for (int i = 0; i < shape.length; i++) {
      last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
    }
    return last;
  }

  /** What its numbers are. */
  public TensorType type() {
    return storage.type();
  }

  /** Sizes of the dimensions; none for a single number. */
  public long[] shape() {
    return shape.clone();
  }

  /** How many numbers. */
  public long elements() {
    return elements(shape);
  }

  /** The numbers, row by row. */
  public float[] floats() {
    long elements = elements();
    if (elements == 0) {
      return new float[0];
    }
    long count = last() - offset + 1;
    if (elements > count) {
      throw new WeightsException(
          "a tensor of shape %s repeats its %d stored numbers: save it again with contiguous()"
              .formatted(Arrays.toString(shape), count));
    }
    if (elements > LARGEST || count > LARGEST / type().bytes()) {
      throw new WeightsException(
          "a tensor of %d numbers is too large for one array".formatted(elements));
    }
    ByteBuffer buffer = storage.map(offset, count);
    float[] values = new float[(int) elements];
    if (!isRowByRow()) {
      gather(buffer, values);
    } else if (type() == TensorType.F32) {
      buffer.asFloatBuffer().get(values);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = type().read(buffer, i * type().bytes());
      }
    }
    return values;
  }

  /** Strides of dimensions of size 1 mean nothing, and PyTorch writes any. */
  private boolean isRowByRow() {
    long[] expected = rowStrides(shape);
    return IntStream.range(0, shape.length)
        .allMatch(i -> shape[i] == 1 || strides[i] == expected[i]);
  }

  private void gather(ByteBuffer buffer, float[] values) {
    long[] index = new long[shape.length];
    long at = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = type().read(buffer, (int) at * type().bytes());
      for (int d = shape.length - 1; d >= 0; d--) {
        at += strides[d];
        if (++index[d] < shape[d]) {
          break;
        }
        at -= shape[d] * strides[d];
        index[d] = 0;
      }
    }
  }

  /** The numbers as an array of ND4J in single precision. */
  public INDArray array() {
    return Nd4j.createFromArray(floats()).reshape(shape);
  }

  /** Type and shape, such as {@code F32 [384, 384]}. */
  @Override
  public String toString() {
    return type() + " " + Arrays.toString(shape);
  }
}
