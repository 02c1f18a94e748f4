package org.flsl.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.layers.Backbone;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.samediff.ProductPrecision;
import org.flsl.losses.Contrast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole FLSL training program as one ordinary ComputationGraph, around any backbone.
 *
 * <p>Student, frozen teacher, mean shift, heads and objective are vertices of one graph, so that
 * {@code graph.fit(iterator)} pretrains, and listeners, the training UI and ModelSerializer work
 * unchanged:
 *
 * <pre>
 * student/...  tokens of all student views, packed      teacher/...  tokens of the teacher's view
 * queries      = select(student tokens, querySelector)
 * modes        = meanShift(queries, student tokens)     teacher/modes = meanShift(queries, teacher tokens)
 * student/head, student/prototypes                      teacher/head, teacher/prototypes
 * losses       = intra, inter, volume: the terms of the objective
 * objective    = upsilon intra + eta inter + gamma volume: their weighted sum
 * </pre>
 *
 * <p>Use {@link #init} for a new training and {@link #attach} for a restored one: both add the
 * listener that lets the teacher follow the student.
 */
public final class FlslGraph {

  /** Prefix of the student's vertices. */
  public static final String STUDENT = "student/";

  /** Prefix of the teacher's vertices. */
  public static final String TEACHER = "teacher/";

  /** Name of the vertex that picks the queries. */
  public static final String QUERIES = "queries";

  /** Name of the vertex with the student's modes. */
  public static final String MODES = "modes";

  /** Name of the norm in front of a head, where {@link FinalNorm#MODES} asks for one. */
  public static final String MODE_NORM = "modeNorm";

  /** Name of the projection head, in the student's and in the teacher's section. */
  public static final String HEAD = "head";

  /** Name of the layer with the logits, in the student's and in the teacher's section. */
  public static final String PROTOTYPES = "prototypes";

  /** Name of the vertex with the terms. */
  public static final String LOSSES = "losses";

  /** Name of the output layer. */
  public static final String OBJECTIVE = "objective";

  private static final Logger LOG = LoggerFactory.getLogger(FlslGraph.class);

  private final Backbone backbone;
  private final ViewLayout views;
  private final FlslConfig config;
  private final PreviousStage previousStage;
  private final TrainingProgram program;

  private FlslGraph(Builder builder) {
    Backbone given = required("backbone", builder.backbone);
    this.views = required("views", builder.views);
    this.config = required("config", builder.config);
    boolean wanting = config.finalNorm() == FinalNorm.TOKENS && !given.isNormalised();
    this.backbone = wanting ? given.normalised() : given;
    this.previousStage = builder.previousStage;
    this.program = new TrainingProgram(backbone, views, config, previousStage);
    if (config.tauCross().end() < config.tauSelf().end()) {
      LOG.warn(
          "tauCross {} is smaller than tauSelf {}: such a training collapses",
          config.tauCross().end(),
          config.tauSelf().end());
    }
    if (config.objective().containsKey(new Contrast())
        && config.crossQuery() != CrossQuery.COUNTERPART) {
      LOG.warn(
          "the contrast term is for the cross query COUNTERPART; with {} it can be met without content",
          config.crossQuery());
    }
    for (ImageInput view : views.all()) {
      if (view.channels() != backbone.channels()) {
        throw new IllegalArgumentException(
            "FLSL graph: the network takes images of %1$d channel(s), the view %2$s has %3$d; make views with ViewConfig.builder().channels(%1$d)"
                .formatted(backbone.channels(), view.name(), view.channels()));
      }
    }
    if (config.finalNorm() != FinalNorm.TOKENS && backbone.isNormalised()) {
      throw new IllegalArgumentException(
          "FLSL graph: the final norm is set to "
              + config.finalNorm()
              + ", but the backbone ends in a norm of its own; build it without one"
              + " (VitConfig: finalNorm(false))");
    }
  }

  private static <T> T required(String name, T value) {
    if (value == null) {
      throw new IllegalArgumentException("FLSL graph: " + name + " is missing");
    }
    return value;
  }

  /** Starts a graph; backbone, views and config are required. */
  public static Builder builder() {
    return new Builder();
  }

  /** The configuration of objective and optimisation. */
  public FlslConfig config() {
    return config;
  }

  /** The views that enter the graph. */
  public ViewLayout views() {
    return views;
  }

  /** The network that is pretrained, with the norm behind its tokens if one is wanted there. */
  public Backbone backbone() {
    return backbone;
  }

  /** The graph's configuration. */
  public ComputationGraphConfiguration configuration() {
    return configuration(config.frozenPrototypeIterations());
  }

  private ComputationGraphConfiguration configuration(int firstPrototypeIteration) {
    ComputationGraphConfiguration training = program.builder(firstPrototypeIteration).build();
    if (config.layerDecay() < 1) {
      learning(training).slowDown(config.learningRateSchedule(), config.layerDecay());
    }
    if (config.frozenBlocks() > 0) {
      learning(training).freeze(config.frozenBlocks());
    }
    return training;
  }

  private static BackboneLearning learning(ComputationGraphConfiguration training) {
    return new BackboneLearning(training, student(training));
  }

  /**
   * A new training: a student with the {@linkplain Backbone#trained weights} that the backbone
   * brings along, or random ones, the teacher equal to it, listeners attached.
   */
  public ComputationGraph init() {
    if (backbone.trained().isPresent()) {
      return init(backbone.trained().get());
    }
    ComputationGraph graph = new ComputationGraph(configuration());
    graph.init();
    return begun(graph);
  }

  /**
   * A new training of a network that is trained already: student and teacher begin with its
   * weights, the head with random ones, listeners attached.
   *
   * @param trained has vertices of the names and shapes of the backbone's, as {@link
   *     Backbone#standalone} makes it; others are left out, and a vertex that it lacks begins with
   *     random weights
   * @throws IllegalArgumentException if shapes differ, or no name is the same
   */
  public ComputationGraph init(ComputationGraph trained) {
    ComputationGraph graph = new ComputationGraph(configuration());
    graph.init();
    // What the network has behind its features may be called as a head of ours is.
    Set<String> wanted = student(graph.getConfiguration()).vertices();
    int copied = ParameterCopy.named(trained, graph, STUDENT, wanted::contains);
    if (copied == 0) {
      throw new IllegalArgumentException(
          "FLSL graph: the trained network has no layer of the backbone (%s); its layers are %s"
              .formatted(backbone, trained.getConfiguration().getVertices().keySet()));
    }
    return begun(graph);
  }

  private ComputationGraph begun(ComputationGraph graph) {
    new MomentumTeacher(config.momentumSchedule()).copyStudent(graph);
    if (previousStage != null) {
      previousStage.copyWeights(graph);
    }
    return listening(graph);
  }

  /**
   * Adds the listeners that a training needs to a graph of this configuration, for example one that
   * ModelSerializer restored. Listeners of an earlier call are replaced, others stay.
   *
   * <p>DL4J's {@code setListeners} would remove them and leave the teacher as it is: use {@code
   * addListeners} for more.
   *
   * <p>The graph then multiplies in the configuration's {@linkplain FlslConfig#precision
   * precision}.
   *
   * @return {@code graph}
   * @throws IllegalArgumentException if it is no training graph of this network
   * @throws UnsupportedOperationException if this process cannot compute in that precision; says
   *     what is missing
   */
  public ComputationGraph attach(ComputationGraph graph) {
    requireTraining(graph);
    return listening(graph);
  }

  private ComputationGraph listening(ComputationGraph graph) {
    ProductPrecision.set(graph, config.precision());
    ProcessorAdvice.give();
    List<TrainingListener> listeners = new ArrayList<>();
    listeners.add(new MomentumTeacher(config.momentumSchedule()));
    if (config.centring()) {
      listeners.add(new CentreUpdate(config.centreMomentum()));
    }
    graph.getListeners().stream()
        .filter(other -> !(other instanceof MomentumTeacher || other instanceof CentreUpdate))
        .forEach(listeners::add);
    graph.setListeners(listeners);
    OnePassUpdater.install(graph);
    return graph;
  }

  /**
   * A training that goes on from the state of another one, along this configuration's schedules:
   * those of a training that is made longer.
   *
   * <p>Prototypes that move already are not frozen again. With the schedules of {@code trained} the
   * result goes on exactly as that would.
   *
   * @param trained a graph of the same network and views; it stays as it is
   * @return a new graph, listeners attached
   * @throws IllegalArgumentException if it is no training graph of this network
   */
  public ComputationGraph continued(ComputationGraph trained) {
    requireTraining(trained);
    int taken = trained.getIterationCount();
    int begun = firstPrototypeIteration(trained);
    int first = begun <= taken ? begun : Math.max(taken, config.frozenPrototypeIterations());
    ComputationGraphConfiguration course = configuration(first);
    course.setIterationCount(taken);
    course.setEpochCount(trained.getEpochCount());
    ComputationGraph graph = new ComputationGraph(course);
    graph.init();
    // Not numParams(), which leaves out those of vertices.
    if (graph.params().length() != trained.params().length()) {
      throw new IllegalArgumentException(
          String.format(
              "FLSL graph: the training to go on with has %d parameters, and this one %d",
              trained.params().length(), graph.params().length()));
    }
    graph.params().assign(trained.params());
    graph
        .getUpdater(true)
        .getUpdaterStateViewArray()
        .assign(trained.getUpdater(true).getUpdaterStateViewArray());
    return listening(graph);
  }

  private static int firstPrototypeIteration(ComputationGraph trained) {
    return ((AdamW)
            trained.getLayer(STUDENT + PROTOTYPES).getConfig().getUpdaterByParam("prototypes"))
        .firstIteration();
  }

  /**
   * How many parameters the student trains: backbone, projection head and prototypes.
   *
   * @param graph a graph of this configuration
   */
  public static long studentParameters(ComputationGraph graph) {
    long parameters = 0;
    for (GraphVertex vertex : graph.getVertices()) {
      if (vertex.getVertexName().startsWith(STUDENT)) {
        parameters += vertex.numParams();
      }
    }
    return parameters;
  }

  /**
   * How much memory a training takes, known before its first step.
   *
   * @param graph a graph of this configuration
   * @param batch images that go through the graph at once
   */
  public TrainingMemory memory(ComputationGraph graph, int batch) {
    return new GraphMemory(program.builder(config.frozenPrototypeIterations()))
        .of(graph, batch, config.dataType().width());
  }

  /**
   * The teacher's backbone as an ordinary graph of its own: the result of the pretraining.
   *
   * @param graph a graph of this configuration
   * @throws IllegalArgumentException if it is no training graph of this network
   */
  public ComputationGraph exportTeacher(ComputationGraph graph) {
    return export(graph, TEACHER);
  }

  /**
   * The student's backbone as an ordinary graph of its own.
   *
   * @param graph a graph of this configuration
   * @throws IllegalArgumentException if it is no training graph of this network
   */
  public ComputationGraph exportStudent(ComputationGraph graph) {
    return export(graph, STUDENT);
  }

  /**
   * What a training graph tells of the student's backbone, up to its tokens.
   *
   * @param training a graph that this class made, for example out of a checkpoint
   */
  public static BackboneGraph student(ComputationGraphConfiguration training) {
    return upToTokensOf(training, modes(STUDENT));
  }

  /**
   * What a training graph tells of the teacher's backbone, up to its tokens.
   *
   * @param training a graph that this class made, for example out of a checkpoint
   */
  public static BackboneGraph teacher(ComputationGraphConfiguration training) {
    return upToTokensOf(training, modes(TEACHER));
  }

  /** The vertex that looks at the tokens of a section; the student's belongs to none. */
  private static String modes(String section) {
    return section.equals(TEACHER) ? TEACHER + MODES : MODES;
  }

  private static BackboneGraph upToTokensOf(ComputationGraphConfiguration training, String modes) {
    List<String> inputs = training.getVertexInputs().get(modes);
    if (inputs == null) {
      throw new IllegalArgumentException(
          "The graph has no vertex \"%s\"; expected a training graph of FLSL, not a backbone"
              .formatted(modes));
    }
    return BackboneGraph.of(training, inputs.get(1));
  }

  /** A network of other layers would go its way with random weights in their places. */
  private void requireTraining(ComputationGraph graph) {
    Set<String> found = student(graph.getConfiguration()).vertices();
    Set<String> expected = new TreeSet<>(student(configuration()).vertices());
    expected.removeAll(found);
    if (!expected.isEmpty()) {
      throw new IllegalArgumentException(
          "FLSL graph: the training is one of another network than this %s: it lacks %s, and has %s"
              .formatted(backbone, expected, found));
    }
  }

  private ComputationGraph export(ComputationGraph graph, String prefix) {
    requireTraining(graph);
    Set<String> pretrained = upToTokensOf(graph.getConfiguration(), modes(prefix)).vertices();
    NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder()
            .seed(TrainingProgram.seed(config))
            .dataType(config.dataType());
    ImageInput image = views.teacher();
    ComputationGraph exported = backbone.network(settings, image.height(), image.width());
    for (var vertex : exported.getVertices()) {
      String name = vertex.getVertexName();
      // A network of the user's own may have layers beyond the backbone; they stay as they are.
      GraphVertex own = pretrained.contains(prefix + name) ? graph.getVertex(prefix + name) : null;
      if (own == null || own.numParams() == 0) {
        own = backbone.trained().map(network -> network.getVertex(name)).orElse(null);
      }
      if (own != null) {
        ParameterCopy.copy(own, vertex);
      }
    }
    return exported;
  }

  /** Builds an {@link FlslGraph}. */
  public static final class Builder {
    private Backbone backbone;
    private ViewLayout views;
    private FlslConfig config;
    private PreviousStage previousStage;

    private Builder() {}

    /** The network to pretrain; required. */
    public Builder backbone(Backbone backbone) {
      this.backbone = backbone;
      return this;
    }

    /** The views; required. */
    public Builder views(ViewLayout views) {
      this.views = views;
      return this;
    }

    /** Objective and optimisation; required. */
    public Builder config(FlslConfig config) {
      this.config = config;
      return this;
    }

    /** The previous stage of a multi-stage training; default none. */
    public Builder previousStage(PreviousStage previousStage) {
      this.previousStage = previousStage;
      return this;
    }

    /**
     * Builds.
     *
     * @throws IllegalArgumentException if something is missing or does not fit
     */
    public FlslGraph build() {
      return new FlslGraph(this);
    }
  }
}
