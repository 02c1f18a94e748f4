package org.flsl.layers.samediff;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Feeds the scaled Bernoulli masks of drop path and dropout.
 *
 * <p>The draw depends on the seed, the iteration, the mask's name and the example's place in the
 * batch alone, so that a resumed run repeats it, and so does a batch that comes in parts.
 */
record KeepMaskFeed(String name, double keep, long[] groupSizes, long columns) implements Feed {

  @Override
  public INDArray value(Step step, long batch, DataType dataType) {
    int width = Math.toIntExact(columns);
    int rows = Math.toIntExact(batch * Arrays.stream(groupSizes).sum());
    float[] mask = new float[Math.multiplyExact(rows, width)];
    // Adding GAMMA skips a draw without making it.
    SplittableRandom random =
        new SplittableRandom(step.seedOf(name) + draws(step.part().first()) * Step.GAMMA);
    float kept = (float) (1 / keep);
    int position = 0;
    for (long example = 0; example < batch; example++) {
      for (long groupSize : groupSizes) {
        int group = position;
        for (int column = 0; column < width; column++) {
          mask[position++] = random.nextDouble() < keep ? kept : 0;
        }
        for (long row = 1; row < groupSize; row++, position += width) {
          System.arraycopy(mask, group, mask, position, width);
        }
      }
    }
    return Nd4j.createFromArray(mask).reshape(rows, width).castTo(dataType);
  }

  private long draws(long examples) {
    return examples * groupSizes.length * columns;
  }
}
