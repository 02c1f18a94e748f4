package org.flsl.scale.hadoop;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/**
 * The files of this machine under the name of HDFS, through all of Hadoop's client; and what is
 * left of them when a process is killed that writes.
 */
public final class PretendedHdfs extends RawLocalFileSystem {
  private static final int ALIVE = Integer.MAX_VALUE;
  private static int left = ALIVE;

  /** Lets so many more changes happen, and then none: half of the last file is written. */
  static void killAfter(int changes) {
    left = changes;
  }

  /** Another process, in which everything works. */
  static void revive() {
    left = ALIVE;
  }

  @Override
  public URI getUri() {
    return URI.create("hdfs://pretended");
  }

  private static void change() throws IOException {
    if (left != ALIVE && --left < 0) {
      throw new IOException("killed");
    }
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int buffer,
      short replication,
      long block,
      Progressable progress)
      throws IOException {
    change();
    FSDataOutputStream out = super.create(file, overwrite, buffer, replication, block, progress);
    return new FSDataOutputStream(out, null) {
      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        super.write(bytes, from, length / 2);
        change();
        super.write(bytes, from + length / 2, length - length / 2);
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    change();
    return super.rename(from, to);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    change();
    return super.delete(path, recursive);
  }
}
