package org.flsl.evaluation.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.flsl.views.FileNames;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/**
 * A data set laid out like PASCAL VOC: {@code JPEGImages/NAME.jpg}, {@code
 * SegmentationClass/NAME.png}, {@code Annotations/NAME.xml}, and lists of names in {@code
 * ImageSets/Segmentation} and {@code ImageSets/Main}.
 *
 * <pre>{@code
 * PascalVoc voc = new PascalVoc(Path.of("VOCdevkit/VOC2012"));
 * SegmentationSet val = voc.segmentation("val");
 * }</pre>
 */
public final class PascalVoc {

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

  /**
   * Takes the folder of one year.
   *
   * @throws DatasetException if it has no JPEGImages
   */
  public PascalVoc(Path root) {
    if (!Files.isDirectory(root.resolve("JPEGImages"))) {
      throw new DatasetException(
          "%s is not laid out like PASCAL VOC: it has no folder JPEGImages; give the folder of one year, such as VOCdevkit/VOC2012"
              .formatted(root));
    }
    this.root = root;
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
    return new Masks(root, names("Segmentation", split), List.copyOf(classes));
  }

  /**
   * The images with boxes, without those marked difficult; classes are the names that occur, in
   * alphabetical order.
   *
   * @param split a list in ImageSets/Main, such as {@code val}
   */
  public BoxSet boxes(String split) {
    List<String> names = names("Main", split);
    List<VocAnnotation> annotations =
        names.stream()
            .map(name -> VocAnnotation.read(root.resolve("Annotations").resolve(name + ".xml")))
            .toList();
    TreeSet<String> found = new TreeSet<>();
    annotations.forEach(each -> each.objects().forEach(object -> found.add(object.name())));
    if (found.isEmpty()) {
      throw new DatasetException(
          "None of the annotations of " + split + " in " + root + " has a box");
    }
    List<String> classes = List.copyOf(found);
    List<List<LabelledBox>> boxes = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      boxes.add(boxes(names.get(i), annotations.get(i), classes));
    }
    return new Boxes(root, names, classes, boxes);
  }

  private static List<LabelledBox> boxes(
      String name, VocAnnotation annotation, List<String> classes) {
    List<LabelledBox> boxes = new ArrayList<>();
    for (VocAnnotation.Named object : annotation.objects()) {
      try {
        LabelledBox box =
            new LabelledBox(
                classes.indexOf(object.name()),
                object.left(),
                object.top(),
                object.right(),
                object.bottom());
        if (!object.difficult()) {
          boxes.add(box);
        }
      } catch (IllegalArgumentException e) {
        throw new DatasetException("The annotation of " + name + ": " + e.getMessage(), e);
      }
    }
    return List.copyOf(boxes);
  }

  private List<String> names(String kind, String split) {
    return ImageList.read(root.resolve("ImageSets").resolve(kind).resolve(split + ".txt"));
  }

  private static Image photo(Path root, String name, ImageDecoder decoder) {
    Path folder = root.resolve("JPEGImages");
    return StoredImage.read(FileNames.resolve(folder, name + ".jpg"), decoder);
  }

  private record Masks(Path root, List<String> names, List<String> classes)
      implements SegmentationSet {

    @Override
    public int size() {
      return names.size();
    }

    @Override
    public String name(int image) {
      return names.get(image);
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      return photo(root, names.get(image), decoder);
    }

    @Override
    public LabelMask mask(int image) {
      Path file = root.resolve("SegmentationClass").resolve(names.get(image) + ".png");
      LabelMask mask = MASKS.read(file);
      if (mask.largest() >= classes.size()) {
        throw new DatasetException(
            "The mask %s holds the label %d, but there are %d classes (0 to %d, and 255 for void)"
                .formatted(file, mask.largest(), classes.size(), classes.size() - 1));
      }
      return mask;
    }
  }

  private record Boxes(
      Path root, List<String> names, List<String> classes, List<List<LabelledBox>> all)
      implements BoxSet {

    @Override
    public int size() {
      return names.size();
    }

    @Override
    public String name(int image) {
      return names.get(image);
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      return photo(root, names.get(image), decoder);
    }

    @Override
    public List<LabelledBox> boxes(int image) {
      return all.get(image);
    }
  }
}
