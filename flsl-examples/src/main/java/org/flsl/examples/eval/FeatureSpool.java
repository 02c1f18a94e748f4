package org.flsl.examples.eval;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The features of many images, on disk until it is known how many there are.
 *
 * <p>A file tells its number of rows before the first of them, and which images can be read shows
 * when they are read. The numbers lie in a nameless file, the names of the images in memory.
 */
final class FeatureSpool implements Closeable {
  private static final String UNFINISHED = ".rows.unfinished";

  private final DataType type;
  private final FileChannel numbers;
  private final List<String> names = new ArrayList<>();
  private long[] shape;

  /**
   * Begins an empty one.
   *
   * @param file for which it is; the numbers need space beside it
   * @param type FLOAT or FLOAT16
   */
  FeatureSpool(Path file, DataType type) throws IOException {
    this.type = type;
    this.numbers =
        FileChannel.open(
            file.resolveSibling(file.getFileName() + UNFINISHED),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /**
   * Adds images.
   *
   * @param features {@code [images, ...]}, the same behind the first dimension each time
   */
  void add(List<String> images, INDArray features) throws IOException {
    names.addAll(images);
    shape = features.shape();
    try (INDArray plain = features.castTo(type).dup('c')) {
      ByteBuffer bytes = plain.data().asNio();
      while (bytes.hasRemaining()) {
        numbers.write(bytes);
      }
    }
  }

  /** How many images there are. */
  int size() {
    return names.size();
  }

  /** Their names, in order. */
  List<String> names() {
    return Collections.unmodifiableList(names);
  }

  /** FLOAT or FLOAT16. */
  DataType type() {
    return type;
  }

  /** The shape of all features: {@code [images, ...]}; there is at least one image. */
  long[] shape() {
    long[] all = shape.clone();
    all[0] = names.size();
    return all;
  }

  /** {@code 384}, or {@code 14 x 14 x 384}: what an image has. */
  String shapeOfEach() {
    return String.join(" x ", Arrays.stream(shape).skip(1).mapToObj(String::valueOf).toList());
  }

  /** All numbers in C order, in the machine's byte order. */
  InputStream read() throws IOException {
    numbers.position(0);
    return Channels.newInputStream(numbers);
  }

  /** The same, from there to here. */
  void copyTo(OutputStream out) throws IOException {
    read().transferTo(out);
  }

  @Override
  public void close() throws IOException {
    numbers.close();
  }
}
