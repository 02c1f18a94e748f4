package org.flsl.examples.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.modelimport.keras.Hdf5Archive;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.modelimport.keras.exceptions.InvalidKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.flsl.examples.command.Problems;
import org.flsl.layers.BackboneGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * A network that Keras saved in HDF5, read by DL4J's importer, with channels first.
 *
 * <p>Keras has channels last, {@code [batch, height, width, channels]}, and the importer leaves
 * them there; images come with channels first. So all layers are told so, and what learned from
 * rows of numbers in the old order gets its weights in the new one. Whether the result computes the
 * same is tried out with an image of noise.
 */
final class KerasFile {
  private static final String LAST = "NHWC";
  private static final String FIRST = "NCHW";
  private static final int USUAL_SIDE = 64;
  private static final double TOLERANCE = 1e-3;

  private final JsonNode model;
  private final Model imported;

  private KerasFile(JsonNode model, Model imported) {
    this.model = model;
    this.imported = imported;
  }

  /**
   * Reads a network.
   *
   * @throws IOException with the reason in one line, if that cannot be done
   */
  static Model read(Path file) throws IOException {
    // HDF5 would print its own list of causes beside the one line.
    org.bytedeco.hdf5.Exception.dontPrint();
    try {
      JsonNode model = new ObjectMapper().readTree(description(file));
      boolean sequential = model.path("class_name").asText().equals("Sequential");
      Model imported =
          sequential
              ? KerasModelImport.importKerasSequentialModelAndWeights(file.toString(), false)
              : KerasModelImport.importKerasModelAndWeights(file.toString(), false);
      return new KerasFile(model, imported).channelsFirst();
    } catch (InvalidKerasConfigurationException
        | UnsupportedKerasConfigurationException
        | RuntimeException e) {
      throw new IOException(firstSentence(e), e);
    }
  }

  private static String description(Path file) throws UnsupportedKerasConfigurationException {
    Hdf5Archive archive = new Hdf5Archive(file.toString());
    try {
      if (!archive.hasAttribute("model_config")) {
        throw new IllegalArgumentException(
            "it holds no description of the network (model_config), as files with weights alone; save the whole model: model.save(\"model.h5\")");
      }
      return archive.readAttributeAsJson("model_config");
    } finally {
      archive.close();
    }
  }

  private static String firstSentence(Exception e) {
    String sentence = Problems.firstLine(e).replaceFirst("\\. .*", "");
    return sentence.startsWith("H5")
        ? "it is damaged, or lacks what Keras writes (%s); fetch or save it again"
            .formatted(sentence)
        : sentence;
  }

  private Model channelsFirst() throws IOException {
    ComputationGraph last = NetworkFile.graph(imported);
    if (!last.getConfiguration().toJson().contains(LAST)) {
      return imported;
    }
    ComputationGraph first =
        new ComputationGraph(
            ComputationGraphConfiguration.fromJson(turned(last.getConfiguration().toJson())));
    first.init(last.params().dup(), false);
    reorder(last, first);
    check(last, first);
    if (imported instanceof MultiLayerNetwork layers) {
      MultiLayerNetwork turned =
          new MultiLayerNetwork(
              MultiLayerConfiguration.fromJson(
                  turned(layers.getLayerWiseConfigurations().toJson())));
      turned.init(first.params(), true);
      return turned;
    }
    return first;
  }

  private static String turned(String json) throws IOException {
    JsonNode tree = new ObjectMapper().readTree(json);
    turn(tree);
    return tree.toString();
  }

  private static void turn(JsonNode node) {
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        JsonNode value = object.get(name);
        if (value.asText().equals(LAST)) {
          object.put(name, FIRST);
        } else if (name.equals("mergeAxis")) {
          object.put(name, 1);
        } else if (value instanceof ArrayNode axes && name.equals("poolingDimensions")) {
          axes.removeAll().add(2).add(3);
        }
      }
    }
    node.forEach(KerasFile::turn);
  }

  /** Rows of numbers that were (row, column, channel) become (channel, row, column). */
  private static void reorder(ComputationGraph last, ComputationGraph first) {
    Map<String, GraphVertex> vertices = last.getConfiguration().getVertices();
    vertices.forEach(
        (name, vertex) -> {
          if (vertex instanceof LayerVertex layer
              && layer.getPreProcessor() instanceof CnnToFeedForwardPreProcessor flattened) {
            reorder(first, name, flattened);
          } else if (vertex instanceof PreprocessorVertex own
              && own.getPreProcessor() instanceof CnnToFeedForwardPreProcessor flattened) {
            readersOf(last, name).forEach(reader -> reorder(first, reader, flattened));
          }
        });
  }

  private static void reorder(
      ComputationGraph graph, String name, CnnToFeedForwardPreProcessor flattened) {
    if (graph.getVertex(name).numParams() == 0) {
      readersOf(graph, name).forEach(reader -> reorder(graph, reader, flattened));
      return;
    }
    INDArray weights = graph.getVertex(name).paramTable(false).get("W");
    if (weights != null && weights.rank() == 2) {
      long[] shape = weights.shape();
      long height = flattened.getInputHeight();
      long width = flattened.getInputWidth();
      weights.assign(
          weights
              .dup('c')
              .reshape('c', height, width, shape[0] / height / width, shape[1])
              .permute(2, 0, 1, 3)
              .dup('c')
              .reshape('c', shape));
    }
  }

  private static List<String> readersOf(ComputationGraph graph, String name) {
    return graph.getConfiguration().getVertexInputs().entrySet().stream()
        .filter(entry -> entry.getValue().contains(name))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void check(ComputationGraph last, ComputationGraph first) throws IOException {
    INDArray image =
        Nd4j.rand(
            last.params().dataType(),
            new long[] {
              1, side(1), side(2), BackboneGraph.of(first.getConfiguration()).channels()
            });
    INDArray expected = last.outputSingle(image);
    INDArray found = first.outputSingle(image.permute(0, 3, 1, 2).dup('c'));
    if (expected.rank() == 4) {
      expected = expected.permute(0, 3, 1, 2).dup('c');
    }
    double difference = expected.sub(found).amaxNumber().doubleValue();
    // Probabilities of a thousand classes are about as small as the tolerance.
    if (!(difference <= TOLERANCE * expected.amaxNumber().doubleValue())) {
      throw new IllegalArgumentException(
          "with channels first it computes something else: it has layers that only work with channels last");
    }
  }

  /** Height (1) or width (2) of the images that the network was made for. */
  private int side(int axis) {
    JsonNode shape = model.findValue("batch_input_shape");
    if (shape == null) {
      shape = model.findValue("batch_shape");
    }
    return shape == null ? USUAL_SIDE : shape.path(axis).asInt(USUAL_SIDE);
  }
}
