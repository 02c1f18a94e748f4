package org.flsl.examples.pytorch;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Named arrays of floats in a file, one after the other, so that no program needs all of them in
 * its heap.
 */
final class TensorFile {

  /** One array, in C order. */
  record Tensor(String name, long[] shape, float[] values) {}

  /** Takes one array after the other. */
  interface Reader {
    void accept(Tensor tensor);
  }

  private TensorFile() {}

  /** Writes a file. */
  static final class Writer implements Closeable {
    private final DataOutputStream out;

    Writer(Path file) throws IOException {
      out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
    }

    void write(Tensor tensor) throws IOException {
      out.writeBoolean(true);
      out.writeUTF(tensor.name());
      out.writeInt(tensor.shape().length);
      for (long size : tensor.shape()) {
        out.writeLong(size);
      }
      ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(tensor.values().length, 4));
      bytes.asFloatBuffer().put(tensor.values());
      out.write(bytes.array());
    }

    @Override
    public void close() throws IOException {
      out.writeBoolean(false);
      out.close();
    }
  }

  static void read(Path file, Reader reader) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      while (in.readBoolean()) {
        String name = in.readUTF();
        long[] shape = new long[in.readInt()];
        for (int i = 0; i < shape.length; i++) {
          shape[i] = in.readLong();
        }
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        byte[] bytes = new byte[Math.multiplyExact(values.length, 4)];
        in.readFully(bytes);
        ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
        reader.accept(new Tensor(name, shape, values));
      }
    }
  }
}
