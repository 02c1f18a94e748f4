package org.flsl.evaluation.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/**
 * Leaves out the images of sets that cannot be decoded, as training does, and remembers why.
 *
 * <p>Every image is decoded once, so that bad files show before minutes of computing and not in the
 * middle of them. Use one for all sets of a measurement: it tells the common size and the losses of
 * all.
 */
public final class ReadableImages {

  private final ImageDecoder decoder;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> beside = new LinkedHashSet<>();
  private ImageSize size;
  private boolean sizesDiffer;

  /** Reads as a network will: with its channels. */
  public ReadableImages(ImageDecoder decoder) {
    this.decoder = decoder;
  }

  /** Reads as a network will. */
  public ImageDecoder decoder() {
    return decoder;
  }

  /** A line for each image that was left out so far. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /**
   * What is left out so far, in words: images that cannot be read, and files that are none; empty
   * if nothing is.
   */
  public String leftOut() {
    List<String> all = new ArrayList<>(beside);
    if (!problems.isEmpty()) {
      all.add(problems.size() + " that cannot be read");
    }
    return String.join(", ", all);
  }

  /** The size of all images so far, if they have the same. */
  public Optional<ImageSize> commonSize() {
    return sizesDiffer ? Optional.empty() : Optional.ofNullable(size);
  }

  /**
   * The images that can be read.
   *
   * @throws DatasetException if there is none
   */
  public LabelledImages of(LabelledImages set) {
    return new ChosenImages(set, indices(set));
  }

  /** The images with a class that can be read. */
  public CategorySet of(CategorySet set) {
    return new ChosenCategories(set, indices(set));
  }

  /** The images with boxes that can be read. */
  public SizedBoxes of(BoxSet set) {
    Readable readable = readable(set, all(set));
    return new SizedBoxes(set, readable.which, readable.sizes);
  }

  /** The images with masks that can be read. */
  public ChosenMasks of(SegmentationSet set) {
    return new ChosenMasks(set, indices(set));
  }

  private int[] indices(LabelledImages set) {
    return indices(set, all(set));
  }

  private static int[] all(LabelledImages set) {
    return IntStream.range(0, set.size()).toArray();
  }

  /** Images that can be read, and their sizes. */
  private record Readable(int[] which, List<ImageSize> sizes) {}

  /**
   * Those of some images that can be read.
   *
   * @param which their indices
   * @throws DatasetException if there is none
   */
  public int[] indices(LabelledImages set, int[] which) {
    return readable(set, which).which;
  }

  private Readable readable(LabelledImages set, int[] which) {
    ImageSize[] sizes = new ImageSize[which.length];
    String[] reasons = new String[which.length];
    IntStream.range(0, which.length)
        .parallel()
        .forEach(
            i -> {
              try {
                Image image = set.image(which[i], decoder);
                sizes[i] = new ImageSize(image.height(), image.width());
              } catch (UnreadablePhotoException e) {
                reasons[i] = e.getMessage();
              }
            });
    int[] kept = IntStream.range(0, which.length).filter(i -> sizes[i] != null).toArray();
    if (kept.length == 0) {
      throw new DatasetException(
          "None of the %d images can be read: %s".formatted(which.length, reasons[0]));
    }
    Arrays.stream(reasons).filter(Objects::nonNull).forEach(problems::add);
    if (!set.leftOut().isEmpty()) {
      beside.add(set.leftOut());
    }
    for (int i : kept) {
      sizesDiffer |= size != null && !size.equals(sizes[i]);
      size = sizes[i];
    }
    return new Readable(
        IntStream.of(kept).map(i -> which[i]).toArray(),
        IntStream.of(kept).mapToObj(i -> sizes[i]).toList());
  }

  private static final class ChosenCategories extends ChosenImages implements CategorySet {
    private final CategorySet all;

    ChosenCategories(CategorySet all, int[] which) {
      super(all, which);
      this.all = all;
    }

    @Override
    public int category(int image) {
      return all.category(index(image));
    }
  }
}
