package org.flsl.views;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the images of a folder and steps over unreadable ones; shared by all threads.
 *
 * <p>Use it wherever photos are looked at and one damaged file must not end the work: training,
 * pictures and label-free scores then see the same photos.
 *
 * <p>In place of an unreadable image comes the next readable one in the folder's order (after the
 * last comes the first), so the replacement depends on the image alone. Every unreadable file is
 * warned about once.
 */
public final class PhotoReader {

  private static final Logger LOG = LoggerFactory.getLogger(PhotoReader.class);

  private final ImageFolder folder;
  private final ImageDecoder decoder;

  /** By the image's number; a thread that does not see another's mark looks once more. */
  private final boolean[] known;

  /** Why, by the image's number. */
  private final Map<Integer, String> unreadable = new ConcurrentHashMap<>();

  /** Makes a reader. */
  public PhotoReader(ImageFolder folder, ImageDecoder decoder) {
    this.folder = folder;
    this.decoder = decoder;
    this.known = new boolean[folder.size()];
  }

  /** How many images were found unreadable so far. */
  public int unreadableImages() {
    return unreadable.size();
  }

  /** Which images were found unreadable so far, by their numbers. */
  Set<Integer> unreadable() {
    return Set.copyOf(unreadable.keySet());
  }

  /**
   * An image as it was read.
   *
   * @param file its own, which is another than asked for where it is a replacement
   */
  public record Photo(Path file, Image image) {

    /** What to call it: the file's name without its ending. */
    public String name() {
      return FileNames.withoutEnding(FileNames.text(file.getFileName()));
    }
  }

  /**
   * Reads an image, or its replacement.
   *
   * @throws NothingReadableException if no image of the folder can be read
   */
  public Photo read(int image) {
    for (int step = 0; step < folder.size(); step++) {
      int candidate = (image + step) % folder.size();
      if (unreadable.containsKey(candidate)) {
        continue;
      }
      try {
        byte[] file = folder.read(candidate);
        Image read = known[candidate] ? decoder.decodeAgain(file) : decoder.decode(file);
        known[candidate] = true;
        return new Photo(folder.path(candidate), read);
      } catch (IOException e) {
        leaveOut(candidate, FileProblem.explain(e));
      }
    }
    Map.Entry<Integer, String> example = unreadable.entrySet().iterator().next();
    throw new NothingReadableException(
        "None of the %d images in %s can be decoded (%s: %s). Check that they are complete image files."
            .formatted(
                folder.size(),
                folder.root().toAbsolutePath(),
                folder.relativePath(example.getKey()),
                example.getValue()));
  }

  private synchronized void leaveOut(int image, String reason) {
    if (unreadable.putIfAbsent(image, reason) == null) {
      LOG.warn(
          "Cannot read {}: {}. The next readable image takes its place (unreadable so far: {})",
          FileNames.text(folder.path(image)),
          reason,
          unreadable.size());
    }
  }
}
