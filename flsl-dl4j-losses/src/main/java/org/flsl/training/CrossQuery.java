package org.flsl.training;

/** What looks for a representative among the teacher's tokens, for each query of the student. */
public enum CrossQuery {
  /**
   * The student's query itself; the paper's choice. What it finds is whatever resembles it, so that
   * features which tell only a token's place in the view satisfy the objective.
   */
  STUDENT,
  /**
   * The teacher's own token at the query's spot of the photograph, its counterpart. Student and
   * teacher then have to agree on what is there. Needs {@link
   * org.flsl.views.ViewConfig#counterparts()}.
   */
  COUNTERPART
}
