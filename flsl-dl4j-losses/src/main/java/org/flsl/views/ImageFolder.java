package org.flsl.views;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All images in a folder and its subfolders, in an order that is the same on every machine.
 *
 * <p>Files count as images by their name's extension ({@link ImageFormat#extensions()}, any case);
 * hidden files and folders (names starting with a dot) and those of the system are left out, as
 * {@link #leftOut()} tells, symbolic links are followed. The order is that of the relative paths'
 * characters. Names may be any that the file system allows, whatever the locale. Nothing is decoded
 * here: a damaged image shows when it is read.
 */
public final class ImageFolder {

  private static final Logger LOG = LoggerFactory.getLogger(ImageFolder.class);

  private final Path root;
  private final List<Entry> entries;
  private final LeftOut leftOut;

  private ImageFolder(Path root, List<Entry> entries, LeftOut leftOut) {
    this.root = root;
    this.entries = entries;
    this.leftOut = leftOut;
  }

  /** An image: its file, that relative to the root as text with slashes, its length in bytes. */
  private record Entry(Path file, String relativePath, long bytes) {}

  /**
   * Finds the images below a folder.
   *
   * @throws IllegalArgumentException if the folder is missing, is no folder, cannot be read, or
   *     holds no image; the message says which and what to do
   */
  public static ImageFolder scan(Path root) {
    if (!Files.exists(root)) {
      throw refused(root, "it does not exist", "Check the path");
    }
    if (!Files.isDirectory(root)) {
      throw refused(root, "it is a file", "Give the folder that contains the images");
    }
    Scan scan = new Scan(root);
    try {
      Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, scan);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          message(
              root, "it cannot be read (" + FileProblem.explain(e) + ")", "Check its permissions"),
          e);
    }
    if (scan.found.isEmpty()) {
      throw refused(
          root,
          scan.leftOut.isNothing() ? "it is empty" : "it holds other files: " + scan.leftOut,
          "Put images into it, in subfolders if you like, or give another folder");
    }
    scan.found.sort(Comparator.comparing(Entry::relativePath).thenComparing(Entry::file));
    LOG.info("Found {} images in {}; left out: {}", scan.found.size(), root, scan.leftOut);
    return new ImageFolder(root, List.copyOf(scan.found), scan.leftOut);
  }

  private static IllegalArgumentException refused(Path root, String found, String advice) {
    return new IllegalArgumentException(message(root, found, advice));
  }

  private static String message(Path root, String found, String advice) {
    List<String> extensions = new ArrayList<>();
    for (ImageFormat format : ImageFormat.values()) {
      extensions.addAll(format.extensions());
    }
    return "No images in %s: %s; expected a folder with files of type %s. %s."
        .formatted(root.toAbsolutePath(), found, String.join(", ", extensions), advice);
  }

  /** The folder that was scanned. */
  public Path root() {
    return root;
  }

  /** How many images there are, at least 1. */
  public int size() {
    return entries.size();
  }

  /** The file of an image. */
  public Path path(int image) {
    return entries.get(image).file;
  }

  /** The file of an image relative to {@link #root()}, with slashes. */
  public String relativePath(int image) {
    return entries.get(image).relativePath;
  }

  /** What lies in the folder beside the images. */
  public LeftOut leftOut() {
    return leftOut;
  }

  /** The files of all images, in order. */
  public List<Path> paths() {
    return entries.stream().map(Entry::file).toList();
  }

  /**
   * A digest (SHA-256, hexadecimal) of all relative paths and file lengths.
   *
   * <p>Store it with a checkpoint and compare it on resuming: equal digests mean the same images,
   * wherever the folder lies.
   */
  public String fingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
    for (Entry entry : entries) {
      String line = entry.relativePath + '\0' + entry.bytes + '\n';
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public String toString() {
    return "ImageFolder[" + root + ", " + size() + " images]";
  }

  /** Collects images while walking the tree. */
  private static final class Scan extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Entry> found = new ArrayList<>();
    private final LeftOut leftOut = new LeftOut();

    Scan(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      // The root itself may be hidden: it was asked for.
      if (folder.equals(root) || !LeftOut.isSystem(folder)) {
        return FileVisitResult.CONTINUE;
      }
      leftOut.addFolder(folder);
      return FileVisitResult.SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      // A broken link is visited too, as a file that is not regular.
      boolean image =
          ImageFormat.hasImageExtension(file.getFileName().toString())
              && !LeftOut.isSystem(file)
              && attributes.isRegularFile();
      if (image) {
        found.add(new Entry(file, FileNames.text(root.relativize(file)), attributes.size()));
      } else {
        leftOut.addFile(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (file.equals(root)) {
        throw e;
      }
      LOG.warn("Left out {}: it cannot be read ({})", file, FileProblem.explain(e));
      return FileVisitResult.CONTINUE;
    }
  }
}
