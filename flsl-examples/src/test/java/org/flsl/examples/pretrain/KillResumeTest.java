package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.flsl.examples.ForkedJvm;
import org.flsl.examples.Main;
import org.flsl.examples.command.NativeEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is killed again and again, and goes on each time, ends like one that was not. */
@Tag("slow")
class KillResumeTest {
  private static final int EPOCHS = 60;
  private static final int STEPS_PER_EPOCH = 3;
  private static final int KILLS = 4;

  @TempDir private Path folder;
  private Path images;

  @BeforeEach
  void takeAFewPhotos() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    try (SamplePhotos photos = new SamplePhotos();
        Stream<Path> all = Files.list(photos.folder())) {
      for (Path photo : all.sorted().limit(STEPS_PER_EPOCH * 4 + 1).toList()) {
        Files.copy(photo, images.resolve(photo.getFileName()));
      }
    }
  }

  private ForkedJvm flsl(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("pretrain"));
    all.addAll(List.of(arguments));
    return ForkedJvm.start(
        Main.class,
        folder.resolve("output.txt"),
        NativeEnvironment.environment(Map.of(), "2"),
        all);
  }

  /** Drop path, centring and schedules are on: whatever has a state or is random is in it. */
  private ForkedJvm begin(Path run) throws IOException {
    return flsl(
        ("--arch tiny --width 24 --heads 2 --depth 3 --patch 8 --global-size 32 --local-size 16"
                + " --batch 4 --centroids 32 --head-hidden 24 --head-bottleneck 8 --drop-path 0.3"
                + " --random-queries --centring --global-window 2 --local-window 1"
                + " --tau-ca 0.01..0.02 --save-minutes 0.001 --epochs "
                + EPOCHS
                + " --images "
                + images
                + " --out "
                + run)
            .split(" "));
  }

  @Test
  void killedAtAnyMomentItEndsLikeTheOneThatWasNot() throws Exception {
    Path whole = folder.resolve("whole");
    ForkedJvm undisturbed = begin(whole);
    assertEquals(0, undisturbed.await(), undisturbed.output());

    Path killed = folder.resolve("killed");
    Random random = new Random(7);
    ForkedJvm jvm = begin(killed);
    for (int kill = 1; kill <= KILLS; kill++) {
      // Its first epoch, whichever it is: where it stands when it is killed is not in our hands.
      jvm.awaitOutput("/" + EPOCHS + " ");
      Thread.sleep(random.nextInt(100));
      jvm.process().destroyForcibly();
      assertEquals(137, jvm.await(), "the process was to be killed, but ended by itself");
      jvm = flsl("--resume", killed.toString());
    }
    assertEquals(0, jvm.await(), jvm.output());

    String last = "checkpoints/step-%08d.zip".formatted(EPOCHS * STEPS_PER_EPOCH);
    for (String entry : List.of("coefficients.bin", "updaterState.bin", "configuration.json")) {
      assertArrayEquals(
          entry(whole.resolve(last), entry), entry(killed.resolve(last), entry), entry);
    }
    assertArrayEquals(
        entry(whole.resolve("backbone.zip"), "coefficients.bin"),
        entry(killed.resolve("backbone.zip"), "coefficients.bin"));
    assertArrayEquals(
        entry(whole.resolve("checkpoints/best.zip"), "coefficients.bin"),
        entry(killed.resolve("checkpoints/best.zip"), "coefficients.bin"));
    assertEquals(withoutTimes(whole), withoutTimes(killed));
  }

  private static byte[] entry(Path file, String name) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(name);
      assertTrue(entry != null, file + " lacks " + name);
      return zip.getInputStream(entry).readAllBytes();
    }
  }

  private static String withoutTimes(Path run) throws IOException {
    return Files.readString(run.resolve("metrics.csv")).replaceAll(",[0-9.]+\n", "\n");
  }
}
