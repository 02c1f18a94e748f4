package org.flsl.examples.pytorch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
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
import org.flsl.training.AdamW;
import org.flsl.training.DecoupledWeightDecay;
import org.flsl.training.FlslGraph;
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
  private static final String IMAGE = "image";

  /** Writes initial weights, images and positions for both programs. */
  static void export(Case setting, Path file) throws IOException {
    ComputationGraph graph = setting.workload().program().init();
    INDArray[] features = new RandomViews(setting.views(), setting.batch(), 1).next().getFeatures();
    int views = setting.views().views();
    try (TensorFile.Writer out = new TensorFile.Writer(file)) {
      for (GraphVertex vertex : graph.getVertices()) {
        if (vertex.getVertexName().startsWith(FlslGraph.STUDENT) && vertex.numParams() > 0) {
          for (Map.Entry<String, INDArray> param : vertex.paramTable(false).entrySet()) {
            out.write(tensor(vertex.getVertexName() + "/" + param.getKey(), param.getValue()));
          }
        }
      }
      for (int view = 0; view < views; view++) {
        out.write(tensor(VIEW + view, features[view]));
      }
      out.write(tensor(SELECTOR, features[views]));
      out.write(tensor(POSITIONS + 1, positions(setting.vit(), setting.views(), 1)));
      out.write(tensor(POSITIONS + 2, positions(setting.vit(), setting.views(), 2)));
    }
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
    return work == Work.FLSL ? flsl(setting, data) : trunk(work, setting, data);
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

  /** Sets the weights of the vertices that the file knows, and returns the images. */
  private static Map<String, INDArray> load(ComputationGraph graph, Path data) throws IOException {
    Map<String, INDArray> inputs = new TreeMap<>();
    TensorFile.read(
        data,
        tensor -> {
          INDArray array = Nd4j.createFromArray(tensor.values()).reshape(tensor.shape());
          if (!tensor.name().startsWith(FlslGraph.STUDENT)) {
            inputs.put(tensor.name(), array);
            return;
          }
          int split = tensor.name().lastIndexOf('/');
          GraphVertex vertex = graph.getVertex(tensor.name().substring(0, split));
          if (vertex != null) {
            vertex.paramTable(false).get(tensor.name().substring(split + 1)).assign(array);
          }
        });
    return inputs;
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
