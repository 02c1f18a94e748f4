import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.weights.WeightsFile;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Writes the tokens that a backbone makes of images: java -cp flsl.jar Tokens.java backbone.zip images.npz tokens.npy. */
class Tokens {
  public static void main(String[] files) throws IOException {
    ComputationGraph backbone = ModelSerializer.restoreComputationGraph(files[0]);
    try (WeightsFile images = WeightsFile.open(Path.of(files[1]))) {
      INDArray tokens = backbone.outputSingle(images.groups().get("").get("images").array());
      Nd4j.writeAsNumpy(tokens.dup('c'), new File(files[2]));
    }
  }
}
