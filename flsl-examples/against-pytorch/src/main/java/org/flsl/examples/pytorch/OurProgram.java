package org.flsl.examples.pytorch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.detection.DetectionLevels;
import org.flsl.downstream.detection.LocationAssignment;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.examples.benchmark.RandomViews;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.Version;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.Backbone.Tokens;
import org.flsl.layers.GraphSection;
import org.flsl.layers.kernels.Precision;
import org.flsl.layers.samediff.ProductPrecision;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.losses.dense.DetectionLoss;
import org.flsl.training.AdamW;
import org.flsl.training.DecoupledWeightDecay;
import org.flsl.training.FlslGraph;
import org.flsl.training.OnePassSteps;
import org.flsl.views.ViewConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.FixedSchedule;

/** FLSL on DL4J. */
final class OurProgram implements Program {
  static final String VIEW = "view";
  static final String SELECTOR = "selector";
  static final String POSITIONS = "positions";
  static final String LABELS = "labels";

  /** Before the names of a detector's own parameters. */
  static final String DETECTOR = "detector/";

  private static final int OBJECTS = 8;
  private static final String IMAGE = "image";

  /** Writes initial weights, images and positions for both programs. */
  static void export(Case setting, Path file) throws IOException {
    ComputationGraph graph = setting.workload().program().init();
    INDArray[] features = new RandomViews(setting.views(), setting.batch(), 1).next().getFeatures();
    int views = setting.views().views();
    ComputationGraph detector = setting.detector().init();
    try (TensorFile.Writer out = new TensorFile.Writer(file)) {
      write(graph, FlslGraph.STUDENT, FlslGraph.STUDENT, out);
      write(detector, TaskGraph.HEAD, DETECTOR, out);
      out.write(tensor(LABELS, objects(setting, detector)));
      for (int view = 0; view < views; view++) {
        out.write(tensor(VIEW + view, features[view]));
      }
      out.write(tensor(SELECTOR, features[views]));
      out.write(tensor(POSITIONS + 1, positions(setting.vit(), setting.views(), 1)));
      out.write(tensor(POSITIONS + 2, positions(setting.vit(), setting.views(), 2)));
    }
  }

  /** Writes the parameters of a part of a graph under names with another prefix. */
  private static void write(
      ComputationGraph graph, String prefix, String written, TensorFile.Writer out)
      throws IOException {
    for (GraphVertex vertex : graph.getVertices()) {
      if (vertex.getVertexName().startsWith(prefix) && vertex.numParams() > 0) {
        String name = written + vertex.getVertexName().substring(prefix.length());
        for (Map.Entry<String, INDArray> param : vertex.paramTable(false).entrySet()) {
          out.write(tensor(name + "/" + param.getKey(), param.getValue()));
        }
      }
    }
  }

  /** Labels of boxes at random. */
  private static INDArray objects(Case setting, ComputationGraph detector) {
    int height = setting.views().globalHeight();
    int width = setting.views().globalWidth();
    DetectionLevels levels =
        DetectionLevels.of(detector.getConfiguration(), new ImageSize(height, width));
    int length = levels.places() * (Case.CLASSES + DetectionLoss.BOX);
    float[] labels = new float[setting.batch() * length];
    Random random = new Random(1);
    for (int image = 0; image < setting.batch(); image++) {
      List<LabelledBox> boxes = new ArrayList<>();
      for (int i = 0; i < OBJECTS; i++) {
        int left = random.nextInt(width - 16);
        int top = random.nextInt(height - 16);
        int right = left + 16 + random.nextInt(width - 15 - left);
        int bottom = top + 16 + random.nextInt(height - 15 - top);
        boxes.add(new LabelledBox(random.nextInt(Case.CLASSES), left, top, right, bottom));
      }
      LabelledBox whole = new LabelledBox(0, 0, 0, width, height);
      LocationAssignment.FCOS.write(
          levels, new LocationAssignment.Truth(boxes, List.of(), whole), labels, image * length);
    }
    return Nd4j.createFromArray(labels)
        .reshape(setting.batch(), levels.places(), Case.CLASSES + DetectionLoss.BOX);
  }

  private static TensorFile.Tensor tensor(String name, INDArray array) {
    INDArray copy = array.dup('c');
    return new TensorFile.Tensor(name, copy.shape(), copy.reshape(-1).toFloatVector());
  }

  /** What the embedding adds to the tokens of a view: its output when its weights are zero. */
  private static INDArray positions(VitConfig vit, ViewConfig views, int view) {
    int height = views.height(view);
    int width = views.width(view);
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs(IMAGE)
            .addVertex("embedding", new PatchEmbedding(vit, 1), IMAGE)
            .setOutputs("embedding")
            .setInputTypes(InputType.convolutional(height, width, vit.channels()));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    graph.params().assign(0);
    return graph.outputSingle(Nd4j.zeros(1, vit.channels(), height, width));
  }

  @Override
  public DoubleSupplier prepare(Work work, Case setting, Path data) throws IOException {
    return switch (work) {
      case FLSL -> flsl(setting, data);
      case DETECTION -> detection(setting, data);
      default -> trunk(work, setting, data);
    };
  }

  private static DoubleSupplier detection(Case setting, Path data) throws IOException {
    ComputationGraph graph = OnePassSteps.attach(setting.detector().init());
    ProductPrecision.set(graph, setting.precision());
    Map<String, String> prefixes =
        Map.of(FlslGraph.STUDENT, TaskGraph.BACKBONE, DETECTOR, TaskGraph.HEAD);
    Map<String, INDArray> inputs = load(graph, data, prefixes);
    MultiDataSet batch = new MultiDataSet(inputs.get(VIEW + 0), inputs.get(LABELS));
    return () -> {
      graph.fit(batch);
      return graph.score();
    };
  }

  private static DoubleSupplier flsl(Case setting, Path data) throws IOException {
    ComputationGraph graph = setting.workload().program().init();
    Map<String, INDArray> inputs = load(graph, data);
    for (GraphVertex vertex : graph.getVertices()) {
      String name = vertex.getVertexName();
      if (name.startsWith(FlslGraph.TEACHER) && vertex.numParams() > 0) {
        String inner = name.substring(FlslGraph.TEACHER.length());
        vertex.params().assign(graph.getVertex(FlslGraph.STUDENT + inner).params());
      }
    }
    List<INDArray> features = new ArrayList<>();
    for (int view = 0; view < setting.views().views(); view++) {
      features.add(inputs.get(VIEW + view));
    }
    features.add(inputs.get(SELECTOR));
    MultiDataSet batch =
        new MultiDataSet(
            features.toArray(INDArray[]::new), new INDArray[] {labels(setting.batch())});
    return () -> {
      graph.fit(batch);
      return graph.score();
    };
  }

  private static DoubleSupplier trunk(Work work, Case setting, Path data) throws IOException {
    ComputationGraph graph = trunk(setting, work != Work.FORWARD);
    ProductPrecision.set(graph, setting.precision());
    INDArray image = load(graph, data).get(VIEW + 0);
    INDArray labels = labels(setting.batch());
    if (work == Work.FORWARD) {
      int width = setting.vit().width();
      INDArray weights = Nd4j.createFromArray(TrunkLoss.weights(width)).reshape(width, 1);
      return () -> {
        try (INDArray tokens = graph.outputSingle(image)) {
          return tokens.reshape(-1, width).mmul(weights).meanNumber().doubleValue();
        }
      };
    }
    if (work == Work.GRADIENT) {
      return () -> {
        graph.setInputs(image);
        graph.setLabels(labels);
        graph.computeGradientAndScore();
        double loss = graph.score();
        graph.clear();
        return loss;
      };
    }
    OnePassSteps.attach(graph);
    MultiDataSet batch = new MultiDataSet(image, labels);
    return () -> {
      graph.fit(batch);
      return graph.score();
    };
  }

  /** DL4J wants labels even where the loss needs none. */
  private static INDArray labels(int batch) {
    return Nd4j.zeros(batch, 1);
  }

  private static ComputationGraph trunk(Case setting, boolean withLoss) {
    VitConfig vit = setting.vit();
    ViewConfig views = setting.views();
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.FLOAT)
            .updater(new AdamW(new FixedSchedule(Case.LEARNING_RATE)))
            .regularization(
                new ArrayList<>(
                    List.of(new DecoupledWeightDecay(new FixedSchedule(Case.WEIGHT_DECAY)))))
            .miniBatch(false)
            .graphBuilder()
            .addInputs(IMAGE);
    ImageInput image =
        new ImageInput(IMAGE, vit.channels(), views.globalHeight(), views.globalWidth());
    Tokens tokens =
        VitBackbone.of(vit)
            .addTo(new GraphSection(builder, FlslGraph.STUDENT, false), List.of(image));
    String output = tokens.vertex();
    if (withLoss) {
      builder.addLayer("loss", new TrunkLoss(vit.width()), output);
      output = "loss";
    }
    builder
        .setOutputs(output)
        .setInputTypes(
            InputType.convolutional(views.globalHeight(), views.globalWidth(), vit.channels()));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  /** Sets the weights of the student's vertices, and returns the images. */
  private static Map<String, INDArray> load(ComputationGraph graph, Path data) throws IOException {
    return load(graph, data, Map.of(FlslGraph.STUDENT, FlslGraph.STUDENT));
  }

  /**
   * Sets the weights of the vertices that the file knows, and returns the rest of it.
   *
   * @param prefixes what the names of weights begin with in the file, and in the graph
   */
  private static Map<String, INDArray> load(
      ComputationGraph graph, Path data, Map<String, String> prefixes) throws IOException {
    Map<String, INDArray> inputs = new TreeMap<>();
    TensorFile.read(
        data,
        tensor -> {
          INDArray array = Nd4j.createFromArray(tensor.values()).reshape(tensor.shape());
          if (!tensor.name().contains("/")) {
            inputs.put(tensor.name(), array);
          }
          prefixes.forEach(
              (prefix, inGraph) -> {
                if (tensor.name().startsWith(prefix)) {
                  set(graph, inGraph + tensor.name().substring(prefix.length()), array);
                }
              });
        });
    return inputs;
  }

  private static void set(ComputationGraph graph, String name, INDArray value) {
    int split = name.lastIndexOf('/');
    GraphVertex vertex = graph.getVertex(name.substring(0, split));
    if (vertex != null) {
      vertex.paramTable(false).get(name.substring(split + 1)).assign(value);
    }
  }

  @Override
  public double gemmPeak() {
    return GemmSizes.best(
        size -> {
          INDArray a = Nd4j.rand(DataType.FLOAT, size.rows(), size.inner());
          INDArray b = Nd4j.rand(DataType.FLOAT, size.inner(), size.columns());
          INDArray c =
              Nd4j.createUninitialized(
                  DataType.FLOAT, new long[] {size.rows(), size.columns()}, 'f');
          return () -> a.mmuli(b, c);
        });
  }

  @Override
  public String library() {
    return "nd4j-native %s, %s"
        .formatted(
            NativeBuild.loaded().map(NativeBuild::classifier).orElse("unknown"),
            Version.kernels(Precision.FLOAT32));
  }
}
