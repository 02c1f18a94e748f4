package org.flsl.examples.command;

import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.flsl.layers.kernels.KernelLibrary;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * A build of ND4J's native library: each family of processors has its own, and the wrong one takes
 * up to twice the time where there are no kernels.
 *
 * @param classifier as Maven knows it, such as {@code linux-x86_64-onednn-avx2}
 * @param cpu whether the processor computes, not a GPU
 * @param folder where JavaCPP has unpacked it
 */
public record NativeBuild(String classifier, boolean cpu, String folder) {
  private static final Pattern LIBRARY =
      Pattern.compile("(.*)/[^/]+\\.jar/org/nd4j/linalg/(.*)/bindings/([^/]+)/[^/]+");

  /** Builds for processors that ND4J calls of level 2, with AVX2, and 3, with AVX-512. */
  private static final String AVX2 = "linux-x86_64-onednn-avx2";

  private static final String AVX512 = "linux-x86_64-onednn-avx512";

  /** The one that this process runs with; empty before ND4J's first use. */
  public static Optional<NativeBuild> loaded() {
    return find(Loader.getLoadedLibraries().values());
  }

  /** Loads ND4J and warns where the processor could do with a faster build. */
  public static void load(Terminal terminal) {
    Nd4j.getBackend();
    loaded().ifPresent(build -> build.warnIfSlow(terminal));
  }

  static Optional<NativeBuild> find(Collection<String> libraries) {
    return libraries.stream()
        .filter(Objects::nonNull)
        .map(library -> LIBRARY.matcher(library.replace('\\', '/')))
        .filter(Matcher::matches)
        .map(
            library ->
                new NativeBuild(
                    library.group(3), library.group(2).endsWith("nativecpu"), library.group(1)))
        .findFirst();
  }

  /** Warns where the processor could do with a faster one; kernels suit it whatever the build. */
  public void warnIfSlow(Terminal terminal) {
    if (KernelLibrary.ofThisProcess().isPresent()) {
      return;
    }
    int level = NativeOpsHolder.getInstance().getDeviceNativeOps().optimalLevel();
    better(level)
        .ifPresent(
            better ->
                terminal.warn(
                    ("ND4J's native library is the build %s; %s suits this processor better, and"
                            + " takes as little as half the time. ./flsl picks it by itself; with"
                            + " Maven: mvn -DskipTests -Dnd4j.classifier=%s package")
                        .formatted(classifier, better, better)));
  }

  /** The build that suits a processor of this level better, among those that are tested. */
  Optional<String> better(int level) {
    String best = level >= 3 ? AVX512 : AVX2;
    boolean known = cpu && level >= 2 && classifier.startsWith("linux-x86_64");
    return known && !classifier.equals(best) ? Optional.of(best) : Optional.empty();
  }

  @Override
  public String toString() {
    return classifier + ", unpacked in " + folder;
  }
}
