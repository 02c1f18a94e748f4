package org.flsl.evaluation.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.flsl.views.decode.FileProblem;

/**
 * Reads masks whose pixels are labels: indexed or grey PNG, or colours that a {@link ColourMap}
 * names.
 *
 * <p>The palette of an indexed PNG is for the eye only; what counts is the index. Threads may share
 * a reader.
 */
public final class MaskReader {
  private final Set<Integer> ignored;
  private final Optional<ColourMap> colours;
  private final DrawnOn drawnOn;

  private MaskReader(Set<Integer> ignored, Optional<ColourMap> colours, DrawnOn drawnOn) {
    this.ignored = Set.copyOf(ignored);
    this.colours = colours;
    this.drawnOn = drawnOn;
  }

  /**
   * Reads indices or grey values as labels.
   *
   * @param ignored values that mean "not labelled", for example 255
   */
  public static MaskReader ofIndices(Set<Integer> ignored) {
    return new MaskReader(ignored, Optional.empty(), DrawnOn.UNKNOWN);
  }

  /**
   * Reads colours as labels.
   *
   * @param ignored classes of the colour map that do not count
   */
  public static MaskReader ofColours(ColourMap colours, Set<Integer> ignored) {
    return new MaskReader(ignored, Optional.of(colours), DrawnOn.UNKNOWN);
  }

  /** The same for masks that were drawn on the pixels as stored, or on upright photos. */
  public MaskReader drawnOn(DrawnOn drawnOn) {
    return new MaskReader(ignored, colours, drawnOn);
  }

  DrawnOn drawnOn() {
    return drawnOn;
  }

  /** The values that do not count, for messages. */
  String ignored() {
    return ignored.isEmpty()
        ? "none"
        : ignored.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** The size of a mask; empty where it cannot be read, which shows when it is read as a whole. */
  static Optional<ImageSize> size(Path file) {
    try (InputStream content = Files.newInputStream(file);
        ImageInputStream stream = new MemoryCacheImageInputStream(content)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        return Optional.empty();
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream);
        return Optional.of(new ImageSize(reader.getHeight(0), reader.getWidth(0)));
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException unreadable) {
      return Optional.empty();
    }
  }

  /**
   * Reads a mask.
   *
   * @throws DatasetException if the file is missing, no image, or of another kind
   */
  public LabelMask read(Path file) {
    BufferedImage image = decode(file);
    int[] labels = colours.isPresent() ? fromColours(image, file) : fromIndices(image, file);
    for (int value : ignored) {
      for (int i = 0; i < labels.length; i++) {
        labels[i] = labels[i] == value ? LabelMask.IGNORED : labels[i];
      }
    }
    return new LabelMask(image.getWidth(), image.getHeight(), labels);
  }

  private static BufferedImage decode(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DatasetException("The mask " + file + " does not exist");
    }
    try {
      // Not as a File, whose name goes through the locale.
      try (InputStream content = Files.newInputStream(file)) {
        // Nor as a plain stream, which ImageIO writes to a file of its own first.
        BufferedImage image = ImageIO.read(new MemoryCacheImageInputStream(content));
        if (image != null) {
          return image;
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new DatasetException("Cannot read the mask " + file + ": " + FileProblem.explain(e), e);
    }
    throw new DatasetException(
        "The mask " + file + " is no image that can be read; expected a PNG");
  }

  private static int[] fromIndices(BufferedImage image, Path file) {
    Raster raster = image.getRaster();
    boolean indexed = image.getColorModel() instanceof IndexColorModel;
    if (!indexed && raster.getNumBands() > 2) {
      throw new DatasetException(
          "The mask %s holds colours; expected an indexed or grey PNG, or a file that names the colours' classes"
              .formatted(file));
    }
    return raster.getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
  }

  private int[] fromColours(BufferedImage image, Path file) {
    int width = image.getWidth();
    int[] labels = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    for (int i = 0; i < labels.length; i++) {
      int rgb = labels[i] & 0xffffff;
      int x = i % width;
      int y = i / width;
      labels[i] =
          colours
              .get()
              .label(rgb)
              .orElseThrow(
                  () ->
                      new DatasetException(
                          "The mask %s has the colour %d %d %d at (%d, %d), which the colour map does not name"
                              .formatted(file, rgb >> 16, rgb >> 8 & 0xff, rgb & 0xff, x, y)));
    }
    return labels;
  }
}
