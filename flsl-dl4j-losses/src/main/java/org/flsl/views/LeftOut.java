package org.flsl.views;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.flsl.views.decode.ImageFormat;

/**
 * What lies in a folder beside its images, and why it is left out: counted by kind.
 *
 * <p>Hidden files and folders, and folders that storage devices and systems keep for themselves,
 * such as previews and waste baskets, hold no images of the user's.
 */
public final class LeftOut {

  private static final Set<String> SYSTEM_FOLDERS =
      Set.of(
          "@eadir",
          "#recycle",
          "#snapshot",
          "@recycle",
          "@recently-snapshot",
          "~snapshot",
          "__macosx",
          "$recycle.bin",
          "recycler",
          "system volume information",
          "lost+found");

  /** Images that this library cannot read; camera raw files among them. */
  private static final Set<String> OTHER_IMAGES =
      Set.of(
          "heic", "heif", "hif", "avif", "jxl", "jp2", "j2k", "jpx", "jxr", "psd", "exr", "hdr",
          "svg", "tga", "pcx", "ico", "pbm", "pgm", "ppm", "pnm", "dcm", "dicom", "nii", "fits",
          "svs", "ndpi", "czi", "npy", "dng", "raw", "cr2", "cr3", "crw", "nef", "nrw", "arw",
          "sr2", "raf", "orf", "rw2", "pef", "srw", "x3f", "iiq", "3fr", "mp4", "mov", "avi", "mkv",
          "webm");

  private final SortedMap<String, Integer> counts = new TreeMap<>();
  private int images;

  LeftOut() {}

  /** Whether a folder or file of this name is none of the user's: hidden, or the system's. */
  public static boolean isSystem(Path file) {
    return isHidden(file) || isSystemFolder(file);
  }

  private static boolean isHidden(Path file) {
    return name(file).startsWith(".");
  }

  private static boolean isSystemFolder(Path file) {
    return SYSTEM_FOLDERS.contains(name(file).toLowerCase(Locale.ROOT));
  }

  private static String name(Path file) {
    Path name = file.getFileName();
    return name == null ? "" : name.toString();
  }

  void addFolder(Path folder) {
    add(isHidden(folder) ? "hidden folder(s)" : "system folder(s) " + name(folder));
  }

  void addFile(Path file) {
    String name = FileNames.text(file.getFileName());
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    if (isHidden(file)) {
      add("hidden");
    } else if (OTHER_IMAGES.contains(ending)) {
      images++;
      add("." + ending + " (not supported)");
    } else if (ImageFormat.hasImageExtension(name) || Shard.isShard(file)) {
      add("." + ending + " (a broken link, or no file)");
    } else {
      add(ending.isEmpty() ? "without an ending" : "." + ending + " (no image)");
    }
  }

  void addDamagedShard() {
    add("shard(s) in part (damaged)");
  }

  private void add(String kind) {
    counts.merge(kind, 1, Integer::sum);
  }

  /** How many images there are of kinds that cannot be read. */
  public int unsupportedImages() {
    return images;
  }

  /** Whether there is nothing beside the images. */
  public boolean isNothing() {
    return counts.isEmpty();
  }

  /** Each kind with its number, such as {@code 200 .heic (not supported), 3 .txt (no image)}. */
  @Override
  public String toString() {
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .map(kind -> "%,d %s".formatted(kind.getValue(), kind.getKey()))
        .collect(Collectors.joining(", "));
  }
}
