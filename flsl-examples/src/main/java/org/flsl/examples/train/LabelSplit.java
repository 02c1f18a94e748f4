package org.flsl.examples.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.evaluation.data.TextLines;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.views.EpochOrder;
import org.flsl.views.FileNames;

/**
 * Which of the labelled images are learned from, and which are held out to choose the best epoch
 * by: both are labels that somebody had to draw.
 *
 * <p>Drawn by seed; what a smaller share of the labels holds is part of what a larger one does.
 *
 * @param learned indices, ascending
 * @param held indices, ascending; empty where there is nothing to validate on
 */
record LabelSplit(int[] learned, int[] held) {
  /** An epoch that no training comes to: the draw is apart from the order of its images. */
  private static final int EPOCH = Integer.MAX_VALUE;

  /**
   * The split that a configuration asks for.
   *
   * @throws UserError where its list of images to validate on does not fit
   */
  static LabelSplit of(LabelledImages images, Config config) {
    double labels = config.get(TrainSettings.LABELS);
    long seed = config.get(TrainSettings.SEED);
    Path list = config.get(TrainSettings.VALIDATION_LIST);
    if (list == null) {
      int[] chosen = chosen(images.size(), labels, seed);
      return drawn(chosen, config.get(TrainSettings.VALIDATION));
    }
    int[] held = listed(images, list);
    Set<Integer> out = IntStream.of(held).boxed().collect(Collectors.toSet());
    int[] others = IntStream.range(0, images.size()).filter(i -> !out.contains(i)).toArray();
    if (others.length == 0) {
      throw new UserError(
          "%s lists all %d images, so that none is left to learn from"
              .formatted(list, images.size()));
    }
    int[] learned =
        IntStream.of(chosen(others.length, labels, seed)).map(i -> others[i]).sorted().toArray();
    return new LabelSplit(learned, held);
  }

  /** At least one image, in the order of the draw. */
  private static int[] chosen(int images, double percentage, long seed) {
    int count = (int) Math.max(1, Math.round(images * percentage / 100));
    EpochOrder order = new EpochOrder(seed, EPOCH, images);
    return IntStream.range(0, count).map(order::image).toArray();
  }

  /** Holds out a percentage, the first among them, but never the only one. */
  private static LabelSplit drawn(int[] chosen, double percentage) {
    Set<Integer> held = new TreeSet<>();
    Set<Integer> learned = new TreeSet<>();
    for (int i = 0; i < chosen.length; i++) {
      boolean out = Math.ceil((i + 1) * percentage / 100) > Math.ceil(i * percentage / 100);
      (out && chosen.length > 1 ? held : learned).add(chosen[i]);
    }
    return new LabelSplit(indices(learned), indices(held));
  }

  /** The images of a list, by their names with or without ending. */
  private static int[] listed(LabelledImages images, Path list) {
    Set<String> wanted = new HashSet<>();
    try {
      TextLines.of(list).stream()
          .filter(line -> !line.isEmpty())
          .map(FileNames::composed)
          .forEach(wanted::add);
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(list, Problems.explain(e)), e);
    }
    Set<String> missing = new TreeSet<>(wanted);
    Set<Integer> held = new TreeSet<>();
    for (int i = 0; i < images.size(); i++) {
      String name = FileNames.composed(images.name(i));
      for (String known : List.of(name, FileNames.withoutEnding(name))) {
        if (wanted.contains(known)) {
          held.add(i);
          missing.remove(known);
        }
      }
    }
    if (!missing.isEmpty() || held.isEmpty()) {
      throw new UserError(
          held.isEmpty()
              ? "%s lists none of the images to learn from; expected one name a line, such as %s"
                  .formatted(list, images.name(0))
              : "names in %s that belong to none of the images to learn from: %d, such as %s"
                  .formatted(list, missing.size(), missing.iterator().next()));
    }
    return indices(held);
  }

  private static int[] indices(Set<Integer> images) {
    return images.stream().mapToInt(Integer::intValue).toArray();
  }
}
