package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.slf4j.LoggerFactory;

class ShardsTest {

  @TempDir Path shards;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger().detachAppender(log);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("org.flsl.views");
  }

  private List<String> warnings() {
    return log.list.stream()
        .filter(event -> event.getLevel().toString().equals("WARN"))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private void assertWarned(String... parts) {
    assertTrue(
        warnings().stream().anyMatch(line -> Arrays.stream(parts).allMatch(line::contains)),
        () -> "no warning with " + List.of(parts) + " in " + warnings());
  }

  /** Members in the order of the calls; the same name may come again. */
  private Path write(String shard, List<Map.Entry<String, byte[]>> members) throws IOException {
    Path file = shards.resolve(shard);
    Files.createDirectories(file.getParent());
    try (OutputStream out = Files.newOutputStream(file);
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, byte[]> member : members) {
        TarArchiveEntry entry = new TarArchiveEntry(member.getKey());
        entry.setSize(member.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(member.getValue());
        tar.closeArchiveEntry();
      }
    }
    return file;
  }

  private static Map.Entry<String, byte[]> member(String name, String content) {
    return Map.entry(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> names(ImageFolder images) {
    return IntStream.range(0, images.size()).mapToObj(images::relativePath).toList();
  }

  private static List<String> contents(ImageFolder images) throws IOException {
    List<String> contents = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      contents.add(new String(images.read(i), StandardCharsets.UTF_8));
    }
    return contents;
  }

  @Test
  void thePhotosOfAFolderGiveTheSameBatchesFromShards(@TempDir Path folder) throws IOException {
    Map<String, byte[]> photos = new LinkedHashMap<>();
    List<String> given = List.of("rgb.png", "grey.png", "rgb.jpg", "rgb.webp");
    for (String name : given.stream().filter(n -> Files.exists(Fixtures.image(n))).toList()) {
      photos.put("a/" + name, Fixtures.bytes(name));
      photos.put("b/é " + name, Fixtures.bytes(name));
    }
    photos.put("a/broken.jpg", new byte[] {1, 2, 3});
    photos.put("b/" + "long".repeat(60) + ".png", Fixtures.bytes("rgb.png"));
    for (Map.Entry<String, byte[]> photo : photos.entrySet()) {
      Path file = folder.resolve(photo.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, photo.getValue());
    }
    // In another order than theirs, over three shards.
    List<Map.Entry<String, byte[]>> all = List.copyOf(photos.entrySet());
    for (int shard = 0; shard < 3; shard++) {
      int first = shard;
      write(
          "set/photos-%d.tar".formatted(shard),
          IntStream.range(0, all.size())
              .filter(i -> i % 3 == first)
              .mapToObj(i -> all.get(all.size() - 1 - i))
              .toList());
    }

    ImageFolder files = ImageFolder.scan(folder);
    ImageFolder members = ImageFolder.scan(shards.resolve("set"));

    assertEquals(names(files), names(members));
    assertEquals(files.fingerprint(), members.fingerprint());
    try (MultiViewIterator expected = batches(files);
        MultiViewIterator actual = batches(members)) {
      for (int batch = 0; batch < 3; batch++) {
        assertSame(expected.next(), actual.next());
        if (!expected.hasNext()) {
          expected.reset();
          actual.reset();
        }
      }
      assertEquals(1, actual.unreadableImages());
    }
  }

  private static MultiViewIterator batches(ImageFolder images) {
    ViewConfig small = ViewConfig.builder().globalSize(64).localSize(48).localViews(2).build();
    return MultiViewIterator.builder()
        .images(images)
        .views(small)
        .batchSize(images.size() / 2)
        .seed(3)
        .threads(2)
        .build();
  }

  private static void assertSame(MultiDataSet expected, MultiDataSet actual) {
    for (int i = 0; i < expected.getFeatures().length; i++) {
      INDArray features = expected.getFeatures(i);
      assertArrayEquals(features.data().asFloat(), actual.getFeatures(i).data().asFloat(), 0);
    }
  }

  @Test
  void membersOfOtherKindsAreCountedAndLeftOut() throws IOException {
    write(
        "x.tar",
        List.of(
            member("./a.jpg", "a"),
            member("a.json", "{}"),
            member("a.cls", "1"),
            member("sub/.hidden/b.jpg", "b"),
            member("sub/._c.jpg", "c"),
            member("sub/d.PNG", "d")));

    ImageFolder images = ImageFolder.scan(shards.resolve("x.tar"));

    assertEquals(List.of("a.jpg", "sub/d.PNG"), names(images));
    assertEquals(List.of("a", "d"), contents(images));
    assertTrue(images.leftOut().toString().contains("1 .json (no image)"), images.toString());
    assertEquals("d", images.path(1).getFileName().toString().replaceFirst("\\..*", ""));
    assertEquals(List.of(), warnings());
  }

  @Test
  void membersOfOneNameAreAllTakenAndCounted() throws IOException {
    write("0.tar", List.of(member("a.jpg", "first"), member("a.jpg", "second")));
    write("1.tar", List.of(member("a.jpg", "third"), member("b.jpg", "b")));

    ImageFolder images = ImageFolder.scan(shards);

    assertEquals(List.of("a.jpg", "a.jpg", "a.jpg", "b.jpg"), names(images));
    assertEquals(List.of("first", "second", "third", "b"), contents(images));
    assertWarned("another one: 2", "a.jpg", "all of them are taken");
  }

  @Test
  void whatATruncatedShardStillHoldsIsTaken() throws IOException {
    String large = "x".repeat(700);
    Path whole = write("0.tar", List.of(member("a.jpg", large), member("b.jpg", large)));
    byte[] bytes = Files.readAllBytes(whole);
    // Offsets: a's header 0, data 512 to 1536, b's header 1536, data 2048 to 3072, end marks.
    int[] cuts = {100, 600, 1536, 1600, 2100, 3072};
    int[] kept = {0, 0, 1, 1, 1, 2};
    for (int i = 0; i < cuts.length; i++) {
      log.list.clear();
      Files.write(whole, Arrays.copyOf(bytes, cuts[i]));
      write("9/other.tar", List.of(member("z.jpg", "z")));
      ImageFolder images = ImageFolder.scan(shards);
      assertEquals(kept[i] + 1, images.size(), "cut at " + cuts[i]);
      assertEquals(kept[i] > 0 ? large : "z", contents(images).get(0));
      assertWarned("0.tar", "damaged or incomplete", "taken: " + kept[i]);
      assertTrue(images.leftOut().toString().contains("1 shard(s) in part (damaged)"));
    }
  }

  @Test
  void whatIsNoTarIsToldAndHoldsNothing() throws IOException {
    Files.writeString(shards.resolve("no.tar"), "no tar at all, ".repeat(100));
    Files.createFile(shards.resolve("empty.tar"));

    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ImageFolder.scan(shards));

    assertTrue(e.getMessage().contains("2 shard(s) in part (damaged)"), e.getMessage());
    assertWarned("no.tar");
    assertWarned("empty.tar");
  }

  @Test
  void missingShardsAreNamed() throws IOException {
    write("photos-000001.tar", List.of(member("b.jpg", "b")));
    write("photos-000004.tar", List.of(member("c.jpg", "c")));
    write("2024.tar", List.of(member("d.jpg", "d")));
    write("90210.tar", List.of(member("e.jpg", "e")));
    Files.writeString(
        shards.resolve(Shard.INDEX),
        "{\"shardlist\": [{\"url\": \"photos-000001.tar\", \"nsamples\": 1},"
            + " {\"url\": \"photos-000005.tar\", \"nsamples\": 7}]}");

    ImageFolder images = ImageFolder.scan(shards);

    assertEquals(4, images.size());
    assertTrue(images.leftOut().isNothing(), "the index belongs to the shards");
    assertWarned("photos-000002.tar", "number");
    assertWarned("photos-000003.tar", "number");
    assertWarned("photos-000005.tar", "7 photos");
    assertEquals(3, warnings().size(), warnings().toString());
  }

  @Test
  void anIndexBesideNoShardIsCountedAsLeftOut() throws IOException {
    write("0.tar", List.of(member("a.jpg", "a")));
    Files.createDirectories(shards.resolve("sub"));
    Files.writeString(shards.resolve("sub").resolve(Shard.INDEX), "{}");

    assertEquals("1 .json (no image)", ImageFolder.scan(shards).leftOut().toString());
  }

  @Test
  void whoNeedsFilesIsToldThatTheyAreInShards() throws IOException {
    write("0.tar", List.of(member("a.jpg", "a")));
    Files.writeString(shards.resolve("b.jpg"), "b");

    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ImageFolder.scan(shards).paths());

    assertTrue(e.getMessage().startsWith("1 of the images"), e.getMessage());
  }

  @Test
  void aShardThatChangedIsAnUnreadablePhotoNotAnotherOne() throws IOException {
    Path shard = write("0.tar", List.of(member("a.jpg", "a"), member("b.jpg", "b")));
    ImageFolder images = ImageFolder.scan(shards);
    Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 1000));

    assertEquals("a", new String(images.read(0), StandardCharsets.UTF_8));
    IOException e = assertThrows(IOException.class, () -> images.read(1));
    assertTrue(e.getMessage().contains("the shard ends"), e.getMessage());
  }
}
