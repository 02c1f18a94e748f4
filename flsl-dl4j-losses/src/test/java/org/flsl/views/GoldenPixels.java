package org.flsl.views;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.RgbImage;
import org.nd4j.linalg.factory.Nd4j;

/** Images computed with the published code's libraries (Pillow, torchvision), by name. */
public final class GoldenPixels {

  private GoldenPixels() {}

  public static RgbImage image(String name) {
    try {
      return new ImageDecoder().decode(file(name + ".png").toPath()).toRgb();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static float[] numbers(String name) {
    return Nd4j.createFromNpyFile(file(name + ".npy")).dup('c').data().asFloat();
  }

  private static File file(String name) {
    try {
      return new File(GoldenPixels.class.getResource("/golden/pixels/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
