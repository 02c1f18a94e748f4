package org.flsl.evaluation;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.cluster.MeanShift;
import org.flsl.losses.FlslLosses;
import org.flsl.training.FlslGraph;
import org.flsl.views.ViewNames;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Whether both levels of clusters of a training are alive, told without labels from the training
 * graph and its own kind of views.
 *
 * <p>Entropies are in nats. Uniform attention over N tokens has the entropy ln N: a mean shift that
 * comes close to it gathers everything, one close to 0 moves nothing.
 *
 * @param centroids K
 * @param usedCentroids centroids that are the likeliest one of at least one query
 * @param meanAssignmentEntropy entropy of the teacher's mean assignment, at most ln K; low if few
 *     centroids take everything
 * @param queryEntropy mean entropy of the teacher's assignments; close to ln K if all are uniform
 * @param selfAttentionEntropy mean entropy of the student's mean shift, divided by ln of the tokens
 *     in the query's view
 * @param crossAttentionEntropy mean entropy of the teacher's mean shift, divided by ln of the
 *     teacher's tokens; before a previous stage is mixed in
 * @param placeAgreement how much of a query's likeliest centroid its place in the student's first
 *     view tells, from 0 to 1
 */
public record ClusterHealth(
    int centroids,
    int usedCentroids,
    double meanAssignmentEntropy,
    double queryEntropy,
    double selfAttentionEntropy,
    double crossAttentionEntropy,
    double placeAgreement) {

  private static final double TINY = 1e-30;

  /**
   * Looks at a training.
   *
   * @param training a graph that {@link FlslGraph} made, at any step
   * @param views batches of its views, as for training; at least one
   */
  public static ClusterHealth of(
      ComputationGraph training, Iterable<? extends MultiDataSet> views) {
    Observer observer = new Observer(training);
    views.forEach(observer::observe);
    return observer.health();
  }

  /**
   * Looks at a training with some of its views.
   *
   * @param images after so many, or a few more that come in one batch with them, it is enough
   */
  public static ClusterHealth of(
      ComputationGraph training, MultiDataSetIterator views, int images) {
    Observer observer = new Observer(training);
    for (long seen = 0; views.hasNext() && seen < images; ) {
      MultiDataSet batch = views.next();
      seen += batch.getFeatures(0).size(0);
      observer.observe(batch);
    }
    return observer.health();
  }

  /** The same as named values. */
  public List<Measured> measured(String features) {
    MeasuredValues values = new MeasuredValues();
    values.add("used centroids of " + centroids, usedCentroids);
    values.add("entropy of the mean assignment", meanAssignmentEntropy);
    values.add("entropy per query", queryEntropy);
    values.add("attention entropy / ln N, student", selfAttentionEntropy);
    values.add("attention entropy / ln N, teacher", crossAttentionEntropy);
    values.add("agreement of clusters with place", placeAgreement);
    return values.of(features);
  }

  /** Collects sums over batches. */
  private static final class Observer {
    private static final String TEACHER_MODES = FlslGraph.TEACHER + FlslGraph.MODES;
    private static final String TEACHER_LOGITS = FlslGraph.TEACHER + FlslGraph.PROTOTYPES;

    private final ComputationGraph graph;
    private final MeanShift self;
    private final MeanShift cross;
    private final FlslLosses losses;
    private final Activations activations;
    private final BitSet used = new BitSet();
    private final PlaceAgreement places = new PlaceAgreement();
    private INDArray assignment;
    private double queryEntropy;
    private double selfEntropy;
    private double crossEntropy;
    private long queries;

    Observer(ComputationGraph graph) {
      this.graph = graph;
      this.self = (MeanShift) vertex(FlslGraph.MODES);
      this.cross = (MeanShift) vertex(TEACHER_MODES);
      this.losses = (FlslLosses) vertex(FlslGraph.LOSSES);
      this.activations =
          new Activations(
              graph,
              List.of(
                  FlslGraph.QUERIES,
                  FlslGraph.student(graph.getConfiguration()).features(),
                  FlslGraph.teacher(graph.getConfiguration()).features(),
                  TEACHER_LOGITS));
    }

    private GraphVertex vertex(String name) {
      GraphVertex vertex = graph.getConfiguration().getVertices().get(name);
      if (vertex == null) {
        throw new IllegalArgumentException(
            "The graph has no vertex \"%s\"; expected a training graph of FLSL, not a backbone"
                .formatted(name));
      }
      return vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex;
    }

    void observe(MultiDataSet views) {
      List<INDArray> found = activations.of(views.getFeatures());
      INDArray asked = found.get(0);
      queries += asked.size(0) * asked.size(1);
      selfEntropy += self(asked, found.get(1));
      crossEntropy += attentionEntropy(asked, found.get(2), now(cross.temperature()));
      int[] likeliest = assignments(found.get(3).reshape('c', -1, losses.centroids()));
      places(likeliest, asked.size(1), views.getFeatures(selector()));
    }

    private int selector() {
      return graph.getConfiguration().getNetworkInputs().indexOf(ViewNames.QUERY_SELECTOR);
    }

    /** Of the queries of the first view; a selector's rows are one at the query's token. */
    private void places(int[] likeliest, long queriesOfImage, INDArray selector) {
      INDArray tokens = selector.argMax(2);
      for (int image = 0; image < selector.size(0); image++) {
        for (int query = 0; query < self.queryViews().get(0); query++) {
          places.add(
              likeliest[Math.toIntExact(image * queriesOfImage + query)],
              tokens.getInt(image, query));
        }
      }
    }

    private double now(ISchedule schedule) {
      return schedule.valueAt(graph.getIterationCount(), graph.getEpochCount());
    }

    private double self(INDArray asked, INDArray tokens) {
      double sum = 0;
      long query = 0;
      long token = 0;
      for (int view = 0; view < self.queryViews().size(); view++) {
        long nextQuery = query + self.queryViews().get(view);
        long nextToken = token + self.tokenViews().get(view);
        sum +=
            attentionEntropy(
                part(asked, query, nextQuery),
                part(tokens, token, nextToken),
                now(self.temperature()));
        query = nextQuery;
        token = nextToken;
      }
      return sum;
    }

    private static INDArray part(INDArray sequence, long from, long to) {
      return sequence.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all());
    }

    /** The sum over all queries, each divided by ln of the number of tokens. */
    private static double attentionEntropy(INDArray asked, INDArray tokens, double tau) {
      double sum = 0;
      for (long image = 0; image < asked.size(0); image++) {
        INDArray scores =
            asked
                .tensorAlongDimension(image, 1, 2)
                .mmul(tokens.tensorAlongDimension(image, 1, 2).transpose())
                .muli(tau);
        sum += entropies(Nd4j.nn().softmax(scores, 1));
      }
      return sum / Math.log(tokens.size(1));
    }

    private int[] assignments(INDArray logits) {
      INDArray centred =
          losses.isCentring()
              ? logits.sub(
                  graph.getVertex(FlslGraph.LOSSES).paramTable(false).get(FlslLosses.CENTRE))
              : logits;
      INDArray shares = Nd4j.nn().softmax(centred.div(now(losses.teacherTemperature())), 1);
      queryEntropy += entropies(shares);
      int[] likeliest = shares.argMax(1).toIntVector();
      Arrays.stream(likeliest).forEach(used::set);
      INDArray sum = shares.sum(0);
      assignment = assignment == null ? sum : assignment.addi(sum);
      return likeliest;
    }

    /** The sum of the entropies of all rows. */
    private static double entropies(INDArray rows) {
      INDArray logs = Transforms.log(rows.add(TINY), false);
      return -logs.muli(rows).sumNumber().doubleValue();
    }

    ClusterHealth health() {
      if (queries == 0) {
        throw new IllegalArgumentException("Health needs at least one batch of views");
      }
      return new ClusterHealth(
          losses.centroids(),
          used.cardinality(),
          entropies(assignment.div(queries)),
          queryEntropy / queries,
          selfEntropy / queries,
          crossEntropy / queries,
          places.share());
    }
  }
}
