package org.flsl.views.decode;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_8;
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
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.flsl.views.pixels.RgbImage;

/**
 * Decodes an image file of any {@link ImageFormat} to upright 8-bit RGB.
 *
 * <p>One decoder serves all threads. Grey becomes three equal channels, alpha is dropped without
 * blending (as Pillow's {@code convert("RGB")} does), 16-bit values lose their low byte, CMYK is
 * converted, and the EXIF orientation is applied.
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
  private final Semaphore hugeImages = new Semaphore(1);

  /** Makes a decoder that always decodes at full size. */
  public ImageDecoder() {
    this(Integer.MAX_VALUE);
  }

  /**
   * Makes a decoder that may reduce large photographs.
   *
   * @param minSide both sides of a reduced image are at least this; take at least twice the size
   *     that crops are resized to
   */
  public ImageDecoder(int minSide) {
    if (minSide < 1) {
      throw new IllegalArgumentException("The smallest side must be at least 1, got " + minSide);
    }
    this.minSide = minSide;
  }

  /**
   * Reads and decodes a file.
   *
   * @throws UnreadableImageException if the content is no complete image of a known format
   * @throws IOException if the file itself cannot be read
   */
  public RgbImage decode(Path file) throws IOException {
    return decode(Files.readAllBytes(file));
  }

  /**
   * Decodes a file's content.
   *
   * @throws UnreadableImageException if the content is no complete image of a known format
   */
  public RgbImage decode(byte[] file) throws UnreadableImageException {
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
      return switch (header.format()) {
        case GIF -> decodeGif(file);
        // The native decoder turns all others upright.
        case WEBP ->
            new Orientation(header.orientation())
                .upright(decodeNatively(new WebpContainer(file).still(), header));
        default -> decodeNatively(file, header);
      };
    } finally {
      if (huge) {
        hugeImages.release();
      }
    }
  }

  private RgbImage decodeNatively(byte[] file, ImageHeader header) throws UnreadableImageException {
    int reduction = reduction(header.width(), header.height());
    boolean jpeg = header.format() == ImageFormat.JPEG;
    int flags = jpeg ? jpegFlags(reduction) : IMREAD_COLOR;
    try (BytePointer bytes = new BytePointer(file);
        Mat encoded = new Mat(1, file.length, CV_8UC1, bytes);
        Mat decoded = imdecode(encoded, flags)) {
      if (!decoded.empty()) {
        return jpeg || reduction == 1 ? fromBgr(decoded) : fromBgr(decoded, reduction);
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

  private static RgbImage fromBgr(Mat decoded, int reduction) {
    try (Mat reduced = new Mat();
        Size size = new Size(decoded.cols() / reduction, decoded.rows() / reduction)) {
      resize(decoded, reduced, size, 0, 0, INTER_AREA);
      return fromBgr(reduced);
    }
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

  private static String firstLine(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }
}
