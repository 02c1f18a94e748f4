package org.flsl.arbiter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flsl.examples.ForkedJvm;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.pretrain.SamplePhotos;

/** Candidates that train in a blink, and the command that tries them. */
public final class TinySweep {
  /** Ten steps: two epochs. */
  public static final int PHOTOS = 20;

  /** What all tiny candidates have in common; add searched settings behind it. */
  public static final String SETTINGS =
      """
      settings:
        arch: tiny
        depth: 1
        width: 24
        heads: 2
        patch: 8
        batch: 4
        epochs: 2
        global-size: 32
        local-size: 16
        global-window: 2
        local-window: 1
        centroids: 32
        head-hidden: 24
        head-bottleneck: 8
        tau-ca: 0.02
      """;

  private static final Map<String, String> ENVIRONMENT =
      NativeEnvironment.environment(Map.of(), "2");

  private final Screen screen = new Screen(false);

  /** A terminal whose output {@link #out} and {@link #err} tell. */
  public Terminal terminal() {
    return screen.terminal();
  }

  /** Runs {@code flsl sweep} in this process. */
  public int run(Object... arguments) {
    return Main.run(terminal(), ENVIRONMENT, command(arguments).toArray(String[]::new));
  }

  /**
   * Runs {@code flsl sweep} in a process of its own.
   *
   * @param output receives what it says
   */
  public static ForkedJvm fork(Path output, Object... arguments) throws IOException {
    return ForkedJvm.start(Main.class, output, ENVIRONMENT, command(arguments));
  }

  private static List<String> command(Object... arguments) {
    return Stream.concat(Stream.of("sweep"), Stream.of(arguments).map(String::valueOf)).toList();
  }

  public String out() {
    return screen.out();
  }

  public String err() {
    return screen.err();
  }

  /** A few of the shipped photos in a folder of their own. */
  public static Path photos(Path folder) throws IOException {
    Path copies = Files.createDirectories(folder.resolve("photos"));
    try (SamplePhotos shipped = new SamplePhotos();
        Stream<Path> all = Files.list(shipped.folder())) {
      List<Path> sorted = all.sorted().toList();
      for (int i = 0; i < PHOTOS; i++) {
        Path photo = sorted.get(i * sorted.size() / PHOTOS);
        Files.copy(photo, copies.resolve(photo.getFileName()));
      }
    }
    return copies;
  }

  /** Writes a configuration of one training on those photos, as a sweep's candidates have it. */
  public static Path recipe(Path folder, String more) throws IOException {
    String settings = SETTINGS.replaceFirst("settings:\n", "").replace("  ", "");
    return Files.writeString(
        folder.resolve("recipe.yaml"),
        settings + "images: '" + folder.resolve("photos") + "'\n" + more);
  }

  /** Writes a sweep on those photos. */
  public static Path file(Path folder, String head, String searched) throws IOException {
    Path photos = folder.resolve("photos");
    if (Files.notExists(photos)) {
      photos(folder);
    }
    Path file = folder.resolve("tiny.yaml");
    return Files.writeString(
        file, head + "\n" + SETTINGS + "  images: '" + photos + "'\n" + searched.indent(2));
  }
}
