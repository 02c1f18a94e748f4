package org.flsl.examples.eval;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.flsl.training.checkpoint.AtomicFile;
import org.flsl.views.FileNames;

/** The files that features are written to, by the ending of the name. */
enum FeatureFormat {
  /** NumPy's format for one array, and the names in a text file beside it. */
  NPY {
    @Override
    void write(Path file, FeatureSpool features) throws IOException {
      AtomicFile.write(namesBeside(file), out -> writeLines(features.names(), out));
      AtomicFile.write(file, out -> writeFeatures(features, out));
    }
  },

  /** NumPy's archive: {@code features} and {@code names}. */
  NPZ {
    @Override
    void write(Path file, FeatureSpool features) throws IOException {
      AtomicFile.write(
          file,
          out -> {
            ZipOutputStream zip = new ZipOutputStream(out);
            zip.setLevel(Deflater.NO_COMPRESSION);
            zip.putNextEntry(new ZipEntry("features.npy"));
            writeFeatures(features, zip);
            zip.putNextEntry(new ZipEntry("names.npy"));
            writeNames(features.names(), zip);
            zip.finish();
          });
    }
  },

  /** A line for each image: its name, then its numbers. */
  CSV {
    @Override
    void write(Path file, FeatureSpool features) throws IOException {
      AtomicFile.write(file, out -> writeTable(features, out));
    }
  };

  /** NumPy wants what comes behind the header to begin at a multiple of this. */
  private static final int ALIGNMENT = 64;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final String ENDIAN =
      ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "<" : ">";

  /** The format that a file's name asks for. */
  static Optional<FeatureFormat> of(Path file) {
    String name = file.toString().toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(format -> name.endsWith("." + format)).findFirst();
  }

  /** Writes a file, whole or not at all. */
  abstract void write(Path file, FeatureSpool features) throws IOException;

  /** The file with a name in each line that comes with an array. */
  static Path namesBeside(Path file) {
    String name = file.getFileName().toString();
    return file.resolveSibling(FileNames.withoutEnding(name) + ".names.txt");
  }

  private static void writeLines(List<String> names, OutputStream out) throws IOException {
    for (String name : names) {
      // A line break in a name must not look like the next name.
      out.write((name.replace("\n", "\\n") + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void writeFeatures(FeatureSpool features, OutputStream out) throws IOException {
    out.write(header(ENDIAN + "f" + features.type().width(), features.shape()));
    features.copyTo(out);
  }

  /** Strings of one length, 4 bytes a character, as NumPy has them. */
  private static void writeNames(List<String> names, OutputStream out) throws IOException {
    Charset characters = Charset.forName(ENDIAN.equals("<") ? "UTF-32LE" : "UTF-32BE");
    int longest =
        names.stream().mapToInt(name -> name.codePointCount(0, name.length())).max().orElse(1);
    out.write(header(ENDIAN + "U" + longest, names.size()));
    for (String name : names) {
      out.write(Arrays.copyOf(name.getBytes(characters), longest * Integer.BYTES));
    }
  }

  /** What stands in front of an array in NumPy's format, version 1.0. */
  private static byte[] header(String type, long... shape) {
    String sizes = LongStream.of(shape).mapToObj(String::valueOf).collect(Collectors.joining(", "));
    // Exactly as NumPy writes it: not every reader takes all of Python's spellings.
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(type, shape.length == 1 ? sizes + "," : sizes);
    int before = MAGIC.length + Short.BYTES;
    int length = (before + text.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(header.array(), (byte) ' ');
    header.put(MAGIC).putShort((short) (length - before));
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    return header.put(length - 1, (byte) '\n').array();
  }

  private static void writeTable(FeatureSpool features, OutputStream out) throws IOException {
    int width = Math.toIntExact(features.shape()[1]);
    Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    CSVPrinter table =
        new CSVPrinter(text, CSVFormat.DEFAULT.builder().setRecordSeparator('\n').build());
    table.print("image");
    for (int column = 0; column < width; column++) {
      table.print(column);
    }
    table.println();
    InputStream numbers = new BufferedInputStream(features.read());
    for (String name : features.names()) {
      table.print(name);
      ByteBuffer row = ByteBuffer.wrap(numbers.readNBytes(width * Float.BYTES));
      row.order(ByteOrder.nativeOrder());
      while (row.hasRemaining()) {
        table.print(row.getFloat());
      }
      table.println();
    }
    table.flush();
  }

  /** Whether it takes more than one row of numbers for an image, and half precision. */
  boolean takesArrays() {
    return this != CSV;
  }
}
