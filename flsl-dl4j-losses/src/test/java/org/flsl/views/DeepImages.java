package org.flsl.views;

import java.awt.color.ColorSpace;
import java.awt.image.BandedSampleModel;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.SampleModel;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** TIFF files of any depth and number of bands. */
public final class DeepImages {

  private DeepImages() {}

  /** A colour space of any number of bands, which ImageIO needs to write them. */
  private static final class Anything extends ColorSpace {
    private static final long serialVersionUID = 1L;

    Anything(int bands) {
      super(ColorSpace.TYPE_2CLR - 2 + bands, bands);
    }

    @Override
    public float[] toRGB(float[] values) {
      return new float[3];
    }

    @Override
    public float[] fromRGB(float[] rgb) {
      return new float[getNumComponents()];
    }

    @Override
    public float[] toCIEXYZ(float[] values) {
      return new float[3];
    }

    @Override
    public float[] fromCIEXYZ(float[] xyz) {
      return new float[getNumComponents()];
    }
  }

  /** A TIFF whose number i, counted through pixels and bands, is {@code first + i * step}. */
  public static byte[] tiff(int type, int width, int height, int bands, double first, double step)
      throws IOException {
    SampleModel samples = new BandedSampleModel(type, width, height, bands);
    WritableRaster raster = Raster.createWritableRaster(samples, null);
    for (int i = 0; i < width * height * bands; i++) {
      int pixel = i / bands;
      double value = first + i * step;
      raster.setSample(
          pixel % width,
          pixel / width,
          i % bands,
          type == DataBuffer.TYPE_BYTE ? value % 256 : value);
    }
    ColorSpace space =
        bands == 1
            ? ColorSpace.getInstance(ColorSpace.CS_GRAY)
            : bands == 3 ? ColorSpace.getInstance(ColorSpace.CS_sRGB) : new Anything(bands);
    ComponentColorModel colours = new ComponentColorModel(space, false, false, 1, type);
    BufferedImage image = new BufferedImage(colours, raster, false, null);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageWriter writer = jdkWriter();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), writer.getDefaultWriteParam());
    }
    return file.toByteArray();
  }

  private static ImageWriter jdkWriter() {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("tiff");
    ImageWriter writer = writers.next();
    while (writer.getClass().getModule() != ImageIO.class.getModule()) {
      writer = writers.next();
    }
    return writer;
  }
}
