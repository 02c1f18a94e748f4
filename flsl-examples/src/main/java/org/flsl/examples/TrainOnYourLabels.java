package org.flsl.examples;

import java.nio.file.Path;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.FineTuning;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.data.Augmentation;
import org.flsl.downstream.data.LabelledBatches;
import org.flsl.downstream.segmentation.MaskLabels;
import org.flsl.downstream.segmentation.SegmentationHead;
import org.flsl.downstream.segmentation.SegmentationPredictor;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ImagesAndMasks;
import org.flsl.evaluation.data.MaskReader;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.views.ViewConfig;

/**
 * Teaches a pretrained Vision Transformer to segment, with {@code graph.fit}.
 *
 * <p>The marked lines are the example of {@code docs/downstream.md}; a test keeps them equal.
 */
public final class TrainOnYourLabels {
  private TrainOnYourLabels() {}

  // example begins
  /** Teaches a pretrained backbone to segment; how well it does is its mean IoU on test images. */
  static ComputationGraph segmenter(ComputationGraph backbone, SegmentationSet train, int epochs) {
    ImageSize size = new ImageSize(96, 128);
    ViewConfig views = ViewConfig.paper();
    try (LabelledBatches batches =
        new LabelledBatches(train, new MaskLabels(train), size, views, Augmentation.USUAL, 8, 1)) {
      FineTuning learning =
          FineTuning.builder()
              .iterations(epochs * batches.batchesPerEpoch())
              .learningRate(0.001)
              .layerDecay(0.75)
              .build();
      TaskGraph task =
          new TaskGraph(
              VitBackbone.in(backbone.getConfiguration()),
              SegmentationHead.of(train.classes().size()),
              size,
              learning);
      ComputationGraph graph = task.init(backbone);
      graph.fit(batches, epochs);
      return graph;
    }
  }

  static double meanIou(ComputationGraph segmenter, SegmentationSet test) {
    return new SegmentationPredictor(segmenter, new ImageSize(96, 128), ViewConfig.paper())
        .compare(test, 8, Progress.NONE)
        .meanIou();
  }

  static SegmentationSet labels(Path images, Path masks) {
    return ImagesAndMasks.open(images, masks, MaskReader.ofIndices(Set.of(255)));
  }
  // example ends
}
