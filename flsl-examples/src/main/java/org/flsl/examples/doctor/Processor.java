package org.flsl.examples.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processor as the system describes it.
 *
 * @param name its maker's name for it
 * @param instructions those that products are fast with, from the narrowest on
 * @param gigahertz its clock when asked; 0 where the system does not tell
 */
record Processor(String name, List<String> instructions, double gigahertz) {
  private static final Path LINUX = Path.of("/proc/cpuinfo");

  /** Operations of float32 that a core does in a cycle: two units, a product and a sum each. */
  private static final int AVX2_OPERATIONS = 32;

  private static final int AVX512_OPERATIONS = 64;

  private static final String AVX2 = "AVX2";
  private static final String AVX512 = "AVX-512";

  /** What Linux calls them, and everybody else. */
  private static final List<Map.Entry<String, String>> KNOWN =
      List.of(
          Map.entry("avx2", AVX2),
          Map.entry("avx512f", AVX512),
          Map.entry("avx512_bf16", "AVX-512-BF16"),
          Map.entry("amx_bf16", "AMX"));

  /** That of this machine. */
  static Processor ofThisMachine() {
    try {
      return parse(Files.readString(LINUX));
    } catch (IOException notLinux) {
      String name = System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", "unknown");
      return new Processor(name, List.of(), 0);
    }
  }

  static Processor parse(String cpuinfo) {
    Set<String> flags = Set.of(value(cpuinfo, "flags").split("\\s+"));
    List<String> instructions = new ArrayList<>();
    KNOWN.forEach(
        known -> {
          if (flags.contains(known.getKey())) {
            instructions.add(known.getValue());
          }
        });
    String name = value(cpuinfo, "model name");
    String megahertz = value(cpuinfo, "cpu MHz");
    return new Processor(
        name.isEmpty() ? "unknown" : name,
        instructions,
        megahertz.isEmpty() ? 0 : Double.parseDouble(megahertz) / 1000);
  }

  private static String value(String cpuinfo, String key) {
    Matcher line =
        Pattern.compile("(?m)^" + Pattern.quote(key) + "[ \\t]*:[ \\t]*(.*?)[ \\t]*$")
            .matcher(cpuinfo);
    return line.find() ? line.group(1) : "";
  }

  /**
   * The most that products of float32 can reach, in GFLOP/s: with two units of the widest kind in
   * each core, which smaller processors do not have, and without a turbo. 0 where it is not known.
   */
  double peak(int cores) {
    int operations =
        instructions.contains(AVX512)
            ? AVX512_OPERATIONS
            : instructions.contains(AVX2) ? AVX2_OPERATIONS : 0;
    return operations * gigahertz * cores;
  }

  @Override
  public String toString() {
    String clock = gigahertz == 0 ? "" : ", %.2f GHz".formatted(gigahertz);
    return name + clock + (instructions.isEmpty() ? "" : ", " + String.join(", ", instructions));
  }
}
