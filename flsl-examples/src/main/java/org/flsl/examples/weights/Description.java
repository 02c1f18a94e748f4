package org.flsl.examples.weights;

import java.util.ArrayList;
import java.util.List;
import org.flsl.layers.vit.VitConfig;

/** A Vision Transformer in words. */
final class Description {
  private Description() {}

  static String of(VitConfig vit) {
    int patch = vit.patch();
    List<String> words = new ArrayList<>();
    words.add("width %d, depth %d, heads %d".formatted(vit.width(), vit.depth(), vit.heads()));
    words.add("MLP of " + vit.hidden());
    words.add("patches of %d pixels".formatted(patch));
    words.add(
        "made for images of %dx%dx%d"
            .formatted(
                vit.channels(), vit.baseGrid().height() * patch, vit.baseGrid().width() * patch));
    words.add(vit.finalNorm() ? "norm behind the last block" : "no norm behind the last block");
    return String.join(", ", words);
  }
}
