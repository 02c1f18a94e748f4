package org.flsl.layers.weights;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A model in ONNX Runtime: images in, all outputs by name. */
public final class OnnxRun {
  private OnnxRun() {}

  public static Map<String, INDArray> of(Path model, INDArray images) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    FloatBuffer pixels = FloatBuffer.wrap(images.dup('c').data().asFloat());
    try (OrtSession session = environment.createSession(model.toString());
        OnnxTensor image = OnnxTensor.createTensor(environment, pixels, images.shape());
        OrtSession.Result result = session.run(Map.of("image", image))) {
      Map<String, INDArray> outputs = new LinkedHashMap<>();
      for (Map.Entry<String, OnnxValue> output : result) {
        OnnxTensor tensor = (OnnxTensor) output.getValue();
        float[] values = new float[tensor.getFloatBuffer().remaining()];
        tensor.getFloatBuffer().get(values);
        outputs.put(
            output.getKey(), Nd4j.createFromArray(values).reshape(tensor.getInfo().getShape()));
      }
      return outputs;
    }
  }
}
