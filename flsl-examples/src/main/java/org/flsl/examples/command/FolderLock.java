package org.flsl.examples.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a folder to one process at a time, and to one part of it; the operating system ends that
 * when the process ends, however it ends.
 */
final class FolderLock implements AutoCloseable {
  static final String FILE = ".lock";

  /**
   * What this process holds. POSIX gives locks to processes, and takes one away as soon as its
   * process closes the file anywhere: whoever is refused must not even open it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Takes a folder.
   *
   * @throws UserError where another process has it, or another part of this one
   */
  static FolderLock of(Path folder) throws IOException {
    // Links and dots lead to the same file.
    Path real = folder.toRealPath();
    if (!HELD.add(real)) {
      throw taken(String.valueOf(ProcessHandle.current().pid()), folder);
    }
    try {
      return new FolderLock(real, locked(folder));
    } catch (IOException | RuntimeException e) {
      HELD.remove(real);
      throw e;
    }
  }

  private static FileChannel locked(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      // Far behind the content, which Windows would not let others read.
      if (channel.tryLock(Long.MAX_VALUE - 1, 1, false) == null) {
        throw taken(Files.readString(file).strip(), folder);
      }
      channel.truncate(0);
      byte[] owner = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8);
      channel.write(ByteBuffer.wrap(owner));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static UserError taken(String process, Path folder) {
    return new UserError(
        "another process (%s) works on %s: wait until it ends, or stop it"
            .formatted(process, folder));
  }

  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      HELD.remove(folder);
    }
  }
}
