package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

class NativeBuildTest {
  private static final String CACHE = "/home/me/.javacpp/cache";

  private static Optional<NativeBuild> find(String bindings) {
    return NativeBuild.find(
        List.of(
            CACHE + "/openblas.jar/org/bytedeco/openblas/linux-x86_64/libopenblas.so",
            CACHE + "/nd4j.jar/org/nd4j/linalg/" + bindings));
  }

  @Test
  void theLoadedLibraryTellsItsBuildAndWhereItLies() {
    assertEquals(
        Optional.of(new NativeBuild("linux-x86_64-onednn-avx2", true, CACHE)),
        find("cpu/nativecpu/bindings/linux-x86_64-onednn-avx2/libjnind4jcpu.so"));
    assertEquals(
        Optional.of(new NativeBuild("linux-x86_64", false, CACHE)),
        find("jcublas/bindings/linux-x86_64/libjnind4jcuda.so"));
    assertEquals(
        Optional.of(new NativeBuild("windows-x86_64", true, "C:/Users/me/.javacpp/cache")),
        NativeBuild.find(
            List.of(
                "C:\\Users\\me\\.javacpp\\cache\\nd4j.jar\\org\\nd4j\\linalg\\cpu\\nativecpu\\bindings"
                    + "\\windows-x86_64\\jnind4jcpu.dll")));
    assertEquals(Optional.empty(), NativeBuild.find(List.of("/usr/lib/libc.so")));
  }

  /** Levels as ND4J counts them: 1 any x86-64, 2 with AVX2, 3 with AVX-512. */
  @ParameterizedTest
  @CsvSource({
    "linux-x86_64, 3, linux-x86_64-onednn-avx512",
    "linux-x86_64-avx512, 3, linux-x86_64-onednn-avx512",
    "linux-x86_64-onednn-avx2, 3, linux-x86_64-onednn-avx512",
    "linux-x86_64, 2, linux-x86_64-onednn-avx2",
    "linux-x86_64-onednn-avx512, 3,",
    "linux-x86_64-onednn-avx2, 2,",
    "linux-x86_64, 1,",
    "linux-arm64, 3,",
    "macosx-arm64, 0,"
  })
  void aBuildThatSuitsTheProcessorBetterIsNamed(String loaded, int level, String better) {
    assertEquals(Optional.ofNullable(better), new NativeBuild(loaded, true, CACHE).better(level));
    assertEquals(Optional.empty(), new NativeBuild(loaded, false, CACHE).better(level));
  }

  @Test
  void thisProcessHasOne() {
    Nd4j.getBackend();
    NativeBuild loaded = NativeBuild.loaded().orElseThrow();
    assertTrue(Files.isDirectory(Path.of(loaded.folder())), loaded.toString());
    assertTrue(loaded.classifier().contains("-"), loaded.toString());
  }
}
