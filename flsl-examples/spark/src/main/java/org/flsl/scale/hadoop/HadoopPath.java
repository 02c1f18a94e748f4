package org.flsl.scale.hadoop;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/**
 * A path of a Hadoop file system: an ordinary path, and where it leads.
 *
 * @param names the path alone
 */
record HadoopPath(HadoopFileSystem files, Path names) implements Path {

  org.apache.hadoop.fs.Path hadoops() {
    return new org.apache.hadoop.fs.Path(toUri());
  }

  private HadoopPath with(Path other) {
    return other == null ? null : new HadoopPath(files, other);
  }

  private static Path names(Path path) {
    if (path instanceof HadoopPath hadoop) {
      return hadoop.names;
    }
    throw new ProviderMismatchException();
  }

  @Override
  public FileSystem getFileSystem() {
    return files;
  }

  @Override
  public boolean isAbsolute() {
    return names.isAbsolute();
  }

  @Override
  public Path getRoot() {
    return with(names.getRoot());
  }

  @Override
  public Path getFileName() {
    return with(names.getFileName());
  }

  @Override
  public Path getParent() {
    return with(names.getParent());
  }

  @Override
  public int getNameCount() {
    return names.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return with(names.getName(index));
  }

  @Override
  public Path subpath(int from, int to) {
    return with(names.subpath(from, to));
  }

  @Override
  public boolean startsWith(Path other) {
    return names.startsWith(names(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return names.endsWith(names(other));
  }

  @Override
  public Path normalize() {
    return with(names.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return with(names.resolve(names(other)));
  }

  @Override
  public Path relativize(Path other) {
    return with(names.relativize(names(other)));
  }

  @Override
  public URI toUri() {
    return files.uri(toAbsolutePath().names);
  }

  @Override
  public HadoopPath toAbsolutePath() {
    return with(Path.of("/").resolve(names));
  }

  @Override
  public Path toRealPath(LinkOption... options) {
    return toAbsolutePath().normalize();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("files of Hadoop are not watched");
  }

  @Override
  public int compareTo(Path other) {
    return names.compareTo(names(other));
  }

  /** With the file system, where it begins at its root. */
  @Override
  public String toString() {
    return isAbsolute() ? files.root() + names : names.toString();
  }
}
