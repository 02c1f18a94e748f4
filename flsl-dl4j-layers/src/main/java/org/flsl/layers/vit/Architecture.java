package org.flsl.layers.vit;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.flsl.layers.Backbone;

/**
 * A kind of backbone that one chooses by its name, as {@code --arch} of the command does.
 *
 * <p>To add one, let a class with a public constructor without arguments implement this and name it
 * in {@code META-INF/services/org.flsl.layers.vit.Architecture}. The usual Vision Transformers are
 * {@link VitSize}s.
 */
public interface Architecture {

  /** All that there are: the usual Vision Transformers, and those that the class path offers. */
  static List<Architecture> known() {
    return Stream.concat(
            Stream.of(VitSize.values()),
            ServiceLoader.load(Architecture.class).stream().map(ServiceLoader.Provider::get))
        .toList();
  }

  /** What it is called. */
  String name();

  /** What it is, in a few words that follow the name. */
  String summary();

  /** Its usual shape, for square images. */
  VitConfig shape(int patch, int imageSize);

  /**
   * The network.
   *
   * @param shape the usual one, or as somebody has changed it; a network that is no Vision
   *     Transformer takes from it what it has a use for
   * @throws IllegalArgumentException if it cannot have this shape
   */
  Backbone backbone(VitConfig shape);
}
