package org.flsl.scale.hadoop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

/**
 * The file systems of a scheme through Hadoop's client: files are read from any place, and written
 * from their beginning to their end.
 */
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

  /** Writes a file anew, which nobody may read before it is closed. */
  @Override
  public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
    Set<OpenOption> wanted = Set.of(options);
    if (wanted.contains(StandardOpenOption.APPEND)) {
      throw new UnsupportedOperationException("nothing is appended to files of Hadoop");
    }
    if (wanted.contains(StandardOpenOption.CREATE_NEW) && Files.exists(path)) {
      throw new FileAlreadyExistsException(path.toString());
    }
    return files(path).create(((HadoopPath) path).hadoops(), true);
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    if (Files.exists(folder)) {
      throw new FileAlreadyExistsException(folder.toString());
    }
    require(files(folder).mkdirs(((HadoopPath) folder).hadoops()), folder, "cannot be made");
  }

  @Override
  public void delete(Path path) throws IOException {
    status(path);
    require(files(path).delete(((HadoopPath) path).hadoops(), false), path, "cannot be deleted");
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException("copies within Hadoop's file systems");
  }

  /** Renames a file to a name that is free. */
  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    if (options.length > 0) {
      throw new UnsupportedOperationException("renames that replace files of Hadoop");
    }
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    org.apache.hadoop.fs.Path to = ((HadoopPath) target).hadoops();
    require(files(source).rename(((HadoopPath) source).hadoops(), to), source, "cannot be renamed");
  }

  private static void require(boolean done, Path path, String otherwise) throws IOException {
    if (!done) {
      throw new FileSystemException(path.toString(), null, otherwise);
    }
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) {
    throw new UnsupportedOperationException("attributes of files of Hadoop");
  }
}
