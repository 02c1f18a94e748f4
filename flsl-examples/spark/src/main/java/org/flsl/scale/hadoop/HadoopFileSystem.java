package org.flsl.scale.hadoop;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * One of Hadoop's file systems, such as that of a namenode or of a bucket; Hadoop keeps it open.
 */
final class HadoopFileSystem extends FileSystem {
  private final HadoopProvider provider;
  private final String authority;

  /** Looked up once: reading Hadoop's configuration takes longer than reading a photo. */
  private org.apache.hadoop.fs.FileSystem opened;

  /**
   * @param authority the namenode or the bucket; null for the one that Hadoop is configured for
   */
  HadoopFileSystem(HadoopProvider provider, String authority) {
    this.provider = provider;
    this.authority = authority;
  }

  synchronized org.apache.hadoop.fs.FileSystem hadoops() throws IOException {
    try {
      if (opened == null) {
        opened = org.apache.hadoop.fs.FileSystem.get(uri(Path.of("/")), new Configuration());
      }
      return opened;
    } catch (RuntimeException e) {
      // Of a host that is not known, or of a connector that is not on the class path.
      throw new IOException(root() + ": " + e.getMessage(), e);
    }
  }

  URI uri(Path names) {
    try {
      String host = authority == null ? "" : authority;
      return new URI(provider.getScheme(), host, names.toString(), null, null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no path of %s: %s".formatted(root(), names), e);
    }
  }

  /** What stands in front of a path. */
  String root() {
    return provider.getScheme() + "://" + (authority == null ? "" : authority);
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("Hadoop closes its file systems itself");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(getPath("/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    return new HadoopPath(this, Path.of(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    throw new UnsupportedOperationException("patterns of names");
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("users");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("files of Hadoop are not watched");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HadoopFileSystem files && root().equals(files.root());
  }

  @Override
  public int hashCode() {
    return Objects.hash(root());
  }
}
