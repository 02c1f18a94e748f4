package org.flsl.layers.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto.Dimension;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/** An ONNX model as one looks at it: what goes in and out, and what its weights are called. */
public final class OnnxModel {
  private final ModelProto model;

  private OnnxModel(ModelProto model) {
    this.model = model;
  }

  /**
   * Reads a model.
   *
   * @throws WeightsException if the file holds none
   */
  public static OnnxModel read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      ModelProto model = ModelProto.parseFrom(in);
      if (!model.hasGraph()) {
        throw new WeightsException(file + ": it has no graph: it is no ONNX model, or damaged");
      }
      return new OnnxModel(model);
    } catch (InvalidProtocolBufferException e) {
      throw new WeightsException(file + ": it is no ONNX model, or damaged", e);
    }
  }

  /** Type and shape of each weight, by its name. */
  public Map<String, String> weights() {
    Map<String, String> weights = new LinkedHashMap<>();
    for (TensorProto tensor : model.getGraph().getInitializerList()) {
      TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
      weights.put(tensor.getName(), type + " " + tensor.getDimsList());
    }
    return weights;
  }

  /** Inputs, outputs and what the model says about itself. */
  public Map<String, String> notes() {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("producer", model.getProducerName() + " " + model.getProducerVersion());
    model.getGraph().getInputList().forEach(input -> put(notes, "input ", input));
    model.getGraph().getOutputList().forEach(output -> put(notes, "output ", output));
    model.getMetadataPropsList().forEach(entry -> notes.put(entry.getKey(), entry.getValue()));
    return notes;
  }

  private static void put(Map<String, String> notes, String kind, ValueInfoProto value) {
    List<Dimension> dimensions = value.getType().getTensorType().getShape().getDimList();
    notes.put(
        kind + value.getName(),
        dimensions.stream()
            .map(d -> d.hasDimParam() ? d.getDimParam() : String.valueOf(d.getDimValue()))
            .collect(Collectors.joining(", ", "[", "]")));
  }
}
