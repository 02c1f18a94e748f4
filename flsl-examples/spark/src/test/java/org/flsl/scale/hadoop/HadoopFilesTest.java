package org.flsl.scale.hadoop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.views.FileNames;
import org.flsl.views.ImageFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photos that only Hadoop's client reads, as files and in shards. */
class HadoopFilesTest {
  @TempDir private Path folder;

  @BeforeEach
  void writePhotos() throws IOException {
    Random random = new Random(1);
    Files.createDirectories(folder.resolve("photos/b b"));
    for (String name : new String[] {"a.jpg", "b b/é.png", "b b/c.jpg"}) {
      // More than the channel takes at a time.
      byte[] content = new byte[100_000];
      random.nextBytes(content);
      Files.write(folder.resolve("photos").resolve(name), content);
    }
    String shards = folder.resolve("shards").toString();
    Main.run(
        new Screen(false).terminal(),
        Map.of(),
        "shard",
        folder.resolve("photos").toString(),
        "--out",
        shards);
  }

  private String hdfs(String name) {
    return "hdfs://pretended" + folder.resolve(name);
  }

  @Test
  void theSamePhotosAreReadThroughHadoop() throws IOException {
    ImageFolder expected = ImageFolder.scan(folder.resolve("photos"));
    for (String name : new String[] {"photos", "shards", "shards/photos-000000.tar"}) {
      ImageFolder actual = ImageFolder.scan(FileNames.path(hdfs(name)));
      assertSame(expected, actual);
      assertSame(expected, serialised(actual));
      assertTrue(actual.path(0).toString().startsWith("hdfs://pretended/"));
    }
  }

  private static void assertSame(ImageFolder expected, ImageFolder actual) throws IOException {
    assertEquals(expected.fingerprint(), actual.fingerprint());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.read(i), actual.read(i));
    }
  }

  private static ImageFolder serialised(ImageFolder images) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(images);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (ImageFolder) in.readObject();
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aPathIsTheSameAfterItWasText() {
    Path path = FileNames.path(hdfs("photos")).resolve("b b").resolve("é.png");
    assertEquals(path, FileNames.path(FileNames.text(path)));
    assertEquals("b b/é.png", FileNames.text(FileNames.path(hdfs("photos")).relativize(path)));
    assertEquals("é.png", path.getFileName().toString());
  }

  @Test
  void whatIsNotThereIsTold() {
    Path none = FileNames.path(hdfs("none"));
    assertFalse(Files.exists(none));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ImageFolder.scan(none));
    assertTrue(e.getMessage().contains("it does not exist"), e.getMessage());
    assertThrows(InvalidPathException.class, () -> FileNames.path("nowhere://host/x"));
    assertThrows(NoSuchFileException.class, () -> Files.delete(none));
  }
}
