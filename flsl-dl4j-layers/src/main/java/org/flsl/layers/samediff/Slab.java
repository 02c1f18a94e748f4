package org.flsl.layers.samediff;

import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A piece of memory that grows to the largest size asked for and is then reused for good.
 *
 * <p>Fresh off-heap memory costs a page fault for each page, many times the arithmetic done in it;
 * a slab is touched anew in every step but never fresh. It is a JavaCPP pointer only to fit into
 * the place where DL4J keeps memory that all layers of a network share.
 */
final class Slab extends Pointer {
  private INDArray memory;

  /**
   * The scratch memory that the layers of one network share, since they run one after the other.
   */
  static Slab shared(LayerWorkspaceMgr workspaces, DataType dataType) {
    String key = Slab.class.getName() + dataType;
    Slab slab = workspaces.getHelperWorkspace(key);
    if (slab == null) {
      slab = new Slab();
      workspaces.setHelperWorkspace(key, slab);
    }
    return slab;
  }

  /**
   * An array of at least {@code elements} elements: the same object until more are needed, when the
   * old memory is given back at once and whoever used it must ask again.
   */
  INDArray atLeast(long elements, DataType dataType) {
    if (memory == null || memory.length() < elements) {
      release();
      memory = Nd4j.createUninitializedDetached(dataType, 'c', elements);
    }
    return memory;
  }

  /** Gives the memory back without waiting for the garbage collector. */
  void release() {
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }
}
