package org.flsl.examples;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.FineTuning;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.data.Augmentation;
import org.flsl.downstream.data.LabelledBatches;
import org.flsl.downstream.detection.BoxLabels;
import org.flsl.downstream.detection.DetectionHead;
import org.flsl.downstream.detection.DetectionLevels;
import org.flsl.downstream.detection.Detector;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.detection.CocoScores;
import org.flsl.evaluation.detection.JudgedImage;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.views.ViewConfig;

/**
 * Teaches a pretrained Vision Transformer to detect, with {@code graph.fit}.
 *
 * <p>The marked lines are the example of {@code docs/downstream.md}; a test keeps them equal.
 */
public final class TrainADetector {
  private TrainADetector() {}

  // example begins
  /** Teaches a pretrained backbone to find objects. */
  static ComputationGraph detector(ComputationGraph backbone, BoxSet train, int epochs) {
    ImageSize size = new ImageSize(96, 128);
    FineTuning learning =
        FineTuning.builder()
            .iterations(epochs * LabelledBatches.perEpoch(train.size(), 8))
            .learningRate(0.001)
            .layerDecay(0.75)
            .build();
    TaskGraph task =
        new TaskGraph(
            VitBackbone.in(backbone.getConfiguration()),
            DetectionHead.of(train.classes().size()),
            size,
            learning);
    ComputationGraph graph = task.init(backbone);
    DetectionLevels places = DetectionLevels.of(graph.getConfiguration(), size);
    BoxLabels labels = BoxLabels.of(train, places);
    try (LabelledBatches batches =
        new LabelledBatches(train, labels, size, ViewConfig.paper(), Augmentation.USUAL, 8, 1)) {
      graph.fit(batches, epochs);
    }
    return graph;
  }

  /** How well it does is its average precision on test images. */
  static double ap50(ComputationGraph graph, BoxSet test) {
    Detector detector = new Detector(graph, new ImageSize(96, 128), ViewConfig.paper());
    List<JudgedImage> judged = detector.judge(test, 8, Progress.NONE);
    return CocoScores.of(judged, test.classes().size()).ap50();
  }
  // example ends
}
