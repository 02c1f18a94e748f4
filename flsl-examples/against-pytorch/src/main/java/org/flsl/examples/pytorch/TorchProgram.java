package org.flsl.examples.pytorch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import org.flsl.layers.vit.VitConfig;

/** The same in PyTorch, through DJL: eager execution, autograd, fused operations. */
final class TorchProgram implements Program {
  private final Engine engine = Engine.getEngine("PyTorch");
  private final NDManager manager = engine.newBaseManager();

  /** What the file holds: parameters in PyTorch's layout, and the rest. */
  record Loaded(TorchWeights weights, Map<String, NDArray> inputs) {}

  @Override
  public DoubleSupplier prepare(Work work, Case setting, Path data) throws IOException {
    Loaded loaded = load(data, setting.vit(), work);
    TorchScriptOps ops = new TorchScriptOps(manager);
    if (work == Work.FLSL) {
      return new TorchFlsl(setting, loaded, manager, ops);
    }
    if (work == Work.DETECTION) {
      return new TorchDetector(setting, loaded, manager, ops);
    }
    TorchProducts products = new TorchProducts(loaded.weights(), ops, setting.precision());
    TorchVit network = new TorchVit(setting.vit(), products);
    return switch (work) {
      case FORWARD -> () -> forward(network, loaded, setting);
      case GRADIENT -> () -> train(network, loaded, setting, null);
      default -> () -> train(network, loaded, setting, ops);
    };
  }

  private Loaded load(Path data, VitConfig vit, Work work) throws IOException {
    TorchWeights weights = new TorchWeights();
    Map<String, NDArray> inputs = new TreeMap<>();
    TensorFile.read(
        data,
        tensor -> {
          NDArray array = manager.create(tensor.values(), new Shape(tensor.shape()));
          String name = tensor.name().substring(tensor.name().indexOf('/') + 1);
          if (name.equals(tensor.name())) {
            inputs.put(name, array);
          } else if (tensor.name().startsWith(OurProgram.DETECTOR)) {
            if (work == Work.DETECTION) {
              weights.put(name, detectorInTorchLayout(name, array));
            }
          } else if (work == Work.FLSL
              || !name.startsWith("head") && !name.startsWith("prototypes")) {
            weights.put(name, inTorchLayout(name, array, vit));
          }
        });
    return new Loaded(weights, inputs);
  }

  /** Convolutions of 3 x 3 as {@code [out, in, 3, 3]}. */
  private static NDArray detectorInTorchLayout(String name, NDArray array) {
    boolean isConvolution = name.startsWith("towers/") || name.endsWith("/convW");
    return name.endsWith("W") && isConvolution
        ? inMemoryAsSeen(array.reshape(3, 3, -1, array.getShape().get(1)).transpose(3, 2, 0, 1))
        : inTorchLayout(name, array, null);
  }

  /** Linear layers as {@code [out, in]}, the embedding as a convolution's kernel, biases flat. */
  private static NDArray inTorchLayout(String name, NDArray array, VitConfig vit) {
    if (name.endsWith("prototypes")) {
      return array;
    }
    if (!name.endsWith("W")) {
      return array.flatten();
    }
    NDArray weight = inMemoryAsSeen(array.transpose());
    return name.endsWith("patchW")
        ? weight.reshape(vit.width(), vit.channels(), vit.patch(), vit.patch())
        : weight;
  }

  /** A weight lies in memory as its users see it, row by row. */
  private static NDArray inMemoryAsSeen(NDArray view) {
    return view.getManager().create(view.toFloatArray(), view.getShape());
  }

  private double forward(TorchVit network, Loaded loaded, Case setting) {
    try (NDManager scope = manager.newSubManager()) {
      return loss(network, loaded, setting, scope).getFloat();
    }
  }

  private double train(TorchVit network, Loaded loaded, Case setting, TorchScriptOps update) {
    TorchWeights weights = loaded.weights();
    return weights.step(
        manager,
        scope -> loss(network, loaded, setting, scope),
        () -> {
          if (update != null) {
            weights.update(update, manager, Case.LEARNING_RATE, Case.WEIGHT_DECAY);
          }
        });
  }

  private static NDArray loss(TorchVit network, Loaded loaded, Case setting, NDManager scope) {
    NDArray image = loaded.inputs().get(OurProgram.VIEW + 0).stopGradient();
    image.attach(scope);
    NDArray tokens = network.tokens(image, loaded.inputs().get(OurProgram.POSITIONS + 1));
    int width = setting.vit().width();
    NDArray column = scope.create(TrunkLoss.weights(width), new Shape(width, 1));
    return tokens.matMul(column).mean();
  }

  @Override
  public double gemmPeak() {
    return GemmSizes.best(
        size -> {
          NDArray a = manager.randomUniform(0, 1, new Shape(size.rows(), size.inner()));
          NDArray b = manager.randomUniform(0, 1, new Shape(size.inner(), size.columns()));
          return () -> a.matMul(b).close();
        });
  }

  @Override
  public String library() {
    return "PyTorch " + engine.getVersion();
  }
}
