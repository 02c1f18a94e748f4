package org.flsl.arbiter.score;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.LabelledImages;

/**
 * Images that can be scored on: those that cannot be read are left out, as the training leaves them
 * out.
 *
 * @param images indices of those that can be read, in their order
 * @param problems a line for each of the others
 */
record Readable(int[] images, List<String> problems) {

  /**
   * Reads images once, so that bad files show before hours of training and not after.
   *
   * @throws DatasetException if none can be read
   */
  static Readable of(LabelledImages all, int... images) {
    String[] problems =
        IntStream.of(images).parallel().mapToObj(i -> problem(all, i)).toArray(String[]::new);
    Readable found =
        new Readable(
            IntStream.range(0, images.length)
                .filter(i -> problems[i] == null)
                .map(i -> images[i])
                .toArray(),
            Arrays.stream(problems).filter(Objects::nonNull).toList());
    if (found.images().length == 0) {
      throw new DatasetException(
          "none of the %d images to score on can be read: %s"
              .formatted(images.length, problems[0]));
    }
    return found;
  }

  static Readable of(LabelledImages all) {
    return of(all, IntStream.range(0, all.size()).toArray());
  }

  private static String problem(LabelledImages all, int image) {
    try {
      all.image(image);
      return null;
    } catch (DatasetException e) {
      return e.getMessage();
    }
  }
}
