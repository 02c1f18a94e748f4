package org.flsl.examples.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.views.ImageFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardCommandTest {

  @TempDir Path folder;

  private final Screen screen = new Screen(false);

  private int run(String... arguments) {
    return Main.run(screen.terminal(), Map.of("OMP_NUM_THREADS", "1"), arguments);
  }

  private Path photos(int count, int bytes) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos/sub"));
    for (int i = 0; i < count; i++) {
      byte[] content = new byte[bytes];
      Arrays.fill(content, (byte) i);
      Files.write(photos.resolve(i + ".jpg"), content);
    }
    return photos.getParent();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void packsAllPhotosIntoShardsOfTheSize() throws IOException {
    Path photos = photos(5, 600_000);
    Path shards = folder.resolve("shards");

    assertEquals(
        0, run("shard", photos.toString(), "--out", shards.toString(), "--megabytes", "1"));

    assertTrue(screen.out().contains(": 5, shards: 3; train on them"), screen.out());
    assertEquals(
        List.of("index.json", "photos-000000.tar", "photos-000001.tar", "photos-000002.tar"),
        names(shards));
    assertEquals(ImageFolder.scan(photos).fingerprint(), ImageFolder.scan(shards).fingerprint());
  }

  @Test
  void theSamePhotosMakeTheSameShards() throws IOException {
    Path photos = photos(2, 10);
    run("shard", photos.toString(), "--out", folder.resolve("a").toString());
    // Also out of other shards.
    run("shard", folder.resolve("a").toString(), "--out", folder.resolve("b").toString());

    for (String name : names(folder.resolve("a"))) {
      assertEquals(
          -1, Files.mismatch(folder.resolve("a").resolve(name), folder.resolve("b").resolve(name)));
    }
  }

  @Test
  void refusesAFolderThatHoldsSomething() throws IOException {
    Path photos = photos(1, 10);
    Path before = Files.writeString(folder.resolve("photos/before"), "x");

    assertEquals(1, run("shard", photos.toString(), "--out", photos.toString()));

    assertTrue(screen.err().contains("is not empty"), screen.err());
    assertTrue(Files.exists(before));
    assertEquals(List.of("before", "sub"), names(photos));
  }

  @Test
  void saysWhatIsMissing() {
    assertEquals(1, run("shard", folder.resolve("none").toString(), "--out", "x"));
    assertTrue(screen.err().contains("it does not exist"), screen.err());
    assertEquals(1, run("shard", folder.toString(), "--out", "x", "--megabytes", "0"));
    assertTrue(screen.err().contains("--megabytes takes at least 1, got 0"), screen.err());
  }
}
