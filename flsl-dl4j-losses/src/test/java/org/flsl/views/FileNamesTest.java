package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.ClassFolders;
import org.flsl.evaluation.data.ImagesAndMasks;
import org.flsl.evaluation.data.MaskReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of files that are not ASCII, in every locale, and names that are no text at all. */
class FileNamesTest {

  @TempDir Path folder;

  @Test
  void ordinaryNamesGoThereAndBack() {
    for (String name : List.of("a.jpg", "a/b c.jpg", "Küche/été 100%.jpg", "写真.png")) {
      Path path = FileNames.resolve(folder, name);
      assertEquals(folder.resolve(name), path);
      assertEquals(folder + "/" + name, FileNames.text(path));
    }
    assertEquals(Path.of("a/b.png"), FileNames.withEnding(Path.of("a/b.jpg"), ".png"));
    assertEquals(Path.of("a.b/c.png"), FileNames.withEnding(Path.of("a.b/c"), ".png"));
    assertThrows(InvalidPathException.class, () -> FileNames.path("a\0b"));
  }

  /** What the program below does with photos, masks and classes, in this locale. */
  private List<String> inLocale(String locale) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName(),
            folder.toString());
    builder.environment().put("LC_ALL", locale);
    Path output = folder.resolve("output.txt");
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it waits for ever");
    return Files.readAllLines(output, StandardCharsets.UTF_8).stream()
        .filter(line -> line.startsWith("> "))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "xx_XX.UTF-8"})
  @EnabledOnOs(OS.LINUX)
  void everyLocaleReadsTheSame(String locale) throws Exception {
    PhotoFolder photos = new PhotoFolder(folder.resolve("photos"));
    byte[] photo = Files.readAllBytes(Fixtures.image("rgb.png"));
    photos.write("Küche/é.png", photo).write("Küche/x.png", photo).write("写真/1.png", photo);
    byte[] mask = Files.readAllBytes(Fixtures.image("bilevel.png"));
    PhotoFolder masks = new PhotoFolder(folder.resolve("masks"));
    masks.write("Küche/é.png", mask).write("Küche/x.png", mask).write("写真/1.png", mask);

    assertEquals(
        List.of(
            "> Küche/x.png, Küche/é.png, 写真/1.png",
            "> batches 1, unreadable 0",
            "> classes [Küche, 写真]",
            "> masks [1, 1, 1]",
            "> found true",
            "> fingerprint " + photos.scan().fingerprint()),
        inLocale(locale));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void namesThatAreNoTextAreReadToo() throws Exception {
    new PhotoFolder(folder.resolve("photos"))
        .write("a.png", Files.readAllBytes(Fixtures.image("rgb.png")));
    new PhotoFolder(folder.resolve("masks"))
        .write("a.png", Files.readAllBytes(Fixtures.image("bilevel.png")));
    // Latin-1, as on old disks.
    for (String kind : List.of("photos", "masks")) {
      Path latin = Path.of(java.net.URI.create(folder.toUri() + kind + "/%FC.png"));
      Files.move(folder.resolve(kind + "/a.png"), latin);
    }
    ImagesAndMasks set =
        ImagesAndMasks.withClasses(
            folder.resolve("photos"),
            folder.resolve("masks"),
            MaskReader.ofIndices(Set.of(255)),
            List.of("a", "b"));
    assertEquals("\ufffd.png", set.name(0));
    assertEquals(80, set.image(0).width());
    assertEquals(80, set.mask(0).width());
  }

  /** Runs in a process of its own. */
  static final class Program {
    public static void main(String[] arguments) {
      Path root = Path.of(arguments[0]);
      ImageFolder images = ImageFolder.scan(root.resolve("photos"));
      say(String.join(", ", IntStream.range(0, 3).mapToObj(images::relativePath).toList()));
      ViewConfig views =
          ViewConfig.builder().globalSize(32).localSize(16).patch(8).globalWindow(2).build();
      try (MultiViewIterator batches =
          MultiViewIterator.builder().images(images).views(views).batchSize(3).build()) {
        batches.next();
        say("batches " + batches.batch() + ", unreadable " + batches.unreadableImages());
      }
      say("classes " + ClassFolders.open(images.root()).classes());
      ImagesAndMasks masks =
          ImagesAndMasks.withClasses(
              images.root(),
              root.resolve("masks"),
              MaskReader.ofIndices(Set.of()),
              IntStream.range(0, 256).mapToObj(String::valueOf).toList());
      say("masks " + IntStream.range(0, 3).map(i -> masks.mask(i).largest()).boxed().toList());
      say("found " + Files.exists(FileNames.resolve(images.root(), "Küche/é.png")));
      say("fingerprint " + images.fingerprint());
      System.exit(0);
    }

    private static void say(String line) {
      byte[] text = ("> " + line + "\n").getBytes(StandardCharsets.UTF_8);
      System.out.write(text, 0, text.length);
      System.out.flush();
    }
  }
}
