package org.flsl.views;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory of one batch, into which threads write their images.
 *
 * <p>On the processor, images go straight into the ND4J arrays. That can be used again for another
 * batch: fresh off-heap memory costs more time than decoding a photograph. On a GPU, or for numbers
 * that are not single precision, they are collected on the heap and copied at the end.
 */
abstract class BatchMemory {

  private final BatchLayout layout;

  private BatchMemory(BatchLayout layout) {
    this.layout = layout;
  }

  /** Reserves the memory of a batch. */
  @SuppressWarnings("try") // the scope is what counts
  static BatchMemory allocate(BatchLayout layout, DataType dataType) {
    boolean processor = Nd4j.getExecutioner().type() == ExecutionerType.NATIVE_CPU;
    // Whatever workspace the caller has open must not own arrays that outlive it.
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return processor && dataType == DataType.FLOAT
          ? new Direct(layout)
          : new Staged(layout, dataType);
    }
  }

  /** Writes one image's part of a feature; threads may do so at once for different images. */
  final void put(int feature, int slot, float[] numbers) {
    int length = layout.lengthPerImage(feature);
    put(feature, (long) slot * length, numbers, length);
  }

  abstract void put(int feature, long at, float[] numbers, int length);

  /** The batch, when all images are written. */
  abstract MultiDataSet toDataSet();

  /** There is nothing to predict, but DL4J refuses to train without labels. */
  private static MultiDataSet withDummyLabels(INDArray[] features) {
    INDArray labels = Nd4j.zeros(features[0].dataType(), features[0].size(0), 1);
    return new MultiDataSet(features, new INDArray[] {labels});
  }

  private static final class Direct extends BatchMemory {
    private final INDArray[] features;

    Direct(BatchLayout layout) {
      super(layout);
      features = new INDArray[layout.features()];
      for (int feature = 0; feature < features.length; feature++) {
        features[feature] = Nd4j.createUninitialized(DataType.FLOAT, layout.shape(feature));
      }
    }

    @Override
    void put(int feature, long at, float[] numbers, int length) {
      Pointer memory = features[feature].data().pointer();
      // A pointer of its own, because its position is state.
      new FloatPointer(memory).position(at).put(numbers, 0, length);
    }

    @Override
    MultiDataSet toDataSet() {
      // A copy of the array: a preprocessor may replace the features of the data set.
      return withDummyLabels(features.clone());
    }
  }

  private static final class Staged extends BatchMemory {
    private final BatchLayout layout;
    private final DataType dataType;
    private final float[][] features;

    Staged(BatchLayout layout, DataType dataType) {
      super(layout);
      this.layout = layout;
      this.dataType = dataType;
      features = new float[layout.features()][];
      for (int feature = 0; feature < features.length; feature++) {
        features[feature] =
            new float[Math.multiplyExact(layout.batchSize(), layout.lengthPerImage(feature))];
      }
    }

    @Override
    void put(int feature, long at, float[] numbers, int length) {
      System.arraycopy(numbers, 0, features[feature], (int) at, length);
    }

    @Override
    MultiDataSet toDataSet() {
      INDArray[] arrays = new INDArray[features.length];
      for (int feature = 0; feature < arrays.length; feature++) {
        arrays[feature] =
            Nd4j.createFromArray(features[feature]).reshape(layout.shape(feature)).castTo(dataType);
      }
      return withDummyLabels(arrays);
    }
  }
}
