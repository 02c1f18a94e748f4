package org.flsl.examples.eval;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flsl.evaluation.data.ClassSubset;
import org.flsl.evaluation.data.ColourMap;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.ImagesAndMasks;
import org.flsl.evaluation.data.LabelCounts;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.MaskReader;
import org.flsl.evaluation.data.PascalVoc;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.evaluation.data.SegmentationCheck;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.views.decode.ImageDecoder;

/**
 * Images to learn from and images to measure on.
 *
 * @param train have the same classes
 * @param test have the same classes
 */
public record TrainAndTest(SegmentationSet train, SegmentationSet test) {
  /** Classes that are named in a line. */
  private static final int NAMED = 12;

  /** Refuses sets whose labels do not mean the same. */
  public TrainAndTest {
    if (!train.classes().equals(test.classes())) {
      throw new UserError(
          "the classes of the images to learn from, %s, and of those to measure on, %s, differ"
              .formatted(train.classes(), test.classes()));
    }
  }

  /** Two lists of a folder laid out like PASCAL VOC. */
  public static TrainAndTest ofVoc(Path folder, String train, String test, DrawnOn drawnOn) {
    PascalVoc voc = new PascalVoc(folder, drawnOn);
    return new TrainAndTest(voc.segmentation(train), voc.segmentation(test));
  }

  /** A folder of images, and where their labels are. */
  public record Labelled(Path images, Path labels) {}

  /**
   * Folders of images and masks.
   *
   * @param colours names the classes of the colours of RGB masks; null for others
   * @param ignored labels that do not count
   */
  public static TrainAndTest ofMasks(
      Labelled train, Labelled test, Path colours, Set<Integer> ignored, DrawnOn drawnOn) {
    if (colours == null) {
      MaskReader reader = MaskReader.ofIndices(ignored).drawnOn(drawnOn);
      ImagesAndMasks first = ImagesAndMasks.open(train.images(), train.labels(), reader);
      ImagesAndMasks second = ImagesAndMasks.open(test.images(), test.labels(), reader);
      return new TrainAndTest(first.withValuesOf(second), second.withValuesOf(first));
    }
    ColourMap map = ColourMap.read(colours);
    MaskReader reader = MaskReader.ofColours(map, ignored).drawnOn(drawnOn);
    return new TrainAndTest(
        ImagesAndMasks.withClasses(train.images(), train.labels(), reader, map.classes()),
        ImagesAndMasks.withClasses(test.images(), test.labels(), reader, map.classes()));
  }

  /** The images that can be read. */
  public TrainAndTest readable(ReadableImages readable) {
    return new TrainAndTest(readable.of(train), readable.of(test));
  }

  /**
   * Reads everything once, so that bad files show before minutes of computing, and says which
   * classes there are and how often.
   *
   * @param decoder to the channels that the network takes
   * @return the same with the classes that occur in either
   */
  public TrainAndTest checked(ImageDecoder decoder, Terminal terminal) {
    LabelCounts known = SegmentationCheck.all(train, decoder);
    LabelCounts asked = SegmentationCheck.all(test, decoder);
    terminal.plain("pixels to learn from: " + shares(known, train.classes()));
    terminal.plain("pixels to measure on: " + shares(asked, test.classes()));
    String unknown =
        IntStream.of(asked.labels())
            .filter(label -> known.share(label) == 0)
            .mapToObj(test.classes()::get)
            .collect(Collectors.joining(", "));
    if (!unknown.isEmpty()) {
      terminal.warn("only in the images to measure on, so that nothing tells them: " + unknown);
    }
    int[] occurring =
        IntStream.concat(IntStream.of(known.labels()), IntStream.of(asked.labels()))
            .distinct()
            .sorted()
            .toArray();
    return new TrainAndTest(new ClassSubset(train, occurring), new ClassSubset(test, occurring));
  }

  /** The commonest first. */
  private static String shares(LabelCounts counts, List<String> classes) {
    int[] labels = counts.labels();
    Stream<String> named =
        IntStream.of(labels)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer label) -> -counts.share(label)))
            .limit(NAMED)
            .map(label -> "%s %.1f%%".formatted(classes.get(label), 100 * counts.share(label)));
    Stream<String> more =
        labels.length > NAMED ? Stream.of("%d more".formatted(labels.length - NAMED)) : Stream.of();
    Stream<String> ignored =
        counts.share(LabelMask.IGNORED) > 0
            ? Stream.of("not counted %.1f%%".formatted(100 * counts.share(LabelMask.IGNORED)))
            : Stream.of();
    return Stream.of(named, more, ignored).flatMap(s -> s).collect(Collectors.joining(", "));
  }
}
