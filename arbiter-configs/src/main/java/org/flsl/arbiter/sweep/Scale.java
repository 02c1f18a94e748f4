package org.flsl.arbiter.sweep;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** Where numbers stand between the two ends of an axis, and which of them to write beside it. */
final class Scale {
  private static final int ENOUGH = 5;
  private static final double EMPTY_SPACE = 0.04;

  /** A number beside the axis. */
  record Tick(double position, String label) {}

  private final double from;
  private final double to;
  private final boolean logarithmic;
  private final List<Tick> ticks;

  private Scale(double from, double to, boolean logarithmic, List<Tick> ticks) {
    this.from = from;
    this.to = to;
    this.logarithmic = logarithmic;
    this.ticks = ticks;
  }

  /** A scale of numbers. */
  static Scale of(double smallest, double largest, boolean logarithmic) {
    double low = logarithmic ? Math.log10(smallest) : smallest;
    double high = logarithmic ? Math.log10(largest) : largest;
    double space = high > low ? EMPTY_SPACE * (high - low) : Math.max(0.5 * Math.abs(low), 0.5);
    Scale bare = new Scale(low - space, high + space, logarithmic, List.of());
    List<Double> values = logarithmic ? decades(low, high) : steps(bare.from, bare.to);
    return bare.with(values.stream().map(x -> new Tick(bare.position(x), words(x))).toList());
  }

  /** A scale of names, side by side. */
  static Scale ofNames(List<String> names) {
    Scale bare = new Scale(-0.5, names.size() - 0.5, false, List.of());
    List<Tick> ticks = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      ticks.add(new Tick(bare.position(i), names.get(i)));
    }
    return bare.with(ticks);
  }

  private Scale with(List<Tick> some) {
    return new Scale(from, to, logarithmic, some);
  }

  /** From 0, at the beginning of the axis, to 1. */
  double position(double value) {
    return ((logarithmic ? Math.log10(value) : value) - from) / (to - from);
  }

  List<Tick> ticks() {
    return ticks;
  }

  private static List<Double> steps(double from, double to) {
    double rough = (to - from) / ENOUGH;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = power;
    for (double nice : new double[] {2, 5, 10}) {
      if (step < rough) {
        step = nice * power;
      }
    }
    List<Double> values = new ArrayList<>();
    for (long i = (long) Math.ceil(from / step); i * step <= to; i++) {
      values.add(i * step);
    }
    return values;
  }

  /** Powers of ten, and 2 and 5 times them where there are few. */
  private static List<Double> decades(double from, double to) {
    double[] factors = to - from > 2 ? new double[] {1} : new double[] {1, 2, 5};
    List<Double> values = new ArrayList<>();
    for (int power = (int) Math.floor(from); power <= to; power++) {
      for (double factor : factors) {
        double value = factor * Math.pow(10, power);
        if (Math.log10(value) >= from - 1e-9 && Math.log10(value) <= to + 1e-9) {
          values.add(value);
        }
      }
    }
    return values;
  }

  private static String words(double x) {
    return new BigDecimal(x).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }
}
