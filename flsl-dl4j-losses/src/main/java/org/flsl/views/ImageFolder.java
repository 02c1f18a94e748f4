package org.flsl.views;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.net.URI;
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
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All images in a folder and its subfolders, in an order that is the same on every machine.
 *
 * <p>The images may lie there as files, or in {@linkplain Shard shards}, tar files in the
 * WebDataset convention, or both; a single shard does as well. An image in a shard counts by its
 * member's name as one in a folder does by its file's: the same photos give the same batches either
 * way.
 *
 * <p>Files count as images by their name's extension ({@link ImageFormat#extensions()}, any case);
 * hidden files and folders (names starting with a dot) and those of the system are left out, as
 * {@link #leftOut()} tells, symbolic links are followed. The order is that of the relative paths'
 * characters. Names may be any that the file system allows, whatever the locale. Nothing is decoded
 * here: a damaged image shows when it is read. Serialised, it names files by their URIs, for
 * processes that see the same file system.
 */
public final class ImageFolder implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(ImageFolder.class);

  private final transient Path root;
  private final transient List<Entry> entries;
  private final transient LeftOut leftOut;

  private ImageFolder(Path root, List<Entry> entries, LeftOut leftOut) {
    this.root = root;
    this.entries = entries;
    this.leftOut = leftOut;
  }

  /**
   * An image.
   *
   * @param file where its bytes are
   * @param relativePath its name: relative to the root, or to the shard, with slashes
   */
  private record Entry(Path file, Optional<Shard.Member> member, String relativePath, long bytes) {

    static Entry file(Path root, Path file, long bytes) {
      Path name = root.equals(file) ? file.getFileName() : root.relativize(file);
      return new Entry(file, Optional.empty(), FileNames.text(name), bytes);
    }

    static Entry member(Path shard, Shard.Member member) {
      return new Entry(shard, Optional.of(member), member.name(), member.bytes());
    }
  }

  /**
   * Finds the images below a folder or in a shard, or takes a single image.
   *
   * <p>What a damaged shard still holds counts; that it is damaged, that members share a name or
   * that shards are missing is warned about (SLF4J).
   *
   * @throws IllegalArgumentException if the folder is missing, is no folder, cannot be read, or
   *     holds no image; the message says which and what to do
   */
  public static ImageFolder scan(Path root) {
    if (!Files.exists(root)) {
      throw refused(root, "it does not exist", "Check the path");
    }
    if (!Files.isDirectory(root) && !Shard.isShard(root) && !isImage(root)) {
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
    scan.leaveOutOtherIndices();
    if (scan.found.isEmpty()) {
      throw refused(
          root,
          scan.leftOut.isNothing() ? "it is empty" : "it holds other files: " + scan.leftOut,
          "Put images into it, in subfolders if you like, or give another folder");
    }
    scan.found.sort(Comparator.comparing(Entry::relativePath).thenComparing(Entry::file));
    warnOfShards(scan);
    LOG.info(
        "{} holds images: {}{}",
        root,
        scan.found.size(),
        scan.leftOut.isNothing() ? "" : "; left out: " + scan.leftOut);
    return new ImageFolder(root, List.copyOf(scan.found), scan.leftOut);
  }

  private static boolean isImage(Path file) {
    return ImageFormat.hasImageExtension(file.getFileName().toString());
  }

  private static void warnOfShards(Scan scan) {
    for (String missing : new MissingShards(scan.shards).find()) {
      LOG.warn("A shard is missing: {}", missing);
    }
    Set<String> names = new HashSet<>();
    List<String> again =
        scan.found.stream().map(Entry::relativePath).filter(name -> !names.add(name)).toList();
    if (!again.isEmpty()) {
      LOG.warn(
          "{}: images with the name of another one: {}, such as {}; all of them are taken",
          scan.root,
          again.size(),
          again.get(0));
    }
  }

  private static IllegalArgumentException refused(Path root, String found, String advice) {
    return new IllegalArgumentException(message(root, found, advice));
  }

  private static String message(Path root, String found, String advice) {
    List<String> extensions = new ArrayList<>();
    for (ImageFormat format : ImageFormat.values()) {
      extensions.addAll(format.extensions());
    }
    return "No images in %s: %s; expected a folder with files of type %s, or tar files of them. %s."
        .formatted(root.toAbsolutePath(), found, String.join(", ", extensions), advice);
  }

  /** The folder, shard or image that was scanned. */
  public Path root() {
    return root;
  }

  /** How many images there are, at least 1. */
  public int size() {
    return entries.size();
  }

  /**
   * The file of an image; for one in a shard a name for people, as if the shard were a folder.
   * {@link #read} has its bytes in either case.
   */
  public Path path(int image) {
    Entry entry = entries.get(image);
    return entry.member.isEmpty()
        ? entry.file
        : FileNames.resolve(entry.file, entry.relativePath.replaceFirst("^/+", ""));
  }

  /**
   * The bytes of an image.
   *
   * @throws IOException if its file, or its shard, cannot be read
   */
  public byte[] read(int image) throws IOException {
    Entry entry = entries.get(image);
    return entry.member.isEmpty()
        ? Files.readAllBytes(entry.file)
        : entry.member.get().read(entry.file);
  }

  /** The file of an image relative to {@link #root()}, or to its shard, with slashes. */
  public String relativePath(int image) {
    return entries.get(image).relativePath;
  }

  /** What lies in the folder beside the images. */
  public LeftOut leftOut() {
    return leftOut;
  }

  /**
   * The files of all images, in order, for those whose labels are files as well.
   *
   * @throws IllegalArgumentException if images lie in shards
   */
  public List<Path> paths() {
    long inShards = entries.stream().filter(entry -> entry.member.isPresent()).count();
    if (inShards > 0) {
      throw new IllegalArgumentException(
          "%d of the images in %s lie in shards; expected files, as the labels that belong to them are: unpack the shards (tar -xf)"
              .formatted(inShards, root));
    }
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

  private Object writeReplace() {
    List<Stored> stored =
        entries.stream()
            .map(e -> new Stored(e.file.toUri(), e.member.orElse(null), e.relativePath, e.bytes))
            .toList();
    return new StoredFolder(root.toUri(), new ArrayList<>(stored));
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("a folder is written as what is stored of it");
  }

  /** An image as it is serialised: paths are not. */
  private record Stored(URI file, Shard.Member member, String relativePath, long bytes)
      implements Serializable {

    Entry entry() {
      return new Entry(FileNames.path(file), Optional.ofNullable(member), relativePath, bytes);
    }
  }

  private record StoredFolder(URI root, ArrayList<Stored> entries) implements Serializable {

    private Object readResolve() {
      return new ImageFolder(
          FileNames.path(root), entries.stream().map(Stored::entry).toList(), new LeftOut());
    }
  }

  @Override
  public String toString() {
    return "ImageFolder[" + root + ", " + size() + " images]";
  }

  /** Collects images while walking the tree. */
  private static final class Scan extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Entry> found = new ArrayList<>();
    private final List<Path> shards = new ArrayList<>();
    private final List<Path> indices = new ArrayList<>();
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
      boolean image = isImage(file) && !LeftOut.isSystem(file) && attributes.isRegularFile();
      if (image) {
        found.add(Entry.file(root, file, attributes.size()));
      } else if (Shard.isShard(file) && !LeftOut.isSystem(file) && attributes.isRegularFile()) {
        shards.add(file);
        for (Shard.Member member : new Shard(file).images(leftOut)) {
          found.add(Entry.member(file, member));
        }
      } else if (file.endsWith(Shard.INDEX)) {
        indices.add(file);
      } else {
        leftOut.addFile(file);
      }
      return FileVisitResult.CONTINUE;
    }

    /** Counts what is called an index and lies beside no shard. */
    void leaveOutOtherIndices() {
      Set<Path> folders = shards.stream().map(Path::getParent).collect(Collectors.toSet());
      indices.stream()
          .filter(file -> !folders.contains(file.getParent()))
          .forEach(leftOut::addFile);
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
