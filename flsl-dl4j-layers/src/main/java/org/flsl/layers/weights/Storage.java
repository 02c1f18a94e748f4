package org.flsl.layers.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * A run of numbers in a file, which one tensor or several look into.
 *
 * <p>Formats that list their tensors before their numbers make storages first and say later where
 * they lie.
 */
final class Storage {
  private final TensorType type;
  private final long length;
  private FileChannel channel;
  private long position;
  private ByteOrder order;

  /**
   * @param length in numbers
   */
  Storage(TensorType type, long length) {
    this.type = type;
    this.length = length;
  }

  TensorType type() {
    return type;
  }

  long length() {
    return length;
  }

  /**
   * Says where the numbers lie.
   *
   * @throws WeightsException if they would reach beyond the end of what holds them
   */
  Storage locate(FileChannel file, long start, long end, ByteOrder byteOrder) {
    if (length < 0 || start < 0 || length > (end - start) / type.bytes()) {
      throw new WeightsException(
          "a tensor of %d numbers (%s) is larger than the %d bytes that are there for it: the file is damaged or incomplete"
              .formatted(length, type, Math.max(0, end - start)));
    }
    channel = file;
    position = start;
    order = byteOrder;
    return this;
  }

  boolean isLocated() {
    return channel != null;
  }

  /** Maps numbers into memory. */
  ByteBuffer map(long from, long count) {
    try {
      return channel
          .map(MapMode.READ_ONLY, position + from * type.bytes(), count * type.bytes())
          .order(order);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
