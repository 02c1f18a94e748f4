package org.flsl.evaluation.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data set laid out like PASCAL VOC: {@code JPEGImages/NAME.jpg} or an image of another format,
 * {@code SegmentationClass/NAME.png}, {@code SegmentationObject/NAME.png}, {@code
 * Annotations/NAME.xml}, and lists of names in {@code ImageSets/Segmentation} and {@code
 * ImageSets/Main}, or right in the folder.
 *
 * <pre>{@code
 * PascalVoc voc = new PascalVoc(Path.of("VOCdevkit/VOC2012"));
 * SegmentationSet val = voc.segmentation("val");
 * }</pre>
 */
public final class PascalVoc {
  private static final Logger LOG = LoggerFactory.getLogger(PascalVoc.class);

  /** The classes of VOC's masks, with the background first. */
  public static final List<String> CLASSES =
      List.of(
          "background",
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "diningtable",
          "dog",
          "horse",
          "motorbike",
          "person",
          "pottedplant",
          "sheep",
          "sofa",
          "train",
          "tvmonitor");

  private static final MaskReader MASKS = MaskReader.ofIndices(Set.of(255));

  private final Path root;
  private final DrawnOn drawnOn;
  private final NamedFiles photos;
  private final NamedFiles masks;
  private final NamedFiles objects;
  private final NamedFiles annotations;

  /**
   * Takes the folder of one year.
   *
   * @throws DatasetException if it has no JPEGImages
   */
  public PascalVoc(Path root) {
    this(root, DrawnOn.UNKNOWN);
  }

  /**
   * Takes the folder of one year.
   *
   * @param drawnOn what masks and boxes of photos with an EXIF orientation were drawn on
   * @throws DatasetException if it has no JPEGImages
   */
  public PascalVoc(Path root, DrawnOn drawnOn) {
    if (!Files.isDirectory(root.resolve("JPEGImages"))) {
      throw new DatasetException(
          "%s is not laid out like PASCAL VOC: it has no folder JPEGImages; give the folder of one year, such as VOCdevkit/VOC2012"
              .formatted(root));
    }
    this.root = root;
    this.drawnOn = drawnOn;
    this.photos = new NamedFiles(root.resolve("JPEGImages"));
    this.masks = new NamedFiles(root.resolve("SegmentationClass"));
    this.objects = new NamedFiles(root.resolve("SegmentationObject"));
    this.annotations = new NamedFiles(root.resolve("Annotations"));
  }

  /**
   * The images with masks of VOC's own classes.
   *
   * @param split a list in ImageSets/Segmentation, such as {@code val}
   */
  public SegmentationSet segmentation(String split) {
    return segmentation(split, CLASSES);
  }

  /**
   * The images with masks of classes of your own.
   *
   * @param split a list in ImageSets/Segmentation, such as {@code val}
   * @param classes what the masks' numbers mean, from 0
   */
  public SegmentationSet segmentation(String split, List<String> classes) {
    List<String> names = names("Segmentation", split);
    List<Path> images = names.stream().map(photos::findImage).toList();
    return new Masks(
        names,
        images,
        MaskFiles.of(images, MaskFiles.named(masks, names), MASKS.drawnOn(drawnOn)),
        classes);
  }

  /**
   * The images with the masks of their objects, which {@code SegmentationObject} numbers from 1,
   * and the boxes around them; the class of an object is the commonest of its pixels in {@code
   * SegmentationClass}. Borders, labelled 255, belong to no object. Objects without a class are
   * counted in a warning.
   *
   * @param split a list in ImageSets/Segmentation, such as {@code val}
   */
  public BoxSet instances(String split) {
    SegmentationSet classed = segmentation(split);
    List<String> names = names("Segmentation", split);
    List<Path> images = names.stream().map(photos::findImage).toList();
    MaskFiles numbered =
        MaskFiles.of(images, MaskFiles.named(objects, names), MASKS.drawnOn(drawnOn));
    return VocInstances.of(root + ", " + split, classed, numbered);
  }

  /**
   * The images with boxes; those marked difficult are {@linkplain BoxSet#ignored ignored}. Classes
   * are the names that occur, in alphabetical order. Boxes that cannot be used are counted in
   * warnings.
   *
   * @param split a list in ImageSets/Main, such as {@code val}
   */
  public BoxSet boxes(String split) {
    List<String> names = names("Main", split);
    List<VocAnnotation> all =
        names.stream().map(name -> VocAnnotation.read(annotations.find(name + ".xml"))).toList();
    TreeSet<String> found = new TreeSet<>();
    all.forEach(each -> each.objects().forEach(object -> found.add(object.name())));
    if (found.isEmpty()) {
      throw new DatasetException(
          "None of the annotations of " + split + " in " + root + " has a box");
    }
    List<String> classes = List.copyOf(found);
    List<Path> images = names.stream().map(photos::findImage).toList();
    Turns turns = Turns.of(images, i -> all.get(i).size(), drawnOn);
    List<List<RawBox>> raw = all.stream().map(PascalVoc::boxes).toList();
    String source = root + ", " + split;
    warnOfOtherSizes(source, images, all, turns);
    CheckedBoxes boxes = CheckedBoxes.of(source, images, raw, classes, turns);
    if (boxes.isEmpty()) {
      throw new DatasetException(
          "None of the %d objects of %s in %s can be used: %d have no area, the others are marked difficult"
              .formatted(raw.stream().mapToInt(List::size).sum(), split, root, boxes.flat()));
    }
    return boxes.set(names, images);
  }

  private static void warnOfOtherSizes(
      String source, List<Path> images, List<VocAnnotation> all, Turns turns) {
    Unusable other = new Unusable();
    for (int i = 0; i < images.size(); i++) {
      Optional<ImageSize> size = turns.drawn(i);
      Optional<ImageSize> told = all.get(i).size();
      if (size.isPresent() && told.isPresent() && !told.equals(size)) {
        other.add(
            "%s has %d x %d pixels (width x height), not %d x %d"
                .formatted(
                    images.get(i),
                    size.get().width(),
                    size.get().height(),
                    told.get().width(),
                    told.get().height()));
      }
    }
    other.warn(
        LOG,
        source,
        "annotations of photos of another size, where boxes may lie elsewhere",
        images.size());
  }

  private static List<RawBox> boxes(VocAnnotation annotation) {
    return annotation.objects().stream()
        .map(
            object ->
                new RawBox(
                    object.name(),
                    object.left(),
                    object.top(),
                    object.right(),
                    object.bottom(),
                    object.difficult()))
        .toList();
  }

  /** The names of a list, which are known by their photos. */
  private List<String> names(String kind, String split) {
    Path usual = root.resolve("ImageSets").resolve(kind).resolve(split + ".txt");
    Path simple = root.resolve(split + ".txt");
    return ImageList.read(
        !Files.exists(usual) && Files.isRegularFile(simple) ? simple : usual,
        name -> Files.isRegularFile(photos.findImage(name)));
  }

  private static final class Masks extends ListedImages implements SegmentationSet {
    private final MaskFiles masks;

    Masks(List<String> names, List<Path> images, MaskFiles masks, List<String> classes) {
      super(names, images, classes);
      this.masks = masks;
    }

    @Override
    public LabelMask mask(int image) {
      LabelMask mask = masks.upright(image);
      if (mask.largest() >= classes().size()) {
        throw new DatasetException(
            "The mask %s holds the label %d, but there are %d classes (0 to %d, and 255 for void)"
                .formatted(
                    masks.files().get(image),
                    mask.largest(),
                    classes().size(),
                    classes().size() - 1));
      }
      return mask;
    }
  }
}
