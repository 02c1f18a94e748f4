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
import org.flsl.evaluation.data.BinaryMask;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.Palette;
import org.flsl.evaluation.data.RunLengths;
import org.flsl.views.pixels.Image;

/**
 * Boxes and the names of their classes over a photo, a colour for each class; small photos are
 * enlarged, so that labels can be read and do not cover what they name.
 */
public final class BoxOverlay {
  /**
   * From which score on detections are drawn, unless something else is said: there are seldom two
   * of one object above it.
   */
  public static final double USUAL_LEAST_SCORE = 0.5;

  /** Photos are enlarged until the longer side of their picture has as many pixels. */
  private static final int LEAST_SIDE = 800;

  /** The picture's longer side for each pixel of a line. */
  private static final int SIDE_OF_A_PIXEL = 500;

  private static final int FONT = 10;

  /** How much a mask covers of the photo, of 255. */
  private static final int OPACITY = 140;

  /** Colours of masks. */
  private static final int OBJECTS = 200;

  private final Image photo;
  private final List<String> classes;

  /** Pixels of the picture for one of the photo. */
  private final int scale;

  private final int thickness;

  /** Draws over a photo. */
  public BoxOverlay(Image photo, List<String> classes) {
    this.photo = photo;
    this.classes = classes;
    int side = Math.max(photo.width(), photo.height());
    this.scale = (LEAST_SIDE + side - 1) / side;
    this.thickness = Math.max(1, scale * side / SIDE_OF_A_PIXEL);
  }

  /**
   * The boxes, with the names of their classes.
   *
   * @param masks of as many objects, drawn as well; or none
   */
  public BufferedImage objects(List<LabelledBox> boxes, List<RunLengths> masks) {
    return drawn(
        graphics -> {
          for (int i = 0; i < boxes.size(); i++) {
            if (i < masks.size()) {
              fill(graphics, masks.get(i), i);
            }
            draw(graphics, boxes.get(i), classes.get(boxes.get(i).category()));
          }
        });
  }

  /** The detections of at least some score, with their scores. */
  public BufferedImage detections(List<Detection> found, double leastScore) {
    List<Detection> sure = found.stream().filter(each -> each.score() >= leastScore).toList();
    return drawn(
        graphics -> {
          for (int i = 0; i < sure.size(); i++) {
            Detection each = sure.get(i);
            int number = i;
            each.mask().ifPresent(mask -> fill(graphics, mask, number));
            String name = classes.get(each.box().category());
            draw(graphics, each.box(), "%s %.2f".formatted(name, each.score()));
          }
        });
  }

  /** A colour for each object: those of one class may touch. */
  private void fill(Graphics2D graphics, RunLengths mask, int number) {
    BinaryMask pixels = mask.rasterise(mask.width(), mask.height());
    Color colour = new Color(Palette.PASCAL_VOC.rgb(number % OBJECTS + 1));
    graphics.setColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), OPACITY));
    for (int i = 0; i < pixels.inside().length; i++) {
      if (pixels.inside()[i]) {
        graphics.fillRect(scale * (i % pixels.width()), scale * (i / pixels.width()), scale, scale);
      }
    }
  }

  private BufferedImage drawn(Consumer<Graphics2D> content) {
    int width = scale * photo.width();
    int height = scale * photo.height();
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(MaskOverlay.photo(photo), 0, 0, width, height, null);
    graphics.setStroke(new BasicStroke(thickness));
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT * thickness));
    content.accept(graphics);
    graphics.dispose();
    return picture;
  }

  private void draw(Graphics2D graphics, LabelledBox box, String name) {
    // Colour 0 is VOC's background: black.
    Color colour = new Color(Palette.PASCAL_VOC.rgb(box.category() + 1));
    graphics.setColor(colour);
    graphics.draw(
        new Rectangle2D.Double(
            scale * box.left(),
            scale * box.top(),
            scale * (box.right() - box.left()),
            scale * (box.bottom() - box.top())));
    int height = graphics.getFontMetrics().getAscent();
    int width = graphics.getFontMetrics().stringWidth(name) + 2;
    int x = (int) Math.max(0, Math.min(scale * box.left(), scale * photo.width() - width));
    int y = (int) Math.max(height, scale * box.top());
    graphics.fillRect(x, y - height, width, height + 1);
    graphics.setColor(Color.WHITE);
    graphics.drawString(name, x + 1, y - 1);
  }
}
