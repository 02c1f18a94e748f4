package org.flsl.layers.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.VitConfig;

/**
 * What a file says of a network beside its tensors: all that their shapes cannot tell.
 *
 * <p>Others' files may have notes of the same names with any content: what is not understood does
 * not count.
 */
final class FileNotes {
  private static final String HEADS = "heads";
  private static final String NORM_EPS = "norm_eps";
  private static final String IMAGE_SIZE = "image_size";

  private FileNotes() {}

  /** The notes of a network. */
  static Map<String, String> of(VitConfig config) {
    int patch = config.patch();
    TokenGrid grid = config.baseGrid();
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("width", String.valueOf(config.width()));
    notes.put("depth", String.valueOf(config.depth()));
    notes.put(HEADS, String.valueOf(config.heads()));
    notes.put("patch", String.valueOf(patch));
    notes.put(IMAGE_SIZE, grid.height() * patch + "x" + grid.width() * patch);
    notes.put(NORM_EPS, String.valueOf(config.normEps()));
    return notes;
  }

  /** The number of heads, if it is told. */
  static Optional<Integer> heads(Map<String, String> notes) {
    return match(notes, HEADS, "[1-9]\\d{0,3}").map(found -> Integer.parseInt(found.group()));
  }

  /** What layer norms add to the variance, if it is told. */
  static Optional<Double> normEps(Map<String, String> notes) {
    return match(notes, NORM_EPS, "\\d(\\.\\d+)?([eE]-\\d{1,2})?")
        .map(found -> Double.parseDouble(found.group()))
        .filter(eps -> eps > 0);
  }

  /** Height and width of the images that the positions are for; empty if they are not told. */
  static int[] imageSize(Map<String, String> notes) {
    return match(notes, IMAGE_SIZE, "([1-9]\\d{0,5})x([1-9]\\d{0,5})")
        .map(size -> new int[] {Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2))})
        .orElse(new int[0]);
  }

  private static Optional<Matcher> match(Map<String, String> notes, String name, String regex) {
    return Optional.of(Pattern.compile(regex).matcher(notes.getOrDefault(name, "")))
        .filter(Matcher::matches);
  }
}
