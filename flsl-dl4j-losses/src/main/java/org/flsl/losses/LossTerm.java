package org.flsl.losses;

import java.util.List;
import java.util.ServiceLoader;
import org.flsl.schedules.Scheduled;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * One term of the objective, and all that there is to know of it.
 *
 * <p>To add a term, write a class and name it in {@code
 * META-INF/services/org.flsl.losses.LossTerm}: training, metrics, and the flags, files, charts and
 * sweeps of the command find it there. Terms of one class are equal; the class needs a public
 * constructor without arguments.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, include = JsonTypeInfo.As.PROPERTY, property = "@class")
public abstract class LossTerm {

  private final transient String name;
  private final transient String weight;
  private final transient Scheduled defaultWeight;
  private final transient String summary;

  /**
   * Names a term.
   *
   * @param name what metrics call it, such as {@code intra}
   * @param weight what settings call its weight, such as {@code upsilon}
   * @param defaultWeight the weight where nobody chose one
   * @param summary what it is, in a few words that follow "Weight of"
   */
  protected LossTerm(String name, String weight, Scheduled defaultWeight, String summary) {
    this.name = name;
    this.weight = weight;
    this.defaultWeight = defaultWeight;
    this.summary = summary;
  }

  /** Those that the class path offers, in its order. */
  public static List<LossTerm> known() {
    return ServiceLoader.load(LossTerm.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  /** What metrics call it. */
  public final String name() {
    return name;
  }

  /** What settings call its weight. */
  public final String weight() {
    return weight;
  }

  /** The weight where nobody chose one. */
  public final Scheduled defaultWeight() {
    return defaultWeight;
  }

  /** What it is, in a few words. */
  public final String summary() {
    return summary;
  }

  /**
   * What its values tell, in a sentence.
   *
   * @param centroids K
   */
  public abstract String meaning(int centroids);

  /**
   * Writes the computation.
   *
   * <p>The value has to be a mean over the queries, or a function of {@link
   * TermInputs#meanAssignment}: then a batch may come in parts ({@link
   * org.flsl.layers.samediff.BatchPart}).
   *
   * @return a scalar, unweighted
   */
  public abstract SDVariable define(TermInputs inputs);

  @Override
  public boolean equals(Object other) {
    return other != null && getClass() == other.getClass();
  }

  @Override
  public int hashCode() {
    return getClass().getName().hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
