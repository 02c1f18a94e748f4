package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  @TempDir Path folder;

  private void write(String path, String content) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static List<String> names(ImageFolder images) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      names.add(images.relativePath(i));
    }
    return names;
  }

  @Test
  void findsImagesInSubfoldersSortedByRelativePath() throws IOException {
    List<String> paths =
        List.of(
            "b/2.jpg", "b/10.PNG", "a.jpeg", "b/c/d.webp", "Z.tif", "é.gif", "b.bmp", "x y.TIFF");
    for (String path : paths) {
      write(path, "x");
    }
    write("notes.txt", "no image");
    write(".hidden.jpg", "hidden");
    write(".cache/1.jpg", "hidden");
    write("b/._2.jpg", "hidden");

    ImageFolder images = ImageFolder.scan(folder);

    assertEquals(
        List.of(
            "Z.tif", "a.jpeg", "b.bmp", "b/10.PNG", "b/2.jpg", "b/c/d.webp", "x y.TIFF", "é.gif"),
        names(images));
    assertEquals(folder.resolve("b/2.jpg"), images.path(4));
    assertEquals(images.path(7), images.paths().get(7));
    assertEquals(8, images.paths().size());
  }

  @Test
  void followsLinksOnceAndLeavesOutBrokenOnes(@TempDir Path elsewhere) throws IOException {
    Files.writeString(elsewhere.resolve("linked.jpg"), "x");
    write("own.jpg", "x");
    Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    Files.createSymbolicLink(folder.resolve("broken.jpg"), folder.resolve("nowhere.jpg"));

    ImageFolder images = ImageFolder.scan(folder);

    assertTrue(names(images).containsAll(List.of("link/linked.jpg", "own.jpg")));
    assertEquals(2, images.size(), names(images).toString());
  }

  @Test
  void fingerprintTellsOtherImagesApartAndIgnoresWhereTheyLie(@TempDir Path copy)
      throws IOException {
    write("a/1.jpg", "one");
    write("a/2.jpg", "two");
    String fingerprint = ImageFolder.scan(folder).fingerprint();
    Files.createDirectories(copy.resolve("a"));
    Files.writeString(copy.resolve("a/1.jpg"), "one");
    Files.writeString(copy.resolve("a/2.jpg"), "two");

    assertTrue(fingerprint.matches("[0-9a-f]{64}"), fingerprint);
    assertEquals(fingerprint, ImageFolder.scan(copy).fingerprint());

    Files.writeString(copy.resolve("a/2.jpg"), "three");
    assertNotEquals(fingerprint, ImageFolder.scan(copy).fingerprint(), "another length");
    Files.delete(copy.resolve("a/2.jpg"));
    Files.writeString(copy.resolve("a/3.jpg"), "two");
    assertNotEquals(fingerprint, ImageFolder.scan(copy).fingerprint(), "another name");
  }

  @Test
  void whatIsNoPhotoOfTheUsersIsLeftOutAndCounted() throws IOException {
    for (String file :
        new String[] {
          "a.jpg",
          "x/b.PNG",
          "@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg",
          "x/@eaDir/t.jpg",
          "__MACOSX/._a.jpg",
          "$RECYCLE.BIN/gone.jpg",
          "System Volume Information/s.jpg",
          "lost+found/l.jpg",
          ".thumbnails/t.jpg",
          "._a.jpg",
          "1.HEIC",
          "x/2.heic",
          "3.CR2",
          "list.txt",
          "README"
        }) {
      write(file, "x");
    }
    ImageFolder images = ImageFolder.scan(folder);

    assertEquals(List.of("a.jpg", "x/b.PNG"), names(images));
    assertEquals(3, images.leftOut().unsupportedImages());
    List<String> kinds = List.of(images.leftOut().toString().split(", "));
    assertEquals(
        Set.of(
            "2 .heic (not supported)",
            "2 system folder(s) @eaDir",
            "1 system folder(s) __MACOSX",
            "1 system folder(s) $RECYCLE.BIN",
            "1 system folder(s) System Volume Information",
            "1 system folder(s) lost+found",
            "1 hidden folder(s)",
            "1 hidden",
            "1 .cr2 (not supported)",
            "1 .txt (no image)",
            "1 without an ending"),
        Set.copyOf(kinds));
  }

  private static void assertRefused(Path folder, String found, String advice) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ImageFolder.scan(folder));
    String start = "No images in " + folder.toAbsolutePath() + ": ";
    assertTrue(e.getMessage().startsWith(start + found), e.getMessage());
    assertTrue(e.getMessage().contains("expected a folder with files of type jpg, "));
    assertTrue(e.getMessage().endsWith(advice + "."), e.getMessage());
  }

  @Test
  void missingFolderIsRefused() {
    assertRefused(folder.resolve("none"), "it does not exist; ", "Check the path");
  }

  @Test
  void fileInsteadOfFolderIsRefused() throws IOException {
    write("notes.txt", "x");

    assertRefused(
        folder.resolve("notes.txt"), "it is a file; ", "Give the folder that contains the images");
  }

  @Test
  void aSingleImageIsTaken() throws IOException {
    write("photo.jpg", "x");
    write("other.jpg", "y");

    ImageFolder photo = ImageFolder.scan(folder.resolve("photo.jpg"));
    assertEquals(1, photo.size());
    assertEquals("photo.jpg", photo.relativePath(0));
    assertEquals(folder.resolve("photo.jpg"), photo.path(0));
  }

  @Test
  void emptyFolderIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("sub/sub"));

    assertRefused(
        folder,
        "it is empty; ",
        "Put images into it, in subfolders if you like, or give another folder");
  }

  @Test
  void folderWithoutImagesIsRefusedAndSaysWhatItHolds() throws IOException {
    write("notes.txt", "x");
    write("a/labels.csv", "x");

    assertRefused(
        folder,
        "it holds other files: 1 .csv (no image), 1 .txt (no image); ",
        "Put images into it, in subfolders if you like, or give another folder");
  }

  @Test
  void unreadableFolderIsRefused() throws IOException {
    // A folder that a privileged user can read all the same proves nothing.
    Path locked = Files.createDirectory(folder.resolve("locked"));
    assumeTrue(locked.toFile().setReadable(false) && !Files.isReadable(locked));

    assertRefused(locked, "it cannot be read (", "Check its permissions");
  }
}
