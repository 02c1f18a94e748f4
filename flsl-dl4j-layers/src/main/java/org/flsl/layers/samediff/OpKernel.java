package org.flsl.layers.samediff;

import org.flsl.layers.kernels.Kernel;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.factory.Nd4j;

/** An op of ND4J. */
record OpKernel(DifferentialFunction op, OpContext context) implements Kernel {

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
    context.setInputArray(index, array);
  }

  @Override
  public void bindOutput(int index, INDArray array) {
    context.setOutputArray(index, array);
  }

  @Override
  public void run() {
    if (op instanceof CustomOp custom) {
      Nd4j.getExecutioner().exec(custom, context);
    } else {
      Nd4j.getExecutioner().exec((Op) op, context);
    }
  }
}
