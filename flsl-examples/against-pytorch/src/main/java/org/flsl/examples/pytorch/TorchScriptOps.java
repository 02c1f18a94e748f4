package org.flsl.examples.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What DJL has no method for, called through TorchScript modules: attention, the update by AdamW,
 * and numbers in bf16.
 */
final class TorchScriptOps {
  private static final String CODE =
      """
      class Ops(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self: __torch__.Ops,
          q: Tensor,
          k: Tensor,
          v: Tensor) -> Tensor:
          return torch.scaled_dot_product_attention(q, k, v)
        def update(self: __torch__.Ops,
          weights: List[Tensor],
          gradients: List[Tensor],
          means: List[Tensor],
          variances: List[Tensor],
          steps: List[Tensor],
          lr: float,
          decay: float) -> Tensor:
          _0 = annotate(List[Tensor], [])
          torch._fused_adamw_(weights, gradients, means, variances, _0, steps, lr=lr, beta1=0.90000000000000002, beta2=0.999, weight_decay=decay, eps=1e-08, amsgrad=False, maximize=False)
          return steps[0]
      """;

  /** A class whose only method converts its argument to the type of that number. */
  private static final String CONVERSION =
      """
      class Ops(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self: __torch__.Ops,
          x: Tensor) -> Tensor:
          return torch.to(x, %d, False, False, None)
      """;

  private static final int FLOAT32 = 6;
  private static final int BF16 = 15;

  /** A pickled object of that class whose only attribute, training, is false. */
  private static final String OBJECT =
      "\u0080\u0002c__torch__\nOps\nq\u0000)\u0081}(X\u0008\u0000\u0000\u0000trainingq\u0001\u0089ub.";

  private static final String NO_CONSTANTS = "\u0080\u0002).";
  private static final String FORMAT_VERSION = "3\n";

  private final PtNDManager manager;
  private final PtSymbolBlock fused;
  private final PtSymbolBlock toFloat;
  private final PtSymbolBlock toBf16;

  TorchScriptOps(NDManager manager) throws IOException {
    this.manager = (PtNDManager) manager;
    fused = module(CODE);
    toFloat = module(CONVERSION.formatted(FLOAT32));
    toBf16 = module(CONVERSION.formatted(BF16));
  }

  private PtSymbolBlock module(String code) throws IOException {
    Path file = Files.createTempFile("ops", ".pt");
    try {
      write(code, file);
      return JniUtils.loadModule(manager, file, false, new String[0], new String[0], false);
    } finally {
      Files.delete(file);
    }
  }

  private static void write(String code, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      entry(zip, "ops/data.pkl", OBJECT);
      entry(zip, "ops/code/__torch__.py", code);
      entry(zip, "ops/constants.pkl", NO_CONSTANTS);
      entry(zip, "ops/version", FORMAT_VERSION);
    }
  }

  /** PyTorch wants entries that are not compressed. */
  private static void entry(ZipOutputStream zip, String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** {@code softmax(q k^T / sqrt(D)) v} of {@code [B, H, N, D]}, with a gradient. */
  NDArray attention(NDArray q, NDArray k, NDArray v) {
    return call(fused, q, k, v);
  }

  /** The numbers in float32, with a gradient. */
  NDArray inFloat(NDArray x) {
    return call(toFloat, x);
  }

  /** The numbers in bf16, with a gradient; DJL cannot say this type to PyTorch. */
  NDArray inBf16(NDArray x) {
    return call(toBf16, x);
  }

  private static NDArray call(PtSymbolBlock module, NDArray... arguments) {
    return IValueUtils.forward(module, new NDList(arguments), true).singletonOrThrow();
  }

  /** AdamW on many tensors at once, in place. */
  void update(
      List<NDArray> weights,
      List<NDArray> gradients,
      List<NDArray> means,
      List<NDArray> variances,
      NDArray step,
      double learningRate,
      double decay) {
    PtNDArray[] steps = new PtNDArray[weights.size()];
    Arrays.fill(steps, (PtNDArray) step);
    IValue[] arguments = {
      IValue.listFrom(array(weights)),
      IValue.listFrom(array(gradients)),
      IValue.listFrom(array(means)),
      IValue.listFrom(array(variances)),
      IValue.listFrom(steps),
      IValue.from(learningRate),
      IValue.from(decay)
    };
    try (IValue result = IValueUtils.runMethod(fused, "update", arguments)) {
      result.toTensor(manager).close();
    }
    for (IValue argument : arguments) {
      argument.close();
    }
  }

  private static PtNDArray[] array(List<NDArray> list) {
    return list.toArray(PtNDArray[]::new);
  }
}
