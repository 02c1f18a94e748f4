package org.flsl.downstream.data;

import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Shows photos of any size to a trained graph: whole, as large as a canvas of one size allows. */
public final class PhotoCanvas {
  private final ImageSize size;
  private final ChannelNormaliser normaliser;

  /**
   * A canvas.
   *
   * @param views how channels are normalised
   */
  public PhotoCanvas(ImageSize size, ViewConfig views) {
    this.size = size;
    this.normaliser = new ChannelNormaliser(views.mean(), views.std());
  }

  /** Reads photos with the channels that are shown. */
  public ImageDecoder decoder() {
    return new ImageDecoder(Integer.MAX_VALUE, normaliser.channels());
  }

  /**
   * Photos as a graph takes them.
   *
   * @param pixels {@code [photos, channels, height, width]}
   * @param placements where each of them is
   */
  public record Shown(INDArray pixels, List<Placement> placements) implements AutoCloseable {
    @Override
    public void close() {
      pixels.close();
    }
  }

  /** Photos that go through a graph together. */
  public Shown show(List<Image> photos) {
    List<Placement> placements = photos.stream().map(photo -> Placement.fit(photo, size)).toList();
    int length = normaliser.channels() * size.height() * size.width();
    float[] values = new float[Math.multiplyExact(photos.size(), length)];
    IntStream.range(0, photos.size())
        .parallel()
        .forEach(
            i -> {
              Placement placement = placements.get(i);
              Image part = placement.part(photos.get(i), new BicubicResize());
              placement.write(part, normaliser, values, i * length);
            });
    long[] shape = {photos.size(), normaliser.channels(), size.height(), size.width()};
    return new Shown(Nd4j.create(values, shape, 'c'), placements);
  }
}
