package org.flsl.layers.samediff;

import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Feeds what is drawn for each example of a step.
 *
 * <p>As with {@link KeepMaskFeed}, the draw depends on the seed, the iteration, the name and the
 * example's place in the batch alone.
 */
record ExampleFeed(String name, long rows, long columns, Definition.ExampleDraw draw)
    implements Feed {

  @Override
  public INDArray value(Step step, long batch, DataType dataType) {
    int length = Math.toIntExact(rows * columns);
    float[] values = new float[Math.multiplyExact(Math.toIntExact(batch), length)];
    long seed = step.seedOf(name);
    for (int example = 0; example < batch; example++) {
      long place = step.part().first() + example;
      draw.write(new SplittableRandom(seed ^ (place * Step.GAMMA)), values, example * length);
    }
    return Nd4j.createFromArray(values).reshape(batch, rows, columns).castTo(dataType);
  }
}
