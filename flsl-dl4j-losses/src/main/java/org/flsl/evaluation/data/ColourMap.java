package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flsl.views.decode.FileProblem;

/**
 * Which class each colour of a mask stands for.
 *
 * <p>As a text file: a line for each class, in order, with red, green and blue from 0 to 255 and
 * the class's name, for example {@code 128 64 128 road}. Commas and tabs may stand between them;
 * empty lines and lines that start with {@code #} count nowhere. A name that comes again adds
 * another colour to the same class.
 */
public final class ColourMap {
  private static final Pattern LINE =
      Pattern.compile("(\\d{1,3})[\\s,]+(\\d{1,3})[\\s,]+(\\d{1,3})[\\s,]+(\\S.*)");

  private final Map<Integer, Integer> labels = new HashMap<>();
  private final List<String> classes = new ArrayList<>();

  private ColourMap() {}

  /**
   * Reads the file.
   *
   * @throws DatasetException if a line is no colour with a name, or a colour comes twice
   */
  public static ColourMap read(Path file) {
    ColourMap map = new ColourMap();
    int number = 0;
    for (String text : lines(file)) {
      number++;
      if (!text.isEmpty() && !text.startsWith("#")) {
        map.add(text, "%s, line %d".formatted(file, number));
      }
    }
    if (map.classes.isEmpty()) {
      throw new DatasetException(
          "The colour map " + file + " is empty; expected lines such as: 128 64 128 road");
    }
    return map;
  }

  private static List<String> lines(Path file) {
    try {
      return TextLines.of(file);
    } catch (NoSuchFileException e) {
      throw new DatasetException(
          "There is no colour map %s; expected a file with lines such as: 128 64 128 road"
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new DatasetException(
          "Cannot read the colour map " + file + ": " + FileProblem.explain(e), e);
    }
  }

  private void add(String line, String place) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new DatasetException(
          "%s: \"%s\" is no colour with a name; expected a line such as: 128 64 128 road"
              .formatted(place, line));
    }
    int rgb = 0;
    for (int i = 1; i <= 3; i++) {
      int value = Integer.parseInt(parts.group(i));
      if (value > 255) {
        throw new DatasetException(
            "%s: a colour has values from 0 to 255, got %d".formatted(place, value));
      }
      rgb = rgb << 8 | value;
    }
    String name = parts.group(4).strip();
    if (!classes.contains(name)) {
      classes.add(name);
    }
    if (labels.putIfAbsent(rgb, classes.indexOf(name)) != null) {
      throw new DatasetException(place + ": this colour has a class already");
    }
  }

  /** The names of the classes, in the order of the file. */
  public List<String> classes() {
    return List.copyOf(classes);
  }

  /** The class of a colour {@code 0xRRGGBB}; empty if it is not named. */
  public OptionalInt label(int rgb) {
    Integer label = labels.get(rgb);
    return label == null ? OptionalInt.empty() : OptionalInt.of(label);
  }
}
