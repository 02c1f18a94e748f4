package org.flsl.training;

import static org.flsl.training.FlslGraph.HEAD;
import static org.flsl.training.FlslGraph.LOSSES;
import static org.flsl.training.FlslGraph.MODES;
import static org.flsl.training.FlslGraph.MODE_NORM;
import static org.flsl.training.FlslGraph.OBJECTIVE;
import static org.flsl.training.FlslGraph.PROTOTYPES;
import static org.flsl.training.FlslGraph.QUERIES;
import static org.flsl.training.FlslGraph.STUDENT;
import static org.flsl.training.FlslGraph.TEACHER;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.flsl.layers.Backbone;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.Backbone.Tokens;
import org.flsl.layers.GraphSection;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.cluster.MeanShift;
import org.flsl.layers.cluster.ProjectionHead;
import org.flsl.layers.cluster.Prototypes;
import org.flsl.layers.cluster.TokenSelection;
import org.flsl.layers.samediff.PackedViews;
import org.flsl.layers.vit.TokenNorm;
import org.flsl.losses.FlslLossLayer;
import org.flsl.losses.FlslLosses;
import org.flsl.views.ViewNames;
import org.nd4j.linalg.schedule.ISchedule;

/** Puts the vertices of a training together: student, teacher, mean shift, heads and objective. */
final class TrainingProgram {
  private final Backbone backbone;
  private final ViewLayout views;
  private final FlslConfig config;

  /** Null where there is none. */
  private final PreviousStage previousStage;

  TrainingProgram(
      Backbone backbone, ViewLayout views, FlslConfig config, PreviousStage previousStage) {
    this.backbone = backbone;
    this.views = views;
    this.config = config;
    this.previousStage = previousStage;
  }

  /**
   * All vertices, with their updaters.
   *
   * @param firstPrototypeIteration the first that moves the prototypes
   */
  GraphBuilder builder(int firstPrototypeIteration) {
    GraphBuilder builder = settings().graphBuilder();
    GraphSection shared = new GraphSection(builder, "", false);
    GraphSection student = new GraphSection(builder, STUDENT, false);
    GraphSection teacher = new GraphSection(builder, TEACHER, true);

    Tokens studentTokens = backbone.addTo(student, views.students());
    Tokens teacherTokens = backbone.addTo(teacher, List.of(views.teacher()));
    PackedViews tokenViews =
        PackedViews.of(studentTokens.grids().stream().mapToLong(TokenGrid::tokens).toArray());
    PackedViews queryViews = PackedViews.of(queriesPerView(studentTokens.grids()));

    String queries =
        shared.vertex(
            QUERIES, new TokenSelection(), studentTokens.vertex(), ViewNames.QUERY_SELECTOR);
    MeanShift self = MeanShift.self(config.tauSelf().over(steps()), queryViews, tokenViews);
    String modes = shared.vertex(MODES, self, queries, studentTokens.vertex());
    String teacherModes = teacherModes(builder, teacher, queries, teacherTokens, queryViews);
    int width = studentTokens.width();
    String logits = head(student, modes, width, firstPrototypeIteration);
    String teacherLogits = head(teacher, teacherModes, width, firstPrototypeIteration);

    FlslLosses losses =
        new FlslLosses(
            List.copyOf(config.objective().keySet()),
            config.centroids(),
            config.studentTemperature().over(steps()),
            config.teacherTemperatureSchedule(),
            config.centring(),
            config.givenPrior());
    List<String> compared = new ArrayList<>(List.of(queries, modes, logits, teacherLogits));
    if (losses.readsEmbeddings()) {
      compared.addAll(List.of(STUDENT + HEAD, TEACHER + HEAD));
    }
    shared.vertex(LOSSES, losses, compared.toArray(String[]::new));
    Map<String, ISchedule> weights = new LinkedHashMap<>();
    config.objective().forEach((term, weight) -> weights.put(term.weight(), weight.over(steps())));
    shared.layer(OBJECTIVE, new FlslLossLayer(weights), LOSSES);

    declareInputs(builder, tokenViews, queryViews, teacherTokens);
    return builder.setOutputs(OBJECTIVE);
  }

  private NeuralNetConfiguration.Builder settings() {
    NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder()
            .seed(seed(config))
            .dataType(config.dataType())
            .updater(new AdamW(config.learningRateSchedule()))
            .regularization(
                new ArrayList<>(List.of(new DecoupledWeightDecay(config.weightDecaySchedule()))))
            .miniBatch(false);
    if (config.clipNorm() > 0) {
      settings
          .gradientNormalization(GradientNormalization.ClipL2PerParamType)
          .gradientNormalizationThreshold(config.clipNorm());
    }
    return settings;
  }

  /** DL4J takes a seed of zero for none and draws from the clock. */
  static long seed(FlslConfig config) {
    return config.seed() == 0 ? Long.MIN_VALUE : config.seed();
  }

  private int steps() {
    return config.iterations();
  }

  private long[] queriesPerView(List<TokenGrid> grids) {
    long[] queries = new long[grids.size()];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = views.queries(i, grids.get(i));
    }
    return queries;
  }

  private String teacherModes(
      GraphBuilder builder,
      GraphSection teacher,
      String queries,
      Tokens tokens,
      PackedViews queryViews) {
    String looking = queries;
    if (config.crossQuery() == CrossQuery.COUNTERPART) {
      looking =
          teacher.vertex(
              QUERIES, new TokenSelection(), tokens.vertex(), ViewNames.COUNTERPART_SELECTOR);
    }
    if (previousStage == null) {
      MeanShift cross = MeanShift.cross(config.tauCross().over(steps()));
      return teacher.vertex(MODES, cross, looking, tokens.vertex());
    }
    String attention = previousStage.addTo(builder, views);
    MeanShift guided =
        MeanShift.guided(config.tauCross().over(steps()), previousStage.mixture().over(steps()));
    return teacher.vertex(MODES, guided, looking, tokens.vertex(), attention);
  }

  private String head(GraphSection section, String modes, int width, int firstPrototypeIteration) {
    String input = modes;
    if (config.finalNorm() == FinalNorm.MODES) {
      input = section.layer(MODE_NORM, TokenNorm.builder(width).build(), input);
    }
    ProjectionHead head =
        ProjectionHead.builder(width)
            .hidden(config.headHidden())
            .bottleneck(config.headBottleneck())
            .build();
    Prototypes prototypes =
        Prototypes.builder(config.headBottleneck(), config.centroids())
            .updater(new AdamW(config.learningRateSchedule()).startingAt(firstPrototypeIteration))
            .build();
    return section.layer(PROTOTYPES, prototypes, section.layer(HEAD, head, input));
  }

  private void declareInputs(
      GraphBuilder builder, PackedViews tokens, PackedViews queries, Tokens teacherTokens) {
    List<InputType> types = new ArrayList<>();
    for (ImageInput image : views.all()) {
      builder.addInputs(image.name());
      types.add(type(image));
    }
    builder.addInputs(ViewNames.QUERY_SELECTOR);
    types.add(TokenTypes.sequence(tokens.total(), queries.total()));
    if (config.crossQuery() == CrossQuery.COUNTERPART) {
      builder.addInputs(ViewNames.COUNTERPART_SELECTOR);
      types.add(TokenTypes.sequence(teacherTokens.grids().get(0).tokens(), queries.total()));
    }
    if (previousStage != null) {
      for (ImageInput crop : previousStage.crops(views)) {
        builder.addInputs(crop.name());
        types.add(type(crop));
      }
    }
    builder.setInputTypes(types.toArray(InputType[]::new));
  }

  private static InputType type(ImageInput image) {
    return InputType.convolutional(image.height(), image.width(), image.channels());
  }
}
