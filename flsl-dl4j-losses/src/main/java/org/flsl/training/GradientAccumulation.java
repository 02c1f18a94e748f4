package org.flsl.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.layers.samediff.BatchPart;
import org.flsl.losses.FlslLosses;
import org.flsl.losses.TermInputs;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Takes training steps on batches that are larger than the memory, one part after the other.
 *
 * <pre>{@code
 * GradientAccumulation steps = new GradientAccumulation(program.init());
 * while (views.hasNext()) {
 *   steps.fit(GradientAccumulation.split(views.next(), 4)); // as graph.fit(views.next())
 * }
 * }</pre>
 *
 * <p>A step does what {@code graph.fit} does with the whole batch, to rounding, in the memory of a
 * part: masks are drawn by the place in the batch, and clipping, optimiser, teacher, centre,
 * schedules and {@code iterationDone} act once. The score is that of the whole batch; {@code
 * onForwardPass} and {@code onBackwardPass} of listeners are called for each part.
 *
 * <p>Most terms of the objective are means over the queries, so that the mean of the parts'
 * gradients is the gradient. Others, as the volume term V, are functions of the mean assignment p
 * over the whole batch ({@link TermInputs#meanAssignment}). With p_i that of part i, {@code dV =
 * V'(p) mean_i dp_i}: a first pass without gradients finds p, which is its price.
 *
 * <p>Layers of your own that look across the batch (batch normalisation) see a part only, and
 * DL4J's own dropout draws other masks.
 */
public final class GradientAccumulation {
  private static final String LOGITS = FlslGraph.STUDENT + FlslGraph.PROTOTYPES;

  private final ComputationGraph graph;
  private final FlslLosses losses;

  /** Sums of the parts' gradients, by parameter. */
  private final Map<String, INDArray> sums = new HashMap<>();

  /**
   * Takes steps with a graph.
   *
   * @param graph one that {@link FlslGraph} made, with its listeners
   * @throws IllegalArgumentException if it is another graph
   */
  public GradientAccumulation(ComputationGraph graph) {
    GraphVertex vertex = graph.getConfiguration().getVertices().get(FlslGraph.LOSSES);
    if (!(vertex instanceof FlslLosses found)) {
      throw new IllegalArgumentException(
          "Gradient accumulation needs a graph of FlslGraph, but this one has no FLSL losses; its"
              + " vertices are "
              + graph.getConfiguration().getVertices().keySet());
    }
    this.graph = graph;
    this.losses = found;
  }

  /**
   * Cuts a batch into equal parts; they are views of its memory.
   *
   * @throws IllegalArgumentException if the examples cannot be divided so
   */
  public static List<MultiDataSet> split(MultiDataSet batch, int parts) {
    long examples = batch.getFeatures(0).size(0);
    if (parts < 1 || examples % parts != 0) {
      throw new IllegalArgumentException(
          "A batch of %d examples cannot be cut into %d equal parts".formatted(examples, parts));
    }
    if (parts == 1) {
      return List.of(batch);
    }
    long size = examples / parts;
    return IntStream.range(0, parts)
        .mapToObj(part -> rows(batch, part * size, (part + 1) * size))
        .toList();
  }

  private static MultiDataSet rows(MultiDataSet batch, long from, long to) {
    return new org.nd4j.linalg.dataset.MultiDataSet(
        rows(batch.getFeatures(), from, to), rows(batch.getLabels(), from, to));
  }

  private static INDArray[] rows(INDArray[] arrays, long from, long to) {
    return Arrays.stream(arrays)
        .map(array -> array.get(NDArrayIndex.interval(from, to)))
        .toArray(INDArray[]::new);
  }

  /**
   * Takes one step on a batch.
   *
   * @param parts of the batch, all of the same size, in order; each is read twice, so that a list
   *     may load them when asked
   * @throws IllegalArgumentException if there is none, or their sizes differ
   */
  public void fit(List<? extends MultiDataSet> parts) {
    long size = sizeOfEach(parts);
    if (parts.size() == 1) {
      graph.fit(parts.get(0));
      return;
    }
    try {
      List<BatchPart> places = places(parts, size);
      Gathering gathering = new Gathering(parts.size());
      for (int i = 0; i < parts.size(); i++) {
        places.get(i).announce(graph);
        if (i < parts.size() - 1) {
          gathering.add(parts.get(i));
        } else {
          gathering.step(parts.get(i));
        }
      }
    } finally {
      BatchPart.WHOLE.announce(graph);
    }
  }

  private static long sizeOfEach(List<? extends MultiDataSet> parts) {
    long[] sizes = parts.stream().mapToLong(part -> part.getFeatures(0).size(0)).toArray();
    if (Arrays.stream(sizes).distinct().count() != 1) {
      throw new IllegalArgumentException(
          "A batch needs parts of the same size, got parts of %s examples"
              .formatted(Arrays.toString(sizes)));
    }
    return sizes[0];
  }

  /** Finds the mean assignment of the whole batch, and what each part lacks to it. */
  private List<BatchPart> places(List<? extends MultiDataSet> parts, long size) {
    List<INDArray> means = new ArrayList<>();
    for (MultiDataSet part : parts) {
      new BatchPart(means.size() * size, Map.of()).announce(graph);
      means.add(meanAssignment(part));
    }
    INDArray whole = means.get(0).dup();
    means.subList(1, means.size()).forEach(whole::addi);
    whole.divi(parts.size());
    return IntStream.range(0, parts.size())
        .mapToObj(
            i ->
                new BatchPart(
                    i * size, Map.of(TermInputs.MEAN_ASSIGNMENT, whole.sub(means.get(i)))))
        .toList();
  }

  private INDArray meanAssignment(MultiDataSet part) {
    int[] order = graph.topologicalSortOrder();
    int logits = graph.getVertex(LOGITS).getVertexIndex();
    int position =
        IntStream.range(0, order.length).filter(i -> order[i] == logits).findFirst().orElseThrow();
    INDArray[] inputs = part.getFeatures();
    Map<String, INDArray> activations = graph.feedForward(inputs, position, true, true);
    INDArray mean =
        FlslLosses.meanAssignment(
            activations.get(LOGITS),
            losses.studentTemperature().valueAt(graph.getIterationCount(), graph.getEpochCount()));
    // Now, not when the garbage is collected: they are as large as what a training step keeps.
    activations.values().stream()
        .filter(array -> array.closeable() && !isIn(array, inputs))
        .forEach(INDArray::close);
    return mean;
  }

  private static boolean isIn(INDArray array, INDArray[] inputs) {
    return Arrays.stream(inputs).anyMatch(input -> input.data() == array.data());
  }

  /** Sums up gradients and scores, and puts their means in place of those of the last part. */
  private final class Gathering extends BaseTrainingListener {
    private final int parts;
    private double score;

    Gathering(int parts) {
      this.parts = parts;
      sums.values().forEach(sum -> sum.assign(0));
    }

    void add(MultiDataSet part) {
      graph.setInputs(part.getFeatures());
      graph.setLabels(part.getLabels());
      graph.computeGradientAndScore();
      score += graph.score();
      graph
          .gradient()
          .gradientForVariable()
          .forEach(
              (name, gradient) ->
                  sums.computeIfAbsent(name, n -> gradient.ulike().assign(0)).addi(gradient));
    }

    /** DL4J's own step, between whose gradient and update this steps in before all others. */
    void step(MultiDataSet part) {
      List<TrainingListener> others = List.copyOf(graph.getListeners());
      List<TrainingListener> listeners = new ArrayList<>(List.of(this));
      listeners.addAll(others);
      graph.setListeners(listeners);
      try {
        graph.fit(part);
      } finally {
        graph.setListeners(others);
      }
    }

    @Override
    public void onGradientCalculation(Model model) {
      model
          .gradient()
          .gradientForVariable()
          .forEach((name, gradient) -> gradient.addi(sums.get(name)).divi(parts));
      graph.setScore((score + graph.score()) / parts);
    }
  }
}
