package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.List;
import org.flsl.layers.kernels.Kernel;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An op of ND4J.
 *
 * <p>A context keeps every array that it was ever given, with its memory, until it is purged. So
 * one that has got another array is purged and given all of its arrays again.
 */
final class OpKernel implements Kernel {
  private final DifferentialFunction op;
  private final OpContext context;
  private final List<INDArray> inputs = new ArrayList<>();
  private final List<INDArray> outputs = new ArrayList<>();

  /** Whether the context has other arrays than these. */
  private boolean stale;

  private OpKernel(DifferentialFunction op, OpContext context) {
    this.op = op;
    this.context = context;
  }

  /** An op with the arguments that it was built with. */
  static OpKernel of(DifferentialFunction op) {
    OpContext context = Nd4j.getExecutioner().buildContext();
    if (op instanceof CustomOp custom) {
      context.setIArguments(custom.iArgs());
      context.setTArguments(custom.tArgs());
      context.setBArguments(custom.bArgs());
      context.setDArguments(custom.dArgs());
    }
    return new OpKernel(op, context);
  }

  @Override
  public void bindInput(int index, INDArray array) {
    set(inputs, index, array);
  }

  @Override
  public void bindOutput(int index, INDArray array) {
    set(outputs, index, array);
  }

  private void set(List<INDArray> arrays, int index, INDArray array) {
    while (arrays.size() <= index) {
      arrays.add(null);
    }
    arrays.set(index, array);
    stale = true;
  }

  /** Lets go of all arrays. */
  void unbind() {
    inputs.clear();
    outputs.clear();
    context.purge();
    stale = false;
  }

  /** What ND4J's op runs with. */
  OpContext context() {
    if (stale) {
      context.purge();
      for (int i = 0; i < inputs.size(); i++) {
        context.setInputArray(i, inputs.get(i));
      }
      for (int i = 0; i < outputs.size(); i++) {
        context.setOutputArray(i, outputs.get(i));
      }
      stale = false;
    }
    return context;
  }

  @Override
  public void run() {
    if (op instanceof CustomOp custom) {
      Nd4j.getExecutioner().exec(custom, context());
    } else {
      Nd4j.getExecutioner().exec((Op) op, context());
    }
  }
}
