package org.flsl.arbiter.score;

import java.nio.file.Path;
import java.util.Set;
import org.flsl.evaluation.SegmentationBenchmark.Method;

/** The scores that a sweep can be told to use. */
public enum ScoreKind {
  /** {@link ViewAgreement}: needs no labels. */
  LABEL_FREE {
    @Override
    public Score open(Path images, Set<Integer> ignored) {
      return ViewAgreement.of(images);
    }
  },
  /** {@link CategoryNeighbours}: needs a class for each image. */
  CATEGORIES {
    @Override
    public Score open(Path images, Set<Integer> ignored) {
      return CategoryNeighbours.of(images);
    }
  },
  /** {@link Segmentation} by nearest neighbours, the share of right pixels: needs masks. */
  DENSE_KNN {
    @Override
    public Score open(Path images, Set<Integer> ignored) {
      return Segmentation.of(images, ignored, Method.KNN, "pixel accuracy");
    }
  },
  /** {@link Segmentation} by nearest neighbours, mean intersection over union: needs masks. */
  DENSE_KNN_MIOU {
    @Override
    public Score open(Path images, Set<Integer> ignored) {
      return Segmentation.of(images, ignored, Method.KNN, "mIoU");
    }
  },
  /** {@link Segmentation} by k-means, mean intersection over union: needs masks. */
  KMEANS_MIOU {
    @Override
    public Score open(Path images, Set<Integer> ignored) {
      return Segmentation.of(images, ignored, Method.KMEANS, "mIoU");
    }
  };

  /**
   * Opens the images to score on.
   *
   * @param ignored labels of masks that do not count
   * @throws IllegalArgumentException where they are not what the score needs
   */
  public abstract Score open(Path images, Set<Integer> ignored);
}
