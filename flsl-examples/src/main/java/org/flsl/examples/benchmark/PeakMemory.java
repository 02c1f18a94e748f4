package org.flsl.examples.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Pointer;

/** The most memory that this process has held at once: heap, arrays, code and libraries. */
public final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final Pattern HIGH_WATER_MARK = Pattern.compile("(?m)^VmHWM:\\s*(\\d+) kB$");

  private PeakMemory() {}

  /** In bytes. On Linux the peak; elsewhere, where nobody keeps it, what is held now. */
  public static long bytes() {
    return linux().orElseGet(Pointer::physicalBytes);
  }

  /**
   * Forgets what was held before: garbage of the heap, and on Linux the peak. Elsewhere the peak
   * stays.
   */
  public static void restart() {
    System.gc();
    try {
      Files.writeString(CLEAR, "5\n", StandardOpenOption.WRITE);
    } catch (IOException notLinux) {
      // then it counts from the start of the process, which is never less
    }
  }

  private static OptionalLong linux() {
    try {
      return parse(Files.readString(STATUS));
    } catch (IOException notLinux) {
      return OptionalLong.empty();
    }
  }

  static OptionalLong parse(String status) {
    Matcher mark = HIGH_WATER_MARK.matcher(status);
    return mark.find()
        ? OptionalLong.of(Long.parseLong(mark.group(1)) * 1024)
        : OptionalLong.empty();
  }
}
