package org.flsl.layers.weights;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.vit.VitConfig;

/**
 * A Vision Transformer out of a file of weights.
 *
 * @param graph the network: the input {@code image}, the patches' tokens as output
 * @param config its shape
 * @param layout what the file called its tensors
 * @param remarks what was decided about it, sentence by sentence
 * @param warnings what is wrong with its numbers
 */
public record ImportedVit(
    ComputationGraph graph,
    VitConfig config,
    Layout layout,
    List<String> remarks,
    List<String> warnings) {
  /** Copies the lists. */
  public ImportedVit {
    remarks = List.copyOf(remarks);
    warnings = List.copyOf(warnings);
  }
}
