package org.flsl.scale.hadoop;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;

/** Reads the file systems of a scheme through Hadoop's client. */
abstract class HadoopProvider extends FileSystemProvider {
  private final String scheme;

  HadoopProvider(String scheme) {
    this.scheme = scheme;
  }

  /** {@code hdfs://NAMENODE/...}. */
  public static final class Hdfs extends HadoopProvider {
    /** For the service loader. */
    public Hdfs() {
      super("hdfs");
    }
  }

  /** {@code s3a://BUCKET/...}, with hadoop-aws on the class path. */
  public static final class S3a extends HadoopProvider {
    /** For the service loader. */
    public S3a() {
      super("s3a");
    }
  }

  /** {@code gs://BUCKET/...}, with Google's connector on the class path. */
  public static final class Gs extends HadoopProvider {
    /** For the service loader. */
    public Gs() {
      super("gs");
    }
  }

  /** {@code abfs://CONTAINER@ACCOUNT/...}, with hadoop-azure on the class path. */
  public static final class Abfs extends HadoopProvider {
    /** For the service loader. */
    public Abfs() {
      super("abfs");
    }
  }

  @Override
  public String getScheme() {
    return scheme;
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
    return getFileSystem(uri);
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return new HadoopFileSystem(this, uri.getAuthority());
  }

  @Override
  public Path getPath(URI uri) {
    return getFileSystem(uri).getPath(uri.getPath());
  }

  private static org.apache.hadoop.fs.FileSystem files(Path path) throws IOException {
    return ((HadoopPath) path).files().hadoops();
  }

  private static FileStatus status(Path path) throws IOException {
    try {
      return files(path).getFileStatus(((HadoopPath) path).hadoops());
    } catch (java.io.FileNotFoundException e) {
      throw new NoSuchFileException(path.toString());
    }
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    return files(path).open(((HadoopPath) path).hadoops());
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return new HadoopChannel(
        files(path).open(((HadoopPath) path).hadoops()), status(path).getLen());
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    List<Path> found = new ArrayList<>();
    for (FileStatus file : files(folder).listStatus(((HadoopPath) folder).hadoops())) {
      Path path = folder.resolve(file.getPath().getName());
      if (filter.accept(path)) {
        found.add(path);
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return found.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    status(path);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return type.cast(new HadoopAttributes(status(path)));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) {
    throw new UnsupportedOperationException("attributes by name");
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public boolean isSameFile(Path path, Path other) {
    return path.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
  }

  @Override
  public boolean isHidden(Path path) {
    return path.getFileName() != null && path.getFileName().toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw new UnsupportedOperationException("file stores");
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void delete(Path path) {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) {
    throw new ReadOnlyFileSystemException();
  }
}
