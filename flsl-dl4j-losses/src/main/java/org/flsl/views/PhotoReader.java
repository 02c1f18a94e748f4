package org.flsl.views;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Set<Integer> unreadable = ConcurrentHashMap.newKeySet();

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
    String example = "";
    for (int step = 0; step < folder.size(); step++) {
      int candidate = (image + step) % folder.size();
      if (unreadable.contains(candidate)) {
        continue;
      }
      try {
        return decoder.decode(folder.path(candidate));
      } catch (IOException e) {
        String reason = reason(e);
        example = " (" + folder.relativePath(candidate) + ": " + reason + ")";
        leaveOut(candidate, reason);
      }
    }
    throw new NothingReadableException(
        "None of the %d images in %s can be decoded%s. Check that they are complete image files."
            .formatted(folder.size(), folder.root().toAbsolutePath(), example));
  }

  private synchronized void leaveOut(int image, String reason) {
    if (unreadable.add(image)) {
      LOG.warn(
          "Cannot read {}: {}. The next readable image takes its place (unreadable so far: {})",
          folder.path(image),
          reason,
          unreadable.size());
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "the file has vanished" : e.getMessage();
  }
}
