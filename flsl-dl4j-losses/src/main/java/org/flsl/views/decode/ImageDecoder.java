package org.flsl.views.decode;

import static org.bytedeco.opencv.global.opencv_core.CV_16U;
import static org.bytedeco.opencv.global.opencv_core.CV_32F;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_ANYCOLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_ANYDEPTH;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.flsl.views.pixels.FloatImage;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;

/**
 * Decodes an image file of any {@link ImageFormat}, upright and with the channels that a network
 * takes.
 *
 * <p>One decoder serves all threads. For three channels, the default, ordinary photographs become
 * 8-bit {@link RgbImage}s: grey becomes three equal channels, alpha is dropped without blending (as
 * Pillow's {@code convert("RGB")} does), CMYK is converted, and the EXIF orientation is applied.
 * For one channel, colours become grey. Any other number has to be what the file itself holds: a
 * PNG with alpha four, a TIFF as many bands as it has. More than 8 bits keep their precision in a
 * {@link FloatImage}; {@link ValueRange} says what its 0 and 1 are.
 *
 * <p>Photographs much larger than needed are decoded at a half, a quarter or an eighth of their
 * size, by averaging (for JPEG inside the decoder, which saves most of the time), and only as long
 * as both sides stay at least {@code minSide}.
 */
public final class ImageDecoder {

  /** Larger images are refused: they are more likely damaged than real, and need gigabytes. */
  static final long MAX_PIXELS = 1L << 28;

  /** Images above this are decoded one at a time, to bound memory. */
  private static final long HUGE_PIXELS = 1L << 25;

  private static final int LARGEST_REDUCTION = 8;

  private final int minSide;
  private final int channels;
  private final Semaphore hugeImages = new Semaphore(1);

  /** Makes a decoder to three channels that always decodes at full size. */
  public ImageDecoder() {
    this(Integer.MAX_VALUE);
  }

  /** Makes a decoder to three channels that may reduce large photographs. */
  public ImageDecoder(int minSide) {
    this(minSide, RgbImage.CHANNELS);
  }

  /**
   * Makes a decoder that may reduce large photographs.
   *
   * @param minSide both sides of a reduced image are at least this; take at least twice the size
   *     that crops are resized to
   * @param channels of the images
   */
  public ImageDecoder(int minSide, int channels) {
    if (channels < 1) {
      throw new IllegalArgumentException("There must be at least 1 channel, got " + channels);
    }
    if (minSide < 1) {
      throw new IllegalArgumentException("The smallest side must be at least 1, got " + minSide);
    }
    this.minSide = minSide;
    this.channels = channels;
  }

  /**
   * Reads and decodes a file.
   *
   * @throws UnreadableImageException if the content is no complete image of a known format
   * @throws IOException if the file itself cannot be read
   */
  public Image decode(Path file) throws IOException {
    return decode(Files.readAllBytes(file));
  }

  /**
   * Decodes the content of a file that was decoded before, without another look for holes in it,
   * which costs nearly as much as decoding.
   *
   * @throws UnreadableImageException if the content is no complete image any more
   */
  public Image decodeAgain(byte[] file) throws UnreadableImageException {
    return decode(file, true);
  }

  /**
   * Decodes a file's content.
   *
   * @throws UnreadableImageException if the content is no complete image of a known format
   */
  public Image decode(byte[] file) throws UnreadableImageException {
    return decode(file, false);
  }

  private Image decode(byte[] file, boolean known) throws UnreadableImageException {
    ImageHeader header = ImageHeader.of(file);
    if (header.pixels() > MAX_PIXELS) {
      throw new UnreadableImageException(
          "%dx%d is more than %d pixels".formatted(header.width(), header.height(), MAX_PIXELS));
    }
    boolean huge = header.pixels() > HUGE_PIXELS;
    if (huge) {
      hugeImages.acquireUninterruptibly();
    }
    try {
      Image stored =
          switch (header.format()) {
            case GIF -> decodeGif(file);
            case WEBP -> decodeNatively(new WebpContainer(file).still(), header);
            case PNG -> decodeNatively(PngChunks.picture(file), header);
            case TIFF -> decodeTiff(file, header);
            case JPEG -> {
              if (!known) {
                JpegData.check(file);
              }
              yield decodeNatively(file, header);
            }
            default -> decodeNatively(file, header);
          };
      boolean turned = header.format() != ImageFormat.WEBP && isTurnedNatively(header);
      Orientation orientation =
          turned ? Orientation.UPRIGHT : new Orientation(header.orientation());
      return Bands.of(orientation.upright(stored), channels);
    } finally {
      if (huge) {
        hugeImages.release();
      }
    }
  }

  /** The native decoder turns pictures upright, but not what it returns unchanged. */
  private boolean isTurnedNatively(ImageHeader header) {
    return header.format() == ImageFormat.JPEG
        || Bands.arePicture(channels) && !(header.format() == ImageFormat.TIFF && header.deep());
  }

  private Image decodeTiff(byte[] file, ImageHeader header) throws UnreadableImageException {
    TiffDirectory directory = new TiffDirectory(file, 0, file.length);
    directory.requirePixels();
    return header.deep() || !Bands.arePicture(channels)
        ? TiffBands.read(file, directory)
        : decodeNatively(file, header);
  }

  private Image decodeNatively(byte[] file, ImageHeader header) throws UnreadableImageException {
    int reduction = reduction(header.width(), header.height());
    boolean jpeg = header.format() == ImageFormat.JPEG;
    int flags = jpeg ? jpegFlags(reduction) : flags(header);
    try (BytePointer bytes = new BytePointer(file);
        Mat encoded = new Mat(1, file.length, CV_8UC1, bytes);
        Mat decoded = imdecode(encoded, flags)) {
      if (!decoded.empty()) {
        return jpeg || reduction == 1 ? copied(decoded) : reduced(decoded, reduction);
      }
    } catch (RuntimeException openCvError) {
      throw new UnreadableImageException(
          "corrupt %s (%s)".formatted(header.format(), firstLine(openCvError)), openCvError);
    }
    throw new UnreadableImageException(
        "corrupt or truncated %s (%d bytes)".formatted(header.format(), file.length));
  }

  /** The largest power of two by which both sides can be divided. */
  private int reduction(int width, int height) {
    int reduction = 1;
    while (reduction < LARGEST_REDUCTION && Math.min(width, height) / (2 * reduction) >= minSide) {
      reduction *= 2;
    }
    return reduction;
  }

  private static int jpegFlags(int reduction) {
    return switch (reduction) {
      case 2 -> IMREAD_REDUCED_COLOR_2;
      case 4 -> IMREAD_REDUCED_COLOR_4;
      case 8 -> IMREAD_REDUCED_COLOR_8;
      default -> IMREAD_COLOR;
    };
  }

  private int flags(ImageHeader header) {
    if (!Bands.arePicture(channels)) {
      return IMREAD_UNCHANGED;
    }
    return header.deep() ? IMREAD_ANYDEPTH | IMREAD_ANYCOLOR : IMREAD_COLOR;
  }

  private static Image reduced(Mat decoded, int reduction) {
    try (Mat reduced = new Mat();
        Size size = new Size(decoded.cols() / reduction, decoded.rows() / reduction)) {
      resize(decoded, reduced, size, 0, 0, INTER_AREA);
      return copied(reduced);
    }
  }

  private static Image copied(Mat decoded) {
    return decoded.type() == CV_8UC3 ? fromBgr(decoded) : floats(decoded);
  }

  /** Copies numbers of 8 or 16 bits, any channels; where there are colours red comes first. */
  private static FloatImage floats(Mat decoded) {
    int channels = decoded.channels();
    FloatImage image = new FloatImage(decoded.cols(), decoded.rows(), channels);
    float[] data = image.data();
    try (Mat real = new Mat()) {
      decoded.convertTo(real, CV_32F);
      new FloatPointer(real.data()).get(data);
    }
    ValueRange.ofBits(data, decoded.depth() == CV_16U ? 16 : 8);
    for (int i = 0; channels >= RgbImage.CHANNELS && i < data.length; i += channels) {
      float blue = data[i];
      data[i] = data[i + 2];
      data[i + 2] = blue;
    }
    return image;
  }

  /** Copies to the heap and exchanges blue and red. */
  private static RgbImage fromBgr(Mat decoded) {
    RgbImage image = new RgbImage(decoded.cols(), decoded.rows());
    byte[] rgb = image.data();
    // Exchanging from one array to another is several times faster than in place.
    byte[] bgr = new byte[rgb.length];
    decoded.data().get(bgr);
    for (int i = 0; i + 2 < rgb.length; i += RgbImage.CHANNELS) {
      rgb[i] = bgr[i + 2];
      rgb[i + 1] = bgr[i + 1];
      rgb[i + 2] = bgr[i];
    }
    return image;
  }

  private static RgbImage decodeGif(byte[] file) throws UnreadableImageException {
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      // Part of every JDK's java.desktop module.
      ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
      try {
        reader.setInput(stream, true, true);
        return fromBuffered(reader.read(0));
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      // The reader throws unchecked exceptions of many kinds at damaged files.
      throw new UnreadableImageException("corrupt or truncated GIF (" + firstLine(e) + ")", e);
    }
  }

  private static RgbImage fromBuffered(BufferedImage decoded) {
    int width = decoded.getWidth();
    RgbImage image = new RgbImage(width, decoded.getHeight());
    byte[] data = image.data();
    int[] row = new int[width];
    int at = 0;
    for (int y = 0; y < decoded.getHeight(); y++) {
      decoded.getRGB(0, y, width, 1, row, 0, width);
      for (int argb : row) {
        data[at++] = (byte) (argb >> 16);
        data[at++] = (byte) (argb >> 8);
        data[at++] = (byte) argb;
      }
    }
    return image;
  }

  static String firstLine(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }
}
