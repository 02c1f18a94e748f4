package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.flsl.views.FileNames;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageFormat;
import org.flsl.views.decode.ImageHeader;
import org.flsl.views.decode.Orientation;

/**
 * Videos laid out like DAVIS: {@code JPEGImages/480p/SEQUENCE/00000.jpg}, {@code
 * Annotations/480p/SEQUENCE/00000.png} and lists of sequences, {@code ImageSets/2017/val.txt}.
 *
 * <p>Every frame that is measured has a mask, an indexed PNG, with one object or several.
 */
public final class Davis {

  private final Path root;
  private final String resolution;

  /**
   * Takes a folder.
   *
   * @param resolution the folder below JPEGImages and Annotations, {@code 480p} as a rule
   * @throws DatasetException if there are no such folders
   */
  public Davis(Path root, String resolution) {
    for (String kind : List.of("JPEGImages", "Annotations")) {
      Path folder = root.resolve(kind).resolve(resolution);
      if (!Files.isDirectory(folder)) {
        throw new DatasetException(
            "%s is not laid out like DAVIS: there is no folder %s".formatted(root, folder));
      }
    }
    this.root = root;
    this.resolution = resolution;
  }

  /**
   * The sequences of a list.
   *
   * @param list a file below ImageSets without its extension, such as {@code 2017/val}
   */
  public List<DavisSequence> listed(String list) {
    Path images = root.resolve("JPEGImages").resolve(resolution);
    return ImageList.read(
            root.resolve("ImageSets").resolve(list + ".txt"),
            name -> Files.isDirectory(images.resolve(name)))
        .stream()
        .map(this::sequence)
        .toList();
  }

  /** All sequences, by name; numbers in names count as numbers. */
  public List<DavisSequence> all() {
    List<String> names = names(root.resolve("JPEGImages").resolve(resolution), Files::isDirectory);
    if (names.isEmpty()) {
      throw new DatasetException(
          "There is no sequence in %s: expected a folder of frames for each"
              .formatted(root.resolve("JPEGImages").resolve(resolution)));
    }
    return names.stream().map(this::sequence).toList();
  }

  /**
   * One sequence: its frames by name, where numbers count as numbers, so that {@code 2.jpg} comes
   * before {@code 10.jpg}.
   *
   * @throws DatasetException if there are no frames of that name
   */
  public DavisSequence sequence(String name) {
    Path images = root.resolve("JPEGImages").resolve(resolution).resolve(name);
    if (!Files.isDirectory(images)) {
      throw new DatasetException("There is no folder " + images + " for the sequence " + name);
    }
    List<String> frames = names(images, Davis::isFrame);
    if (frames.isEmpty()) {
      throw new DatasetException("There are no frames in " + images + ": expected 00000.jpg, …");
    }
    requireUpright(images.resolve(frames.get(0)));
    NamedFiles masks =
        new NamedFiles(root.resolve("Annotations").resolve(resolution).resolve(name));
    return new DavisSequence(
        name,
        frames.stream().map(images::resolve).toList(),
        MaskFiles.named(masks, frames.stream().map(FileNames::withoutEnding).toList()));
  }

  /** Frames would be turned, and masks not; cameras write videos without an orientation. */
  private static void requireUpright(Path frame) {
    try {
      if (ImageHeader.of(frame).orientation() != Orientation.UPRIGHT.exif()) {
        throw new DatasetException(
            "The frame %s has an EXIF orientation, so that it is not clear how its mask lies; save frames upright"
                .formatted(frame));
      }
    } catch (IOException unreadable) {
      // Found out when it is read.
    }
  }

  private static boolean isFrame(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".") && ImageFormat.hasImageExtension(name);
  }

  private static List<String> names(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(wanted)
          .map(file -> file.getFileName().toString())
          .sorted(NaturalOrder.OF_NAMES)
          .toList();
    } catch (IOException e) {
      throw new DatasetException("Cannot list " + folder + ": " + FileProblem.explain(e), e);
    }
  }
}
