package org.flsl.training.checkpoint;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes files that are there whole or not at all, whenever the process is killed or the disk runs
 * full.
 *
 * <p>Use it for files that another process may read, or that a later one goes on from. The content
 * is written under another name beside the file, brought to disk, and renamed.
 */
public final class AtomicFile {
  private static final String UNFINISHED = ".unfinished";
  private static final int BUFFER = 1 << 20;

  private AtomicFile() {}

  /** What is to be written. */
  public interface Content {
    /** Writes it. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** The name that a file has while it is written. */
  public static Path unfinished(Path file) {
    return file.resolveSibling(file.getFileName() + UNFINISHED);
  }

  /** Whether a file is one that was being written. */
  public static boolean isUnfinished(Path file) {
    return file.toString().endsWith(UNFINISHED);
  }

  /** Replaces a file by text in UTF-8; if that fails, the old file stays as it was. */
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Replaces a file by new content; if that fails, the old file stays as it was. */
  public static void write(Path file, Content content) throws IOException {
    try (Unfinished unfinished = begin(file)) {
      content.writeTo(unfinished.out());
      unfinished.finish();
    }
  }

  /** Begins new content of a file, for what becomes known bit by bit. */
  public static Unfinished begin(Path file) throws IOException {
    return new Unfinished(file);
  }

  /** Content that is not yet the file's; closed before it is finished, it never was. */
  public static final class Unfinished implements Closeable {
    private final Path file;
    private final FileChannel channel;
    private final OutputStream out;

    private Unfinished(Path file) throws IOException {
      this.file = file;
      this.channel =
          FileChannel.open(
              unfinished(file),
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
    }

    /** Takes the content. */
    public OutputStream out() {
      return out;
    }

    /** Gives the file this content, in place of what it had. */
    public void finish() throws IOException {
      out.flush();
      // On disk before the rename, or a power cut could leave the new name on an empty file.
      channel.force(true);
      channel.close();
      Files.move(
          unfinished(file),
          file,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
      channel.close();
      Files.deleteIfExists(unfinished(file));
    }
  }

  /** Gives a file that is never written again a second name, at no cost where links are known. */
  public static void link(Path name, Path file) throws IOException {
    Path unfinished = unfinished(name);
    Files.deleteIfExists(unfinished);
    try {
      Files.createLink(unfinished, file);
    } catch (UnsupportedOperationException | FileSystemException noLinks) {
      write(name, out -> Files.copy(file, out));
      return;
    }
    // A rename between two names of one file does nothing at all (POSIX).
    if (Files.exists(name) && Files.isSameFile(name, unfinished)) {
      Files.delete(unfinished);
    } else {
      Files.move(unfinished, name, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Deletes what killed processes left half written in a folder. */
  public static void cleanUp(Path folder) throws IOException {
    List<Path> leftOver;
    try (Stream<Path> files = Files.list(folder)) {
      leftOver = files.filter(AtomicFile::isUnfinished).toList();
    }
    for (Path file : leftOver) {
      Files.delete(file);
    }
  }
}
