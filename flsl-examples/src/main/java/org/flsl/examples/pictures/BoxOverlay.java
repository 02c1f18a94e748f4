package org.flsl.examples.pictures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.function.Consumer;
import org.flsl.downstream.detection.Detection;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.Palette;
import org.flsl.views.pixels.Image;

/** Boxes and the names of their classes over a photo, a colour for each class. */
public final class BoxOverlay {
  /** Detections that are less sure are not drawn. */
  public static final double LEAST_SCORE = 0.3;

  /** The photo's longer side for each pixel of a line. */
  private static final int SIDE_OF_A_PIXEL = 300;

  private static final int FONT = 10;

  private final Image photo;
  private final List<String> classes;

  /** Draws over a photo. */
  public BoxOverlay(Image photo, List<String> classes) {
    this.photo = photo;
    this.classes = classes;
  }

  /** The boxes, with the names of their classes. */
  public BufferedImage boxes(List<LabelledBox> boxes) {
    return drawn(
        graphics -> boxes.forEach(box -> draw(graphics, box, classes.get(box.category()))));
  }

  /** The detections that are sure enough, with their scores. */
  public BufferedImage detections(List<Detection> found) {
    return drawn(
        graphics ->
            found.stream()
                .filter(each -> each.score() >= LEAST_SCORE)
                .forEach(
                    each ->
                        draw(
                            graphics,
                            each.box(),
                            "%s %.2f"
                                .formatted(classes.get(each.box().category()), each.score()))));
  }

  private BufferedImage drawn(Consumer<Graphics2D> content) {
    BufferedImage picture = MaskOverlay.photo(photo);
    Graphics2D graphics = picture.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setStroke(new BasicStroke(thickness()));
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT * thickness()));
    content.accept(graphics);
    graphics.dispose();
    return picture;
  }

  private int thickness() {
    return Math.max(1, Math.max(photo.width(), photo.height()) / SIDE_OF_A_PIXEL);
  }

  private void draw(Graphics2D graphics, LabelledBox box, String name) {
    // Colour 0 is VOC's background: black.
    Color colour = new Color(Palette.PASCAL_VOC.rgb(box.category() + 1));
    graphics.setColor(colour);
    graphics.draw(
        new Rectangle2D.Double(
            box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top()));
    int height = graphics.getFontMetrics().getAscent();
    int width = graphics.getFontMetrics().stringWidth(name);
    int x = (int) box.left();
    int y = (int) Math.max(height, box.top());
    graphics.fillRect(x, y - height, width + 2, height + 1);
    graphics.setColor(Color.WHITE);
    graphics.drawString(name, x + 1, y - 1);
  }
}
