package org.flsl.views;

/**
 * The names of the training graph's inputs, the contract between the iterator and the graph.
 *
 * <p>{@link ViewConfig#inputNames()} lists them in the order of the features of a batch.
 */
public final class ViewNames {

  /** The teacher's view, {@code [B,3,g,g]}. */
  public static final String TEACHER_VIEW = "teacherView";

  /** The student's global view, {@code [B,3,g,g]}. */
  public static final String STUDENT_VIEW = "studentView";

  /** Rows that pick the queries out of the student's tokens, {@code [B,n_q,N]}. */
  public static final String QUERY_SELECTOR = "querySelector";

  /**
   * Rows that pick, for each query, what lies at its spot of the photograph out of the teacher's
   * tokens, {@code [B,n_q,N_t]}.
   */
  public static final String COUNTERPART_SELECTOR = "counterpartSelector";

  /** The teacher's view before colour augmentation, {@code [B,3,g,g]}. */
  public static final String TEACHER_CROP = "teacherCrop";

  /** The student's global view before colour augmentation, {@code [B,3,g,g]}. */
  public static final String STUDENT_CROP = "studentCrop";

  private ViewNames() {}

  /** A local view, {@code [B,3,l,l]}; the first is number 1. */
  public static String local(int number) {
    return "local" + requirePositive(number);
  }

  /** A local view before colour augmentation, {@code [B,3,l,l]}; the first is number 1. */
  public static String localCrop(int number) {
    return "localCrop" + requirePositive(number);
  }

  private static int requirePositive(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("Local views are numbered from 1, got " + number);
    }
    return number;
  }
}
