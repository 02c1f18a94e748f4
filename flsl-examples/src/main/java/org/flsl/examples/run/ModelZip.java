package org.flsl.examples.run;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Writes what DL4J's ModelSerializer reads, with entries of our own beside the model.
 *
 * <p>ModelSerializer itself compresses: weights hardly shrink, and a ViT-S takes 10 s instead of 3
 * s.
 */
public final class ModelZip {
  private static final int BUFFER = 1 << 16;

  private final ZipOutputStream zip;

  public ModelZip(OutputStream out) {
    zip = new ZipOutputStream(out);
    zip.setLevel(Deflater.NO_COMPRESSION);
  }

  /** The network: its configuration and parameters. */
  public void network(ComputationGraph graph) throws IOException {
    text("configuration.json", graph.getConfiguration().toJson());
    array("coefficients.bin", graph.params());
  }

  public void text(String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  void array(String name, INDArray array) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    DataOutputStream data = new DataOutputStream(new BufferedOutputStream(zip, BUFFER));
    Nd4j.write(array, data);
    data.flush();
    zip.closeEntry();
  }

  public void finish() throws IOException {
    zip.finish();
  }
}
