package org.flsl.examples.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Where JavaCPP unpacks the native libraries, some 500 MB: in the user's home, or where there is
 * none to write into, as in many containers, in a folder of the user's own under the temporary one.
 *
 * <p>JavaCPP by itself takes Java's word for the home, and that is a question mark for a user id
 * without a passwd entry: a folder of that name in every working directory.
 */
public final class NativeCache {
  /** What JavaCPP reads when it is first used. */
  static final String FOLDER = "org.bytedeco.javacpp.cachedir";

  private static final String ADVICE = "JDK_JAVA_OPTIONS=-D" + FOLDER + "=FOLDER";
  private static final Path INSIDE = Path.of(".javacpp", "cache");

  private final Properties system;
  private final Map<String, String> environment;

  /**
   * @param system the system properties, which {@link #choose} adds to
   */
  public NativeCache(Properties system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }

  /**
   * Tells JavaCPP, unless somebody has told it before.
   *
   * @throws UserError if there is nowhere to write
   */
  public void choose() {
    List<Path> places = places();
    Path temporary = Path.of(system.getProperty("java.io.tmpdir"));
    for (Path place : places) {
      if (canUse(place)) {
        system.setProperty(FOLDER, place.toString());
        return;
      }
    }
    try {
      if (system.getProperty(FOLDER) == null) {
        system.setProperty(FOLDER, ownUnder(temporary).toString());
        return;
      }
    } catch (IOException e) {
      places.add(temporary);
    }
    throw new UserError(
        "the native libraries have to be unpacked, and nothing can be written into %s: name a folder in the environment, %s"
            .formatted(String.join(" or ", places.stream().map(Path::toString).toList()), ADVICE));
  }

  /**
   * Says in one line why the native libraries could not be loaded.
   *
   * @throws LinkageError the same, where it is about something else
   */
  public static String explain(LinkageError e) {
    List<Throwable> causes =
        Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause).toList();
    if (causes.stream().noneMatch(UnsatisfiedLinkError.class::isInstance)) {
      throw e;
    }
    return "the native libraries cannot be unpacked into %s and loaded from there (%s): free some space, or name a folder whose programs may be run, %s"
        .formatted(
            System.getProperty(FOLDER), Problems.firstLine(causes.get(causes.size() - 1)), ADVICE);
  }

  /** Where somebody wants it, or else the homes that Java and the shell know of. */
  private List<Path> places() {
    String wanted = system.getProperty(FOLDER);
    if (wanted != null) {
      return List.of(Path.of(wanted));
    }
    List<Path> places = new ArrayList<>();
    for (String home : new String[] {system.getProperty("user.home"), environment.get("HOME")}) {
      try {
        if (home != null && Path.of(home).isAbsolute()) {
          places.add(Path.of(home).resolve(INSIDE));
        }
      } catch (InvalidPathException e) {
        // A name that this locale has no letters for.
      }
    }
    return places;
  }

  private static boolean canUse(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      return false;
    }
    return Files.isWritable(folder) && Files.isExecutable(folder);
  }

  /** The same one in every process of this user; what others put there would be run. */
  private static Path ownUnder(Path temporary) throws IOException {
    Path mine = Files.createTempFile(temporary, "flsl", "");
    UserPrincipal user = Files.getOwner(mine);
    Files.delete(mine);
    Path folder = temporary.resolve("flsl-natives-" + user.getName());
    if (Files.notExists(folder)) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return Files.getOwner(folder).equals(user)
        ? folder
        : Files.createTempDirectory(temporary, "flsl-natives");
  }
}
