package org.flsl.examples.show;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of picture of one small run, through the command. */
class ShowCommandTest {
  private static final String PHOTOS = "sample/photos/";
  private static final Map<String, String> ENVIRONMENT = Map.of("FLSL_RELAUNCHED", "1");

  @TempDir private static Path folder;
  private static Path run;

  private final Screen screen = new Screen(false);

  @BeforeAll
  static void train() {
    run = folder.resolve("run");
    Screen screen = new Screen(false);
    String[] smallest = {
      "pretrain",
      "--out=" + run,
      "--epochs=1",
      "--steps-per-epoch=1",
      "--batch=2",
      "--width=32",
      "--heads=2",
      "--depth=2",
      "--head-hidden=32",
      "--threads=2",
      "--loaders=1"
    };
    assertEquals(0, Main.run(screen.terminal(), ENVIRONMENT, smallest), screen.err());
  }

  private int show(Path picture, String... arguments) {
    List<String> all = new ArrayList<>(List.of("show"));
    all.addAll(List.of(arguments));
    all.addAll(
        List.of(
            "--run=" + run,
            "--output=" + picture,
            "--size=64",
            "--tile=100",
            "--images",
            PHOTOS + "animals-panda.jpg",
            PHOTOS + "others-cup.jpg"));
    return Main.run(screen.terminal(), ENVIRONMENT, all.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "clusters --clusters=3",
        "clusters --by=modes --style=cells",
        "clusters --by=tokens",
        "clusters --untrained",
        "query --at=20,30",
        "pca",
        "heads",
        "heads --block=1 --head=2 --at=20,30",
        "neighbours --at=20,30"
      })
  void draws(String arguments) throws Exception {
    Path picture = folder.resolve("new/picture.png");
    Files.deleteIfExists(picture);
    assertEquals(0, show(picture, arguments.split(" ")), screen.err());
    BufferedImage drawn = ImageIO.read(picture.toFile());
    assertTrue(drawn.getWidth() > 200 && drawn.getHeight() > 100, drawn.toString());
    assertTrue(drawn.getRGB(0, 0) == 0xffffffff && colours(drawn) > 50, "photos on a white sheet");
    assertEquals(picture.toString(), screen.out().strip());
  }

  private static long colours(BufferedImage image) {
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    return java.util.Arrays.stream(pixels).distinct().count();
  }

  /** As in training: the next readable one takes the place. */
  @Test
  void damagedPhotosOfAFolderAreLeftOut() throws Exception {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    Path panda = Path.of(PHOTOS + "animals-panda.jpg");
    for (int i = 0; i < 4; i++) {
      Files.copy(panda, photos.resolve(i + ".jpg"));
    }
    Files.write(photos.resolve("2.jpg"), new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff});
    Path picture = folder.resolve("left-out.png");
    int exit =
        Main.run(
            screen.terminal(),
            ENVIRONMENT,
            "show",
            "pca",
            "--run=" + run,
            "--output=" + picture,
            "--size=64",
            "--tile=100",
            "--count=4",
            "--images",
            photos.toString());
    assertEquals(0, exit, screen.err());
    assertTrue(screen.err().contains("Cannot read " + photos.resolve("2.jpg")), screen.err());
    assertTrue(Files.exists(picture));
  }

  @Test
  void aGreyRunLooksAtPhotos() throws Exception {
    Path grey = folder.resolve("grey");
    String[] smallest = {
      "pretrain",
      "--channels=1",
      "--out=" + grey,
      "--epochs=1",
      "--steps-per-epoch=1",
      "--batch=2",
      "--width=32",
      "--heads=2",
      "--depth=2",
      "--head-hidden=32",
      "--threads=2",
      "--loaders=1"
    };
    assertEquals(0, Main.run(screen.terminal(), ENVIRONMENT, smallest), screen.err());
    for (String kind : List.of("pca", "heads")) {
      Path picture = folder.resolve(kind + "-grey.png");
      String[] show = {
        "show",
        kind,
        "--run=" + grey,
        "--output=" + picture,
        "--size=64",
        "--tile=100",
        "--images",
        PHOTOS + "animals-panda.jpg"
      };
      assertEquals(0, Main.run(screen.terminal(), ENVIRONMENT, show), screen.err());
      assertTrue(Files.exists(picture));
    }
    assertFalse(screen.err().contains("Cannot read"), screen.err());
  }

  @Test
  void theSameTwiceIsTheSamePicture() throws Exception {
    Path first = folder.resolve("first.png");
    Path second = folder.resolve("second.png");
    show(first, "clusters");
    show(second, "clusters");
    assertEquals(-1, Files.mismatch(first, second));
  }

  @Test
  void mistakesAreOneLine() throws Exception {
    Files.writeString(folder.resolve("run.txt"), "a file, no folder");
    Path picture = folder.resolve("x.png");
    assertMistake("9999,1 lies outside of the photo", picture, "query", "--at=9999,1");
    assertMistake("'here' is no place in a photo", picture, "query", "--at=here");
    assertMistake("--block takes 1 to 2", picture, "heads", "--block=3");
    assertMistake("--clusters takes 2 to 12, got 1", picture, "clusters", "--clusters=1");
    assertMistake("name that ends in .png or .jpg", folder.resolve("x.gif"), "pca");
    assertMistake("cannot make the folder", folder.resolve("run.txt/x.png"), "pca");
    assertMistake("--count takes at least 1, got 0", picture, "pca", "--count=0");
    assertMistake("nowhere: it does not exist", picture, "pca", "--images", "nowhere");
    assertMistake("--untrained has no centroids", picture, "clusters", "--untrained", "--by=modes");
  }

  private void assertMistake(String expected, Path picture, String... arguments) {
    Screen own = new Screen(false);
    List<String> all = new ArrayList<>(List.of("show"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--run=" + run, "--output=" + picture));
    int exit = Main.run(own.terminal(), ENVIRONMENT, all.toArray(String[]::new));
    assertTrue(exit == 1 || exit == 2, "exit " + exit);
    assertTrue(own.err().contains(expected), own.err());
    assertEquals(1, own.err().lines().count(), own.err());
    assertFalse(Files.exists(picture));
  }

  @Test
  void photosThatMovedSinceTheTrainingAreThoseOfTheRun() throws Exception {
    Path moved = Files.createDirectories(folder.resolve("moved"));
    for (String file : List.of("backbone.zip", "config.yaml")) {
      Files.copy(run.resolve(file), moved.resolve(file));
    }
    Path config = moved.resolve("config.yaml");
    Path photos = folder.resolve("gone").toAbsolutePath();
    Files.writeString(
        config,
        Files.readString(config).replaceFirst("(?m)^images: .*$", "images: '" + photos + "'"));
    int exit =
        Main.run(screen.terminal(), ENVIRONMENT, "show", "pca", "--run=" + moved, "--output=x.png");
    assertEquals(1, exit);
    assertEquals(
        "error: the training in %s took its images from %s, which does not exist any more: name a copy of them with --images"
            .formatted(moved, photos),
        screen.err().strip());
  }

  @Test
  void whatIsNoRunIsNamed() {
    int exit =
        Main.run(
            screen.terminal(), ENVIRONMENT, "show", "pca", "--run=" + folder, "--output=x.png");
    assertEquals(1, exit);
    assertTrue(screen.err().contains("is not the folder of a run"), screen.err());
  }
}
