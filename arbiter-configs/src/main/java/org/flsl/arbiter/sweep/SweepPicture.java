package org.flsl.arbiter.sweep;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcome.Status;
import org.flsl.examples.settings.Config;

/**
 * Draws what a sweep found out: above, a line for each candidate through all of its settings to its
 * score; below, the score against each setting.
 */
final class SweepPicture {
  private static final int WIDTH = 1100;
  private static final int TITLE = 48;
  private static final int LINES = 300;
  private static final int PANEL = 250;
  private static final int PANELS_PER_ROW = 3;
  private static final int MARGIN = 64;
  private static final int LABELS = 40;
  private static final double DOT = 9;
  private static final float[] DOTS = {2, 4};

  private static final Color AXIS = new Color(0x888888);
  private static final Color FAINT = new Color(0xE4E4E4);
  private static final Color TEXT = new Color(0x333333);
  private static final Color WITHOUT_SCORE = new Color(0xBBBBBB);

  /** From little to much: viridis, which stays in order without colours. */
  private static final Color[] COLOURS = {
    new Color(0x440154),
    new Color(0x3B528B),
    new Color(0x21908C),
    new Color(0x5DC863),
    new Color(0xE6D71A)
  };

  private final List<Axis> axes;
  private final List<Outcome> outcomes;
  private final String score;
  private final Config base;
  private final double untrained;
  private final Scale scores;
  private final double least;
  private final double most;

  /**
   * @param outcomes at least one of them with a score
   * @param score what to call it
   * @param base what candidates have that do not name a setting
   * @param untrained the score of a network that has learned nothing
   */
  SweepPicture(
      List<Axis> axes, List<Outcome> outcomes, String score, Config base, double untrained) {
    this.untrained = untrained;
    // Where no candidate has a number, there is nothing to draw.
    this.axes =
        axes.stream()
            .filter(
                axis ->
                    !axis.isNumeric()
                        || outcomes.stream()
                            .anyMatch(outcome -> position(outcome, axis, base).isPresent()))
            .toList();
    this.score = score;
    this.base = base;
    // The best one is drawn last, over the others.
    this.outcomes = new ArrayList<>(ResultsTable.sorted(outcomes));
    Collections.reverse(this.outcomes);
    List<Double> known =
        outcomes.stream().map(Outcome::score).filter(value -> value != null).toList();
    this.least = known.stream().min(Comparator.naturalOrder()).orElseThrow();
    this.most = known.stream().max(Comparator.naturalOrder()).orElseThrow();
    this.scores = Scale.of(Math.min(least, untrained), Math.max(most, untrained), false);
  }

  /** The outcome that is ringed: the first one of the table. */
  Outcome best() {
    return outcomes.get(outcomes.size() - 1);
  }

  BufferedImage draw() {
    int rows = (axes.size() + PANELS_PER_ROW - 1) / PANELS_PER_ROW;
    BufferedImage picture =
        new BufferedImage(WIDTH, TITLE + LINES + LABELS + rows * PANEL, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    try {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, picture.getWidth(), picture.getHeight());
      title(g);
      lines(g);
      for (int i = 0; i < axes.size(); i++) {
        int width = (WIDTH - MARGIN / 2) / PANELS_PER_ROW;
        int x = i % PANELS_PER_ROW * width + MARGIN;
        int y = TITLE + LINES + LABELS + i / PANELS_PER_ROW * PANEL;
        panel(g, axes.get(i), new Box(x, y + 8, width - MARGIN - 8, PANEL - 64));
      }
    } finally {
      g.dispose();
    }
    return picture;
  }

  private record Box(int x, int y, int width, int height) {}

  private void title(Graphics2D g) {
    Outcome best = best();
    font(g, Font.BOLD, 15);
    g.setColor(TEXT);
    g.drawString("score: " + score, 16, 22);
    font(g, Font.PLAIN, 12);
    long scored = outcomes.stream().filter(o -> o.status() == Status.DONE).count();
    g.drawString(
        "%d of %d candidates scored to their end; the best, candidate %d with %.4f, is ringed; dotted: without training"
            .formatted(scored, outcomes.size(), best.index(), best.score()),
        16,
        40);
  }

  /** Parallel coordinates. */
  private void lines(Graphics2D g) {
    List<Scale> scales = new ArrayList<>();
    axes.forEach(axis -> scales.add(scale(axis)));
    scales.add(scores);
    int top = TITLE + 32;
    int height = LINES - 48;
    for (int i = 0; i < scales.size(); i++) {
      double x = lineX(i, scales.size());
      g.setColor(AXIS);
      g.draw(new Line2D.Double(x, top, x, top + height));
      font(g, Font.BOLD, 12);
      g.setColor(TEXT);
      centred(g, i < axes.size() ? axes.get(i).name() : "score", x, top - 12);
      font(g, Font.PLAIN, 11);
      for (Scale.Tick tick : scales.get(i).ticks()) {
        double y = top + height * (1 - tick.position());
        g.setColor(AXIS);
        g.draw(new Line2D.Double(x - 2, y, x + 2, y));
        g.setColor(TEXT);
        // Beside the last axis there are no lines on the right.
        double label = i < axes.size() ? x - 6 - width(g, tick.label()) : x + 6;
        g.drawString(tick.label(), (float) label, (float) y + 4);
      }
    }
    for (Outcome outcome : outcomes) {
      Path2D line = new Path2D.Double();
      boolean begun = false;
      for (int i = 0; i < scales.size(); i++) {
        OptionalDouble value = i < axes.size() ? position(outcome, axes.get(i)) : scoreOf(outcome);
        if (value.isEmpty()) {
          begun = false;
          continue;
        }
        double x = lineX(i, scales.size());
        double y = top + height * (1 - scales.get(i).position(value.getAsDouble()));
        if (begun) {
          line.lineTo(x, y);
        } else {
          line.moveTo(x, y);
          begun = true;
        }
      }
      g.setColor(colour(outcome));
      g.setStroke(stroke(outcome));
      g.draw(line);
    }
    g.setStroke(new BasicStroke(1));
  }

  private double lineX(int index, int count) {
    double left = MARGIN + 24;
    return left + (double) index / (count - 1) * (WIDTH - left - MARGIN);
  }

  private BasicStroke stroke(Outcome outcome) {
    float width = isBest(outcome) ? 3.5f : 1.8f;
    return outcome.status() == Status.DONE
        ? new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
        : new BasicStroke(
            1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {4, 4}, 0);
  }

  private boolean isBest(Outcome outcome) {
    return outcome == outcomes.get(outcomes.size() - 1);
  }

  /** The score against one setting. */
  private void panel(Graphics2D g, Axis axis, Box box) {
    Scale scale = scale(axis);
    font(g, Font.PLAIN, 11);
    for (Scale.Tick tick : scores.ticks()) {
      double y = box.y() + box.height() * (1 - tick.position());
      g.setColor(FAINT);
      g.draw(new Line2D.Double(box.x(), y, box.x() + box.width(), y));
      g.setColor(TEXT);
      g.drawString(tick.label(), (float) (box.x() - 6 - width(g, tick.label())), (float) y + 4);
    }
    for (Scale.Tick tick : scale.ticks()) {
      double x = box.x() + box.width() * tick.position();
      g.setColor(FAINT);
      g.draw(new Line2D.Double(x, box.y(), x, box.y() + box.height()));
      g.setColor(TEXT);
      centred(g, tick.label(), x, box.y() + box.height() + 15);
    }
    double level = box.y() + box.height() * (1 - scores.position(untrained));
    g.setColor(AXIS);
    g.setStroke(new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, DOTS, 0));
    g.draw(new Line2D.Double(box.x(), level, box.x() + box.width(), level));
    g.setStroke(new BasicStroke(1));
    g.drawRect(box.x(), box.y(), box.width(), box.height());
    font(g, Font.BOLD, 12);
    g.setColor(TEXT);
    centred(g, axis.name(), box.x() + box.width() / 2.0, box.y() + box.height() + 33);
    for (Outcome outcome : outcomes) {
      OptionalDouble value = position(outcome, axis);
      if (value.isPresent()) {
        dot(g, outcome, box.x() + box.width() * scale.position(value.getAsDouble()), box);
      }
    }
  }

  private void dot(Graphics2D g, Outcome outcome, double x, Box box) {
    g.setColor(colour(outcome));
    if (outcome.score() == null) {
      double y = box.y() + box.height() - 7;
      g.setStroke(new BasicStroke(1.8f));
      g.draw(new Line2D.Double(x - 4, y - 4, x + 4, y + 4));
      g.draw(new Line2D.Double(x - 4, y + 4, x + 4, y - 4));
    } else {
      double y = box.y() + box.height() * (1 - scores.position(outcome.score()));
      Ellipse2D circle = new Ellipse2D.Double(x - DOT / 2, y - DOT / 2, DOT, DOT);
      if (outcome.status() == Status.DONE) {
        g.fill(circle);
      } else {
        g.draw(circle);
      }
      if (isBest(outcome)) {
        g.setColor(TEXT);
        g.setStroke(new BasicStroke(1.5f));
        g.draw(new Ellipse2D.Double(x - DOT, y - DOT, 2 * DOT, 2 * DOT));
      }
    }
    g.setStroke(new BasicStroke(1));
  }

  private Scale scale(Axis axis) {
    if (!axis.isNumeric()) {
      return Scale.ofNames(axis.values());
    }
    double[] values =
        outcomes.stream()
            .map(outcome -> position(outcome, axis))
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .sorted()
            .toArray();
    boolean logarithmic = axis.logarithmic() && values[0] > 0;
    return Scale.of(values[0], values[values.length - 1], logarithmic);
  }

  private OptionalDouble position(Outcome outcome, Axis axis) {
    return position(outcome, axis, base);
  }

  private static OptionalDouble position(Outcome outcome, Axis axis, Config base) {
    String own = outcome.settings().get(axis.name());
    return axis.position(own == null ? base.text(axis.setting()) : own);
  }

  private static OptionalDouble scoreOf(Outcome outcome) {
    return outcome.score() == null ? OptionalDouble.empty() : OptionalDouble.of(outcome.score());
  }

  private Color colour(Outcome outcome) {
    if (outcome.score() == null) {
      return WITHOUT_SCORE;
    }
    double share = most == least ? 1 : (outcome.score() - least) / (most - least);
    double at = share * (COLOURS.length - 1);
    int below = Math.min((int) at, COLOURS.length - 2);
    return mixed(COLOURS[below], COLOURS[below + 1], at - below);
  }

  private static Color mixed(Color a, Color b, double share) {
    return new Color(
        (int) Math.round(a.getRed() + share * (b.getRed() - a.getRed())),
        (int) Math.round(a.getGreen() + share * (b.getGreen() - a.getGreen())),
        (int) Math.round(a.getBlue() + share * (b.getBlue() - a.getBlue())));
  }

  private static void font(Graphics2D g, int style, int size) {
    g.setFont(new Font(Font.SANS_SERIF, style, size));
  }

  private static int width(Graphics2D g, String text) {
    return g.getFontMetrics().stringWidth(text);
  }

  private static void centred(Graphics2D g, String text, double x, double y) {
    g.drawString(text, (float) (x - width(g, text) / 2.0), (float) y);
  }
}
