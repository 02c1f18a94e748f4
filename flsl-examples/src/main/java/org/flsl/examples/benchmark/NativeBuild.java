package org.flsl.examples.benchmark;

import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;

/** Which build of ND4J's native library this process has loaded. */
public final class NativeBuild {
  private static final Pattern FOLDER =
      Pattern.compile("org[/\\\\]nd4j[/\\\\].*[/\\\\]bindings[/\\\\]([^/\\\\]+)[/\\\\]");

  private NativeBuild() {}

  /** Its classifier, such as {@code linux-x86_64-onednn-avx2}; call it after ND4J's first use. */
  public static String classifier() {
    return find(Loader.getLoadedLibraries().values()).orElse("unknown");
  }

  static Optional<String> find(Collection<String> libraries) {
    return libraries.stream()
        .filter(library -> library != null)
        .map(FOLDER::matcher)
        .filter(Matcher::find)
        .map(folder -> folder.group(1))
        .findFirst();
  }
}
