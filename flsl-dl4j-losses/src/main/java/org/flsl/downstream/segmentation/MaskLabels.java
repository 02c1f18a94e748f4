package org.flsl.downstream.segmentation;

import java.util.List;
import java.util.stream.IntStream;
import org.flsl.downstream.data.LabelMaker;
import org.flsl.evaluation.data.SegmentationSet;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The masks of a set as labels of a {@link SegmentationHead}, {@code [B, height, width]}.
 *
 * @param set whose images are trained on
 */
public record MaskLabels(SegmentationSet set) implements LabelMaker {

  @Override
  public INDArray[] labels(List<Placed> batch) {
    int height = batch.get(0).placement().canvas().height();
    int width = batch.get(0).placement().canvas().width();
    float[] values = new float[batch.size() * height * width];
    IntStream.range(0, batch.size())
        .parallel()
        .forEach(
            i -> {
              Placed image = batch.get(i);
              int[] labels = image.placement().mask(set.mask(image.image())).labels();
              for (int pixel = 0; pixel < labels.length; pixel++) {
                values[i * labels.length + pixel] = labels[pixel];
              }
            });
    return new INDArray[] {Nd4j.create(values, new long[] {batch.size(), height, width}, 'c')};
  }
}
