package org.flsl.examples.eval;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flsl.evaluation.data.ClassSubset;
import org.flsl.evaluation.data.LabelCounts;
import org.flsl.evaluation.data.LabelMask;
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
record TrainAndTest(SegmentationSet train, SegmentationSet test) {
  /** Classes that are named in a line. */
  private static final int NAMED = 12;

  /** Refuses sets whose labels do not mean the same. */
  TrainAndTest {
    if (!train.classes().equals(test.classes())) {
      throw new UserError(
          "the classes of the images to learn from, %s, and of those to measure on, %s, differ"
              .formatted(train.classes(), test.classes()));
    }
  }

  /** The images that can be read. */
  TrainAndTest readable(ReadableImages readable) {
    return new TrainAndTest(readable.of(train), readable.of(test));
  }

  /**
   * Reads everything once, so that bad files show before minutes of computing, and says which
   * classes there are and how often.
   *
   * @param decoder to the channels that the network takes
   * @return the same with the classes that occur in either
   */
  TrainAndTest checked(ImageDecoder decoder, Terminal terminal) {
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
        labels.length > NAMED
            ? Stream.of("%d more classes".formatted(labels.length - NAMED))
            : Stream.of();
    Stream<String> ignored =
        counts.share(LabelMask.IGNORED) > 0
            ? Stream.of("not counted %.1f%%".formatted(100 * counts.share(LabelMask.IGNORED)))
            : Stream.of();
    return Stream.of(named, more, ignored).flatMap(s -> s).collect(Collectors.joining(", "));
  }
}
