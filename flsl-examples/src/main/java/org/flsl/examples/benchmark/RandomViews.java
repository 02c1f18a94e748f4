package org.flsl.examples.benchmark;

import java.util.SplittableRandom;
import org.flsl.views.QueryWindows;
import org.flsl.views.ViewConfig;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Batches of noise with the shapes of real ones; the same seed gives the same noise. */
public final class RandomViews {
  private final ViewConfig views;
  private final int batch;
  private final SplittableRandom random;

  /** Noise for batches of the given size. */
  public RandomViews(ViewConfig views, int batch, long seed) {
    this.views = views;
    this.batch = batch;
    this.random = new SplittableRandom(seed);
  }

  /** The next batch, with features as MultiViewIterator orders them. */
  public MultiDataSet next() {
    INDArray[] features = new INDArray[views.views() + 1];
    for (int view = 0; view < views.views(); view++) {
      features[view] = noise(views.height(view), views.width(view));
    }
    features[views.views()] = selector();
    return new MultiDataSet(features, new INDArray[] {Nd4j.zeros(batch, 1)});
  }

  private INDArray noise(int height, int width) {
    float[] pixels = new float[batch * views.channels() * height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return Nd4j.createFromArray(pixels).reshape(batch, views.channels(), height, width);
  }

  private INDArray selector() {
    INDArray selector = Nd4j.zeros(batch, views.queries(), views.studentTokens());
    for (int image = 0; image < batch; image++) {
      int row = 0;
      int offset = 0;
      for (int view = 1; view < views.views(); view++) {
        QueryWindows windows = views.queryWindows(view);
        for (int token : windows.draw(random)) {
          selector.putScalar(new int[] {image, row++, offset + token}, 1);
        }
        offset += windows.tokens();
      }
    }
    return selector;
  }
}
