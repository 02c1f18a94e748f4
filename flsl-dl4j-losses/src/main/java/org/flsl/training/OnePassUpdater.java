package org.flsl.training;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.misc.DummyConfig;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.UpdaterBlock.ParamState;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.kernels.KernelLibrary;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * DL4J's updater of a graph, but for steps in one pass: clipping, {@link AdamW}, {@link
 * DecoupledWeightDecay}, the step itself and the teacher's momentum touch each parameter once, and
 * nothing touches what is frozen.
 *
 * <p>DL4J passes over all parameters five times, the frozen teacher's included. State, order of
 * parameters and results are DL4J's, to rounding of the norms that clip; at the end the gradients
 * hold the updates, as listeners expect. {@link MomentumTeacher} or {@link OnePassSteps} ask for
 * each such step in the middle of {@code fit}; whoever calls {@link #update} otherwise gets DL4J's.
 */
final class OnePassUpdater extends ComputationGraphUpdater {
  /** Numbers that a thread takes at a time. */
  private static final int SHARE = 64 * AdamWKernel.SIZE;

  /** A parameter with its places in memory. */
  private record Tensor(
      AdamW adam,
      Optional<DecoupledWeightDecay> decay,
      double clipNorm,
      int length,
      FloatBuffer parameter,
      FloatBuffer gradient,
      FloatBuffer first,
      FloatBuffer second,
      Optional<FloatBuffer> teacher) {}

  /** A part of the tensor of a number. */
  private record Share(int tensor, int from, int to) {}

  private final List<Tensor> tensors = new ArrayList<>();
  private final List<Share> shares = new ArrayList<>();
  private final UpdatesTaken taken = new UpdatesTaken(this);
  private Optional<Double> momentum = Optional.empty();
  private boolean tookStep;
  private double gradientNorm;

  private OnePassUpdater(ComputationGraph graph, INDArray state) {
    super(graph, state);
    Map<String, ParamState> all = new HashMap<>();
    for (UpdaterBlock block : updaterBlocks) {
      block.getLayersAndVariablesInBlock().forEach(param -> all.put(name(param), param));
    }
    for (UpdaterBlock block : updaterBlocks) {
      int offset = block.getUpdaterViewOffsetStart();
      int size = block.getParamOffsetEnd() - block.getParamOffsetStart();
      for (ParamState param : block.getLayersAndVariablesInBlock()) {
        if (!isFrozen(param)) {
          ParamState teacher =
              all.get(name(param).replaceFirst("^" + FlslGraph.STUDENT, FlslGraph.TEACHER));
          tensors.add(tensor(param, offset, offset + size, teacher == param ? null : teacher));
        }
        offset += length(param);
      }
    }
    for (int i = 0; i < tensors.size(); i++) {
      int length = tensors.get(i).length();
      for (int from = 0; from < length; from += SHARE) {
        shares.add(new Share(i, from, Math.min(from + SHARE, length)));
      }
    }
  }

  /**
   * Lets a graph take its steps in one pass, where that can be done: float32, the processor's
   * kernels, and settings such as {@link FlslGraph} makes.
   */
  static void install(ComputationGraph graph) {
    ComputationGraphUpdater present = graph.getUpdater(true);
    if (!(present instanceof OnePassUpdater) && isPossible(graph, present)) {
      OnePassUpdater updater = new OnePassUpdater(graph, present.getStateViewArray());
      graph.setUpdater(updater);
      graph.setGradientsAccumulator(updater.taken);
    }
  }

  private static boolean isPossible(ComputationGraph graph, ComputationGraphUpdater updater) {
    return graph.params().dataType() == DataType.FLOAT
        && KernelLibrary.ofThisProcess().isPresent()
        && !graph.conf().isMiniBatch()
        && updater.getUpdaterBlocks().stream()
            .flatMap(block -> block.getLayersAndVariablesInBlock().stream())
            .allMatch(param -> isFrozen(param) || isOurs(param));
  }

  private static boolean isFrozen(ParamState param) {
    return param.getLayer().getConfig() instanceof DummyConfig;
  }

  private static boolean isOurs(ParamState param) {
    TrainingConfig config = param.getLayer().getConfig();
    return config.getUpdaterByParam(param.getParamName()) instanceof AdamW
        && regularizations(param).stream().allMatch(DecoupledWeightDecay.class::isInstance)
        && regularizations(param).size() <= 1
        && (clips(config) || config.getGradientNormalization() == GradientNormalization.None);
  }

  private static boolean clips(TrainingConfig config) {
    return config.getGradientNormalization() == GradientNormalization.ClipL2PerParamType;
  }

  private static List<Regularization> regularizations(ParamState param) {
    List<Regularization> found =
        param.getLayer().getConfig().getRegularizationByParam(param.getParamName());
    return found == null ? List.of() : found;
  }

  private static String name(ParamState param) {
    return ((GraphVertex) param.getLayer()).getVertexName() + "_" + param.getParamName();
  }

  private static int length(ParamState param) {
    return param.getParamOffsetEnd() - param.getParamOffsetStart();
  }

  private Tensor tensor(ParamState param, int first, int second, ParamState teacher) {
    TrainingConfig config = param.getLayer().getConfig();
    int length = length(param);
    INDArray parameters = network.params();
    return new Tensor(
        (AdamW) config.getUpdaterByParam(param.getParamName()),
        regularizations(param).stream().map(DecoupledWeightDecay.class::cast).findFirst(),
        clips(config) ? config.getGradientNormalizationThreshold() : Double.POSITIVE_INFINITY,
        length,
        buffer(parameters, param.getParamOffsetStart(), length),
        buffer(getFlattenedGradientsView(), param.getParamOffsetStart(), length),
        buffer(updaterStateViewArray, first, length),
        buffer(updaterStateViewArray, second, length),
        Optional.ofNullable(teacher)
            .map(found -> buffer(parameters, found.getParamOffsetStart(), length)));
  }

  private static FloatBuffer buffer(INDArray array, long from, int length) {
    Pointer memory = array.data().pointer();
    long first = array.offset() + from;
    return new FloatPointer(memory).position(first).capacity(first + length).asBuffer();
  }

  /** The graph's updater, where it takes steps in one pass. */
  static Optional<OnePassUpdater> of(ComputationGraph graph) {
    return graph.getUpdater(false) instanceof OnePassUpdater updater
            && graph.getOptimizer().getGradientsAccumulator() == updater.taken
        ? Optional.of(updater)
        : Optional.empty();
  }

  /**
   * Takes the next step in one pass.
   *
   * @param momentum the teacher's, if there is one
   */
  void expectStep(double momentum) {
    this.momentum = Optional.of(momentum);
  }

  /** Whether the next step is one in one pass. */
  boolean expectsStep() {
    return momentum.isPresent();
  }

  /** Whether the last step was one in one pass, the teacher's included. */
  boolean tookStep() {
    return tookStep;
  }

  /** Norm of the last step's whole gradient before clipping. */
  double gradientNorm() {
    return gradientNorm;
  }

  @Override
  public synchronized void update(
      Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces) {
    tookStep = expectsStep() && gradient == network.gradient();
    if (tookStep) {
      step(momentum.orElseThrow(), iteration, epoch);
    } else {
      super.update(gradient, iteration, epoch, batchSize, workspaces);
    }
    momentum = Optional.empty();
  }

  private void step(double teachersMomentum, int iteration, int epoch) {
    float[] clips = clips();
    inParallel(
        (kernel, i) -> {
          Share share = shares.get(i);
          Tensor tensor = tensors.get(share.tensor());
          Optional<AdamW.Coefficients> adam = tensor.adam().coefficients(iteration, epoch);
          double rate = tensor.adam().getLearningRate(iteration, epoch);
          Optional<Float> decay =
              tensor.decay().map(d -> (float) (d.coefficient(iteration, epoch) * rate));
          for (int from = share.from(); from < share.to(); from += AdamWKernel.SIZE) {
            int n = Math.min(AdamWKernel.SIZE, share.to() - from);
            tensor.gradient().get(from, kernel.gradient, 0, n);
            tensor.parameter().get(from, kernel.parameter, 0, n);
            if (adam.isPresent()) {
              tensor.first().get(from, kernel.first, 0, n);
              tensor.second().get(from, kernel.second, 0, n);
              kernel.update(n, clips[share.tensor()], adam.get());
              tensor.first().put(from, kernel.first, 0, n);
              tensor.second().put(from, kernel.second, 0, n);
            } else {
              Arrays.fill(kernel.gradient, 0);
            }
            if (decay.isPresent()) {
              kernel.decay(n, decay.get());
            }
            kernel.step(n);
            tensor.gradient().put(from, kernel.gradient, 0, n);
            tensor.parameter().put(from, kernel.parameter, 0, n);
            if (tensor.teacher().isPresent()) {
              FloatBuffer teacher = tensor.teacher().get();
              teacher.get(from, kernel.teacher, 0, n);
              kernel.follow(n, teachersMomentum);
              teacher.put(from, kernel.teacher, 0, n);
            }
          }
        });
  }

  /** What each tensor's gradient is divided by; finds the whole gradient's norm on the way. */
  private float[] clips() {
    double[] ofShares = new double[shares.size()];
    inParallel(
        (kernel, i) -> {
          Share share = shares.get(i);
          FloatBuffer gradient = tensors.get(share.tensor()).gradient();
          Arrays.fill(kernel.first, 0);
          for (int from = share.from(); from < share.to(); from += AdamWKernel.SIZE) {
            int n = Math.min(AdamWKernel.SIZE, share.to() - from);
            gradient.get(from, kernel.gradient, 0, n);
            kernel.addSquares(n);
          }
          ofShares[i] = kernel.sumOfSquares();
        });
    double[] squares = new double[tensors.size()];
    for (int i = 0; i < ofShares.length; i++) {
      squares[shares.get(i).tensor()] += ofShares[i];
    }
    gradientNorm = Math.sqrt(Arrays.stream(squares).sum());
    float[] clips = new float[squares.length];
    for (int i = 0; i < clips.length; i++) {
      clips[i] = (float) Math.max(1, Math.sqrt(squares[i]) / tensors.get(i).clipNorm());
    }
    return clips;
  }

  /** Does the work of all shares, on as many threads as ND4J uses. */
  private void inParallel(ObjIntConsumer<AdamWKernel> work) {
    int threads = NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
    AtomicInteger next = new AtomicInteger();
    IntStream.range(0, threads)
        .parallel()
        .forEach(
            thread -> {
              AdamWKernel kernel = new AdamWKernel();
              for (int i = next.getAndIncrement(); i < shares.size(); i = next.getAndIncrement()) {
                work.accept(kernel, i);
              }
            });
  }
}
