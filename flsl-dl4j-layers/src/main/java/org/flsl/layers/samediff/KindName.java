package org.flsl.layers.samediff;

import java.util.Locale;

/** What kind of layer something is, in words. */
final class KindName {
  private KindName() {}

  /** The words of a class name: {@code PatchEmbedding} is a "Patch embedding". */
  static String of(Class<?> type) {
    String words = type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ");
    return words.charAt(0) + words.substring(1).toLowerCase(Locale.ROOT);
  }
}
