package org.flsl.evaluation.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.flsl.evaluation.ImageSize;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves out the images of sets that cannot be decoded, as training does: each is warned about, and
 * all are counted.
 *
 * <p>Every image is decoded once, before minutes of computing and not in the middle of them. Use
 * one for all sets of a measurement, so that it tells the size and the losses of all.
 */
public final class ReadableImages {

  private static final Logger LOG = LoggerFactory.getLogger(ReadableImages.class);

  private final ImageDecoder decoder;
  private final Set<String> leftOut = new LinkedHashSet<>();
  private int unreadable;
  private ImageSize size;
  private boolean sizesDiffer;

  /** Reads as a network will: with its channels. */
  public ReadableImages(ImageDecoder decoder) {
    this.decoder = decoder;
  }

  /** How many images could not be read so far. */
  public int unreadable() {
    return unreadable;
  }

  /**
   * What is left out so far, in words: images that cannot be read, and files that are none; empty
   * if nothing is.
   */
  public String leftOut() {
    List<String> all = new ArrayList<>(leftOut);
    if (unreadable > 0) {
      all.add(unreadable + " damaged");
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
    return new Kept<>(set, readable(set));
  }

  /** The images with a class that can be read. */
  public CategorySet of(CategorySet set) {
    return new KeptCategories(set, readable(set));
  }

  /** The images with boxes that can be read. */
  public BoxSet of(BoxSet set) {
    return new KeptBoxes(set, readable(set));
  }

  /**
   * The images with masks that can be read.
   *
   * @throws DatasetException also if a mask cannot be read, or has another size than its image
   */
  public SegmentationSet of(SegmentationSet set) {
    KeptMasks kept = new KeptMasks(set, readable(set));
    SegmentationCheck.all(kept, decoder);
    return kept;
  }

  private int[] readable(LabelledImages set) {
    ImageSize[] sizes = new ImageSize[set.size()];
    String[] reasons = new String[set.size()];
    IntStream.range(0, set.size())
        .parallel()
        .forEach(
            i -> {
              try {
                Image image = set.image(i, decoder);
                sizes[i] = new ImageSize(image.height(), image.width());
              } catch (UnreadablePhotoException e) {
                reasons[i] = e.getMessage();
              }
            });
    int[] kept = IntStream.range(0, set.size()).filter(i -> sizes[i] != null).toArray();
    Arrays.stream(reasons)
        .filter(reason -> reason != null)
        .forEach(reason -> LOG.warn("{}. It is left out", reason));
    if (kept.length == 0) {
      throw new DatasetException(
          "None of the %d images can be decoded (%s)".formatted(set.size(), reasons[0]));
    }
    unreadable += set.size() - kept.length;
    if (!set.leftOut().isEmpty()) {
      leftOut.add(set.leftOut());
    }
    for (int i : kept) {
      sizesDiffer |= size != null && !size.equals(sizes[i]);
      size = sizes[i];
    }
    return kept;
  }

  /** Some images of a set. */
  private static class Kept<S extends LabelledImages> implements LabelledImages {
    final S set;
    private final int[] kept;

    Kept(S set, int[] kept) {
      this.set = set;
      this.kept = kept;
    }

    final int index(int image) {
      return kept[image];
    }

    @Override
    public int size() {
      return kept.length;
    }

    @Override
    public String name(int image) {
      return set.name(index(image));
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      return set.image(index(image), decoder);
    }

    @Override
    public List<String> classes() {
      return set.classes();
    }
  }

  private static final class KeptCategories extends Kept<CategorySet> implements CategorySet {
    KeptCategories(CategorySet set, int[] kept) {
      super(set, kept);
    }

    @Override
    public int category(int image) {
      return set.category(index(image));
    }
  }

  private static final class KeptBoxes extends Kept<BoxSet> implements BoxSet {
    KeptBoxes(BoxSet set, int[] kept) {
      super(set, kept);
    }

    @Override
    public List<LabelledBox> boxes(int image) {
      return set.boxes(index(image));
    }
  }

  private static final class KeptMasks extends Kept<SegmentationSet> implements SegmentationSet {
    KeptMasks(SegmentationSet set, int[] kept) {
      super(set, kept);
    }

    @Override
    public LabelMask mask(int image) {
      return set.mask(index(image));
    }
  }
}
