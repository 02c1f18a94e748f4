package org.flsl.downstream.segmentation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.data.PhotoCanvas;
import org.flsl.downstream.data.Placement;
import org.flsl.evaluation.BilinearScores;
import org.flsl.evaluation.ConfusionMatrix;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.layers.TokenGrid;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Tells the class of every pixel of photos of any size, with a trained graph.
 *
 * <p>A photo is shown whole, as large as the canvas allows; its scores are stretched over its own
 * pixels, each of which takes its best class.
 */
public final class SegmentationPredictor {
  private final ComputationGraph graph;
  private final PhotoCanvas canvas;

  /**
   * Segments with a graph.
   *
   * @param graph a {@link TaskGraph} with a {@link SegmentationHead}
   * @param canvas size of the images that the graph is shown; that of its training is best
   * @param views how channels are normalised, as in its training
   * @throws IllegalArgumentException if the graph cannot take images of this size
   */
  public SegmentationPredictor(ComputationGraph graph, ImageSize canvas, ViewConfig views) {
    TokenGrid.of(canvas.height(), canvas.width(), TaskGraph.stride(graph.getConfiguration()));
    this.graph = graph;
    this.canvas = new PhotoCanvas(canvas, views);
  }

  /** Reads photos with the channels that the graph takes. */
  public ImageDecoder decoder() {
    return canvas.decoder();
  }

  /** The masks of photos that go through the graph together. */
  public List<LabelMask> masks(List<Image> photos) {
    try (PhotoCanvas.Shown shown = canvas.show(photos);
        INDArray scores = graph.outputSingle(shown.pixels())) {
      return IntStream.range(0, photos.size())
          .mapToObj(i -> mask(scores, i, shown.placements().get(i), photos.get(i)))
          .toList();
    }
  }

  private static LabelMask mask(INDArray scores, int image, Placement placement, Image photo) {
    int height = placement.target().height();
    int width = placement.target().width();
    INDArray seen =
        scores.get(
            NDArrayIndex.point(image),
            NDArrayIndex.all(),
            NDArrayIndex.interval(0, height),
            NDArrayIndex.interval(0, width));
    try (INDArray rows = seen.permute(1, 2, 0).dup('c')) {
      BilinearScores stretched =
          new BilinearScores(new TokenGrid(height, width), (int) scores.size(1));
      int[] labels = stretched.best(rows.data().asFloat(), 0, photo.height(), photo.width());
      return new LabelMask(photo.width(), photo.height(), labels);
    }
  }

  /**
   * Compares with the masks of a set, at their resolution.
   *
   * @param batch images that go through the graph together
   * @param progress is told how far it is
   */
  public ConfusionMatrix compare(SegmentationSet set, int batch, Progress progress) {
    ConfusionMatrix matrix = new ConfusionMatrix(set.classes().size());
    for (int start = 0; start < set.size(); start += batch) {
      int end = Math.min(start + batch, set.size());
      List<Image> photos = new ArrayList<>();
      for (int i = start; i < end; i++) {
        photos.add(set.image(i, decoder()));
      }
      List<LabelMask> found = masks(photos);
      for (int i = start; i < end; i++) {
        matrix.add(set.mask(i).labels(), found.get(i - start).labels());
      }
      progress.at("validation", end, set.size());
    }
    return matrix;
  }
}
