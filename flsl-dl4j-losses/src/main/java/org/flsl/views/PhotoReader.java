package org.flsl.views;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.RgbImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the images of a folder and steps over unreadable ones; shared by all threads.
 *
 * <p>In place of an unreadable image comes the next readable one in the folder's order (after the
 * last comes the first), so the replacement depends on the image alone. Every unreadable file is
 * warned about once.
 */
final class PhotoReader {

  private static final Logger LOG = LoggerFactory.getLogger(PhotoReader.class);

  private final ImageFolder folder;
  private final ImageDecoder decoder;

  /** Why, by the image's number. */
  private final Map<Integer, String> unreadable = new ConcurrentHashMap<>();

  PhotoReader(ImageFolder folder, ImageDecoder decoder) {
    this.folder = folder;
    this.decoder = decoder;
  }

  /** How many images were found unreadable so far. */
  int unreadableImages() {
    return unreadable.size();
  }

  /** Reads an image, or its replacement. */
  RgbImage read(int image) {
    for (int step = 0; step < folder.size(); step++) {
      int candidate = (image + step) % folder.size();
      if (unreadable.containsKey(candidate)) {
        continue;
      }
      try {
        return decoder.decode(folder.path(candidate));
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
          folder.path(image),
          reason,
          unreadable.size());
    }
  }
}
