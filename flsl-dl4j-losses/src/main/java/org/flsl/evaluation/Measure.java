package org.flsl.evaluation;

import java.util.List;
import java.util.ServiceLoader;

/**
 * A benchmark that is found by its name and needs a folder of images only.
 *
 * <p>To add one, write a class and name it in {@code META-INF/services/org.flsl.evaluation.Measure}
 * of your jar: {@code eval}, {@code pretrain --measure} and the scores of sweeps find it there. The
 * class needs a public constructor without arguments. The first of its values is the one that
 * sweeps compare candidates by: of that, more is better.
 */
public abstract class Measure {
  private final String name;
  private final String summary;

  /**
   * Names a measure.
   *
   * @param name what commands and files call it, such as {@code dense-knn}
   * @param summary what it tells and which images it needs, in a sentence or two
   */
  protected Measure(String name, String summary) {
    this.name = name;
    this.summary = summary;
  }

  /** Those that the class path offers, in its order. */
  public static List<Measure> known() {
    return ServiceLoader.load(Measure.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  /** What commands and files call it. */
  public final String name() {
    return name;
  }

  /** What it tells and which images it needs. */
  public final String summary() {
    return summary;
  }

  /**
   * Reads what it measures on, and leaves out images that cannot be read.
   *
   * @return measures as often as one likes
   * @throws IllegalArgumentException if these are not the images that it needs
   */
  public abstract Benchmark on(MeasuredImages images);

  @Override
  public final String toString() {
    return name;
  }
}
