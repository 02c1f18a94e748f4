package org.flsl.training;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.schedules.Scheduled;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** A training of the paper's code on fixed inputs, with every value that it computed. */
final class GoldenCase {
  private final Map<String, INDArray> arrays;
  private final JsonNode hyper;
  private final JsonNode steps;
  private final DataType dataType;

  GoldenCase(String name, DataType dataType) {
    this.dataType = dataType;
    try (InputStream json = resource(name + ".json");
        InputStream npz = resource(name + ".npz")) {
      JsonNode root = new ObjectMapper().readTree(json);
      hyper = root.get("hyperparameters");
      steps = root.get("steps");
      Path file = Files.createTempFile(name, ".npz");
      Files.copy(npz, file, StandardCopyOption.REPLACE_EXISTING);
      arrays = Nd4j.createFromNpzFile(file.toFile());
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static InputStream resource(String file) {
    return GoldenCase.class.getResourceAsStream("/golden/" + file);
  }

  int steps() {
    return steps.size();
  }

  JsonNode step(int index) {
    return steps.get(index);
  }

  INDArray array(String name) {
    INDArray array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException("No golden array " + name);
    }
    return array.castTo(dataType);
  }

  int integer(String name) {
    return hyper.get(name).asInt();
  }

  double number(String name) {
    return hyper.get(name).asDouble();
  }

  private double number(String name, int index) {
    return hyper.get(name).get(index).asDouble();
  }

  FlslGraph graph() {
    VitConfig vit =
        VitConfig.builder()
            .width(integer("embed_dim"))
            .depth(integer("depth"))
            .heads(integer("heads"))
            .patch(integer("patch"))
            .imageSize(integer("global_size"))
            .normEps(number("layer_norm_eps"))
            .dropPath(0)
            .build();
    FlslConfig config =
        FlslConfig.builder()
            .epochs(integer("epochs"))
            .iterationsPerEpoch(integer("iterations_per_epoch"))
            .batchSize(256)
            .centroids(integer("centroids"))
            .headHidden(integer("head_hidden"))
            .headBottleneck(integer("head_bottleneck"))
            .upsilon(Scheduled.constant(number("coefficients", 0)))
            .eta(Scheduled.constant(number("coefficients", 1)))
            .gamma(Scheduled.constant(number("coefficients", 2)))
            .tauSelf(Scheduled.constant(number("sa_temp")))
            .tauCross(Scheduled.constant(number("ca_temp")))
            .studentTemperature(Scheduled.constant(number("student_temp")))
            .teacherTemperatureStart(number("teacher_temp_warmup", 0))
            .teacherTemperatureEnd(number("teacher_temp_warmup", 1))
            .teacherTemperatureEpochs((int) number("teacher_temp_warmup", 2))
            .centring(hyper.get("centering").asBoolean())
            .learningRate(number("lr"))
            .minLearningRate(number("min_lr"))
            .warmupFraction(number("warmup_epochs") / number("epochs") + 1e-9)
            .weightDecay(Scheduled.cosine(number("weight_decay", 0), number("weight_decay", 1)))
            .momentum(Scheduled.cosine(number("momentum", 0), number("momentum", 1)))
            .clipNorm(number("clip_grad"))
            .frozenPrototypeEpochs(integer("freeze_last_layer_epochs"))
            .dataType(dataType)
            .build();
    ViewLayout views =
        ViewLayout.of(
            integer("global_size"),
            integer("window_global"),
            integer("locals"),
            integer("local_size"),
            integer("window_local"));
    return FlslGraph.builder().backbone(VitBackbone.of(vit)).views(views).config(config).build();
  }

  /** The batch of a step: views, and the query masks as a selector. */
  MultiDataSet batch(int step) {
    String input = "step" + step + "/input/";
    List<INDArray> features = new ArrayList<>();
    features.add(array(input + "teacher_view"));
    features.add(array(input + "student_view"));
    List<INDArray> masks = new ArrayList<>();
    masks.add(array(input + "mask_student"));
    for (int i = 0; i < integer("locals"); i++) {
      features.add(array(input + "local" + i));
      masks.add(array(input + "mask_local" + i));
    }
    INDArray packed = Nd4j.concat(1, masks.toArray(INDArray[]::new));
    features.add(selector(packed));
    INDArray labels = Nd4j.zeros(dataType, packed.size(0), 1);
    return new MultiDataSet(features.toArray(INDArray[]::new), new INDArray[] {labels});
  }

  private INDArray selector(INDArray masks) {
    int queries = (int) masks.getRow(0).sumNumber().longValue();
    INDArray selector = Nd4j.zeros(dataType, masks.size(0), queries, masks.size(1));
    for (int b = 0; b < masks.size(0); b++) {
      int query = 0;
      for (int token = 0; token < masks.size(1); token++) {
        if (masks.getDouble(b, token) > 0) {
          selector.putScalar(new int[] {b, query++, token}, 1);
        }
      }
    }
    return selector;
  }

  /**
   * A value that the paper's code has for each resolution, packed as ours: the student view, then
   * the local views of the same image.
   */
  INDArray packed(int step, String name) {
    String group = "step" + step + "/group";
    INDArray student = array(group + "0/" + name);
    long batch = student.size(0);
    List<INDArray> parts = new ArrayList<>();
    parts.add(student);
    INDArray locals = array(group + "1/" + name);
    for (int i = 0; i < integer("locals"); i++) {
      parts.add(locals.get(NDArrayIndex.interval(i * batch, (i + 1) * batch)));
    }
    return Nd4j.concat(1, parts.toArray(INDArray[]::new));
  }

  /** Our name of each parameter, by its published one. */
  Map<String, String> names() {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("backbone.patch_embed.proj.weight", "patchEmbedding_patchW");
    names.put("backbone.patch_embed.proj.bias", "patchEmbedding_patchB");
    for (int i = 0; i < integer("depth"); i++) {
      String theirs = "backbone.blocks." + i + ".";
      String ours = "block_" + i + "_";
      names.put(theirs + "norm1.weight", ours + "norm1Gain");
      names.put(theirs + "norm1.bias", ours + "norm1Bias");
      names.put(theirs + "attn.qkv.weight", ours + "qkvW");
      names.put(theirs + "attn.qkv.bias", ours + "qkvB");
      names.put(theirs + "attn.proj.weight", ours + "projW");
      names.put(theirs + "attn.proj.bias", ours + "projB");
      names.put(theirs + "norm2.weight", ours + "norm2Gain");
      names.put(theirs + "norm2.bias", ours + "norm2Bias");
      names.put(theirs + "mlp.fc1.weight", ours + "fc1W");
      names.put(theirs + "mlp.fc1.bias", ours + "fc1B");
      names.put(theirs + "mlp.fc2.weight", ours + "fc2W");
      names.put(theirs + "mlp.fc2.bias", ours + "fc2B");
    }
    names.put("backbone.norm.weight", "norm_gain");
    names.put("backbone.norm.bias", "norm_bias");
    for (int i = 0; i < 3; i++) {
      names.put("head.mlp." + 2 * i + ".weight", "head_fc" + i + "W");
      names.put("head.mlp." + 2 * i + ".bias", "head_fc" + i + "B");
    }
    names.put("head.last_layer.weight_v", "prototypes_prototypes");
    return names;
  }

  /** A published array in our layout: linear layers [in, out] instead of [out, in]. */
  INDArray ours(String prefix, String name) {
    INDArray array = array(prefix + name);
    if (array.rank() == 4) {
      return array.reshape('c', array.size(0), -1).transpose();
    }
    boolean linear = array.rank() == 2 && !name.contains("last_layer");
    return linear ? array.transpose() : array;
  }

  /** A parameter by the name vertex_parameter; unlike DL4J's getParam also of vertices. */
  static INDArray param(ComputationGraph graph, String name) {
    int cut = name.lastIndexOf('_');
    return graph.getVertex(name.substring(0, cut)).paramTable(false).get(name.substring(cut + 1));
  }

  /** Sets student and teacher to the weights before the first step. */
  void loadInitialWeights(ComputationGraph graph) {
    for (String side : List.of("student/", "teacher/")) {
      names()
          .forEach(
              (theirs, ours) -> param(graph, side + ours).assign(ours("init/" + side, theirs)));
    }
  }
}
