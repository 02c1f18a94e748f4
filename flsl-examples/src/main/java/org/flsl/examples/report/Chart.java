package org.flsl.examples.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A curve over the steps or epochs of a training, in the coordinates of the page's SVG.
 *
 * @param title what is drawn
 * @param about one sentence for readers who do not know it
 * @param last the value at the end, in words
 * @param spoken the curve in words, for those who cannot see it
 * @param raw path of the values themselves; empty where they are smooth
 * @param smooth path of their running mean
 * @param rows horizontal lines with their values
 * @param columns vertical ticks with their steps or epochs
 */
record Chart(
    String title,
    String about,
    String last,
    String spoken,
    String raw,
    String smooth,
    List<Tick> rows,
    List<Tick> columns) {

  /** The size of the drawing; the template's viewBox is made of the same numbers. */
  static final int WIDTH = 340;

  static final int HEIGHT = 170;

  /** Room for the labels of the axes. */
  static final int LEFT = 46;

  static final int BOTTOM = 22;
  private static final int TOP = 8;
  private static final int RIGHT = 10;

  private static final int POINTS = 300;
  private static final int LINES = 4;

  /** A line of the grid: where it lies, and its label. */
  record Tick(String at, String label) {}

  /** A curve of noisy values: their running mean in front of the values. */
  static Chart noisy(String title, String about, double[] values) {
    return of(title, about, steps(values), "steps", values, Math.max(1, values.length / 40));
  }

  /** A curve of a schedule. */
  static Chart schedule(String title, String about, double[] values) {
    return of(title, about, steps(values), "steps", values, 1);
  }

  /** A curve of values that were taken after some epochs. */
  static Chart measured(String title, String about, double[] epochs, double[] values) {
    return of(title, about, epochs, "epochs", values, 1);
  }

  private static double[] steps(double[] values) {
    return IntStream.rangeClosed(1, values.length).asDoubleStream().toArray();
  }

  private static Chart of(
      String title, String about, double[] times, String unit, double[] values, int window) {
    double[] means = runningMean(values, window);
    double low = Arrays.stream(values).filter(Double::isFinite).min().orElse(0);
    double high = Arrays.stream(values).filter(Double::isFinite).max().orElse(1);
    double step = niceStep(extent(low, high) / LINES);
    low = step * Math.floor(low / step + 1e-9);
    high = Math.max(step * Math.ceil(high / step - 1e-9), low + step);
    Axes axes = new Axes(times, low, high);
    List<Tick> rows = new ArrayList<>();
    for (int i = 0; low + i * step <= high + step / 2; i++) {
      rows.add(new Tick(coordinate(axes.y(low + i * step)), number(low + i * step, step)));
    }
    double first = means[0];
    double last = means[means.length - 1];
    return new Chart(
        title,
        about,
        number(last, Math.abs(last) / 1000),
        "%s over %.0f %s: from %s to %s, between %s and %s"
            .formatted(
                title,
                times[times.length - 1],
                unit,
                number(first, Math.abs(first) / 100),
                number(last, Math.abs(last) / 100),
                number(low, step),
                number(high, step)),
        window == 1 ? "" : axes.path(values),
        axes.path(means),
        rows,
        axes.ticks());
  }

  /** What the vertical axis has to show; a constant is shown above zero. */
  private static double extent(double low, double high) {
    if (high > low) {
      return high - low;
    }
    return high == 0 ? 1 : Math.abs(high);
  }

  /** The mean of the values around each one. */
  private static double[] runningMean(double[] values, int window) {
    double[] sums = new double[values.length + 1];
    for (int i = 0; i < values.length; i++) {
      sums[i + 1] = sums[i] + values[i];
    }
    double[] means = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int from = Math.max(0, i - window / 2);
      int to = Math.min(values.length, i + window - window / 2);
      means[i] = window == 1 ? values[i] : (sums[to] - sums[from]) / (to - from);
    }
    return means;
  }

  /** 1, 2 or 5 times a power of ten, at least this large. */
  private static double niceStep(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= least * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  /** A number with as many digits as tell it from one that differs by {@code step}. */
  static String number(double value, double step) {
    if (value == 0 || Math.abs(value) < step / 100) {
      return "0";
    }
    double size = Math.max(Math.abs(value), step);
    if (size < 0.001 || size >= 1e6) {
      int digits = (int) Math.max(0, Math.ceil(Math.log10(size / step) - 1e-9));
      String text = String.format(Locale.ROOT, "%." + Math.min(3, digits) + "e", value);
      return text.replaceFirst("\\.?0*e", "e").replaceFirst("e([+-])0*(\\d)", "e$1$2");
    }
    int digits = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
    return String.format(Locale.ROOT, "%,." + Math.min(6, digits) + "f", value);
  }

  private static String coordinate(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private record Axes(double[] times, double low, double high) {
    double begin() {
      return times[0];
    }

    double end() {
      return times[times.length - 1];
    }

    double x(double time) {
      return LEFT + (WIDTH - LEFT - RIGHT) * (time - begin()) / Math.max(1, end() - begin());
    }

    double y(double value) {
      return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low);
    }

    /** A line through the values; of very many only as many as can be seen. */
    String path(double[] values) {
      StringBuilder path = new StringBuilder();
      int stride = Math.max(1, values.length / POINTS);
      boolean pen = false;
      for (int i = 0; i < values.length; i += stride) {
        // The last point is the last value.
        int at = i + stride >= values.length ? values.length - 1 : i;
        if (Double.isFinite(values[at])) {
          path.append(pen ? 'L' : 'M').append(coordinate(x(times[at]))).append(' ');
          path.append(coordinate(y(values[at])));
          pen = true;
        }
      }
      return path.toString();
    }

    List<Tick> ticks() {
      double stride = Math.max(1, niceStep(end() / (LINES + 2)));
      List<Tick> ticks = new ArrayList<>();
      for (double step = stride; step <= end(); step += stride) {
        ticks.add(new Tick(coordinate(x(step)), number(step, 1)));
      }
      return ticks;
    }
  }
}
