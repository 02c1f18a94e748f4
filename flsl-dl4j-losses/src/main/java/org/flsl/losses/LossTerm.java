package org.flsl.losses;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
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

  private static final Scheduled NOTHING = Scheduled.constant(0);

  private final transient String name;
  private final transient String weight;
  private final transient Scheduled defaultWeight;
  private final transient String summary;

  /**
   * Names a term.
   *
   * @param name what metrics call it, such as {@code intra}
   * @param weight what settings call its weight, such as {@code upsilon}
   * @param defaultWeight the weight where nobody chose one; zero: left out unless it is chosen
   * @param summary what it is, in a few words that follow "Weight of"
   */
  protected LossTerm(String name, String weight, Scheduled defaultWeight, String summary) {
    this.name = name;
    this.weight = weight;
    this.defaultWeight = defaultWeight;
    this.summary = summary;
  }

  /**
   * Those that the class path offers, in its order.
   *
   * @throws ServiceConfigurationError if one of them cannot be used, or has a name that is taken
   */
  public static List<LossTerm> known() {
    List<LossTerm> terms =
        ServiceLoader.load(LossTerm.class).stream().map(ServiceLoader.Provider::get).toList();
    try {
      requireDistinct(terms);
    } catch (IllegalArgumentException e) {
      throw new ServiceConfigurationError(e.getMessage());
    }
    return terms;
  }

  /**
   * Figures and settings go by their names.
   *
   * @throws IllegalArgumentException if two terms have one name, or one name of their weights
   */
  public static void requireDistinct(Collection<LossTerm> terms) {
    Map<String, LossTerm> names = new HashMap<>();
    Map<String, LossTerm> weights = new HashMap<>();
    for (LossTerm term : terms) {
      refuse(names.put(term.name(), term), term, "are both called " + term.name());
      refuse(weights.put(term.weight(), term), term, "both call their weight " + term.weight());
    }
  }

  private static void refuse(LossTerm other, LossTerm term, String what) {
    if (other != null) {
      throw new IllegalArgumentException(
          "loss terms: %s and %s %s"
              .formatted(other.getClass().getName(), term.getClass().getName(), what));
    }
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
   * Whether nobody chose this weight: a term that weighs nothing unless it is chosen is left out.
   */
  public final boolean isLeftOut(Scheduled weight) {
    return weight.equals(NOTHING) && defaultWeight.equals(NOTHING);
  }

  /** Whether it reads {@link TermInputs#embeddings} or {@link TermInputs#teacherEmbeddings}. */
  public boolean readsEmbeddings() {
    return false;
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
   * <p>Of a value that is a mean over the queries, or a function of {@link
   * TermInputs#meanAssignment}, a batch may come in parts ({@link
   * org.flsl.layers.samediff.BatchPart}) and the gradient stays the same.
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
