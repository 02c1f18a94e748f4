package org.flsl.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.TokenGrid;
import org.flsl.views.ViewConfig;
import org.flsl.views.ViewNames;

/**
 * The images that enter an FLSL graph: one view for the teacher, and the student's views with the
 * window from which each query is picked.
 *
 * @param teacher the teacher's view
 * @param students the student's views
 * @param windows side of the query windows of each student view, in tokens
 */
public record ViewLayout(ImageInput teacher, List<ImageInput> students, List<Integer> windows) {

  /** Copies and checks. */
  public ViewLayout {
    Objects.requireNonNull(teacher, "teacher");
    Objects.requireNonNull(students, "students");
    Objects.requireNonNull(windows, "windows");
    students = List.copyOf(students);
    windows = List.copyOf(windows);
    if (students.isEmpty() || students.size() != windows.size()) {
      throw new IllegalArgumentException(
          String.format(
              "View layout: %d student views need as many windows, got %d; at least one is needed",
              students.size(), windows.size()));
    }
    if (windows.stream().anyMatch(window -> window < 1)) {
      throw new IllegalArgumentException(
          "View layout: a query window is at least one token wide, got windows of " + windows);
    }
  }

  /** The layout of the batches that a {@link org.flsl.views.MultiViewIterator} makes. */
  public static ViewLayout of(ViewConfig views) {
    List<ImageInput> students = new ArrayList<>();
    List<Integer> windows = new ArrayList<>();
    for (int view = 1; view < views.views(); view++) {
      String name = views.inputNames().get(view);
      students.add(new ImageInput(name, views.channels(), views.height(view), views.width(view)));
      windows.add(view == 1 ? views.globalWindow() : views.localWindow());
    }
    ImageInput teacher =
        new ImageInput(
            ViewNames.TEACHER_VIEW, views.channels(), views.globalHeight(), views.globalWidth());
    return new ViewLayout(teacher, students, windows);
  }

  /**
   * The paper's layout with square views of three channels.
   *
   * @param globalSize side of the teacher's and the student's global view in pixels
   * @param globalWindow side of its query windows in tokens
   * @param localViews number of local views
   * @param localSize side of a local view in pixels
   * @param localWindow side of its query windows in tokens
   */
  public static ViewLayout of(
      int globalSize, int globalWindow, int localViews, int localSize, int localWindow) {
    if (localViews < 0) {
      throw new IllegalArgumentException(
          "View layout: the number of local views must not be negative, got " + localViews);
    }
    List<ImageInput> students = new ArrayList<>();
    List<Integer> windows = new ArrayList<>();
    students.add(new ImageInput(ViewNames.STUDENT_VIEW, 3, globalSize, globalSize));
    windows.add(globalWindow);
    for (int i = 1; i <= localViews; i++) {
      students.add(new ImageInput(ViewNames.local(i), 3, localSize, localSize));
      windows.add(localWindow);
    }
    return new ViewLayout(
        new ImageInput(ViewNames.TEACHER_VIEW, 3, globalSize, globalSize), students, windows);
  }

  /** All images: the teacher's, then the student's. */
  List<ImageInput> all() {
    List<ImageInput> all = new ArrayList<>(List.of(teacher));
    all.addAll(students);
    return all;
  }

  /**
   * Queries of one student view: one for each window that fits into its grid.
   *
   * @throws IllegalArgumentException if the window is larger than the grid
   */
  long queries(int view, TokenGrid grid) {
    int window = windows.get(view);
    long queries = (long) (grid.height() / window) * (grid.width() / window);
    if (queries == 0) {
      throw new IllegalArgumentException(
          String.format(
              "View %s: a query window of %d x %d tokens does not fit into its %d x %d tokens; use a"
                  + " smaller window or a larger view",
              students.get(view).name(), window, window, grid.height(), grid.width()));
    }
    return queries;
  }
}
