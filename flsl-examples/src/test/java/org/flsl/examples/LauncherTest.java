package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flsl.examples.command.NativeEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher with a Maven that only notes what it was asked for, and a Java that reads it back.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "flsl");
  private static final String PLAIN = "-Dnd4j.classifier=linux-x86_64";
  private static final String FAST = "-Dnd4j.classifier=linux-x86_64-onednn-avx512";

  /** Builds flsl-examples, and arbiter-configs where it was asked for; UI sources with -Dui. */
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$*" >>builds
      modules=flsl-examples
      case "$*" in *"-pl arbiter-configs"*) modules="$modules arbiter-configs" ;; esac
      case "$*" in *"-pl flsl-examples/spark"*) modules="$modules arbiter-configs flsl-examples/spark" ;; esac
      for module in $modules; do
        mkdir -p $module/target/classes
        case "$*" in *-Dui*) touch $module/target/classes/ui ;; esac
        echo "$module $(wc -l <builds) $* $(ls $module/target/classes)" >$module/target/flsl.jar
      done
      echo "$MAVEN_OPTS" >maven_opts
      """;

  private static final String JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then echo 'openjdk version "17.0.1"'; exit; fi
      while [ "$1" != -jar ]; do
        case $1 in -Dflsl.launcher=*) echo "$1" ;; esac
        shift
      done
      cat "$2"
      """;

  @TempDir private Path root;
  private Path bin;

  @BeforeEach
  void makeAProject() throws IOException {
    Files.copy(LAUNCHER, root.resolve("flsl"));
    for (String module : List.of("flsl-examples", "flsl-dl4j-layers", "arbiter-configs")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
    }
    Files.writeString(root.resolve("pom.xml"), "");
    bin = Files.createDirectory(root.resolve("bin"));
    tool("mvn", MAVEN);
    tool("java", JAVA);
  }

  private void tool(String name, String script) throws IOException {
    Path file = Files.writeString(bin.resolve(name), script);
    assertTrue(file.toFile().setExecutable(true));
  }

  private String run(String mavenArguments, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.redirectError(root.resolve("errors").toFile());
    builder.environment().remove("JAVA_HOME");
    NativeEnvironment.environment(Map.of()).keySet().forEach(builder.environment()::remove);
    builder.environment().merge("PATH", "", (path, none) -> bin + ":" + path);
    builder.environment().put("FLSL_MAVEN_ARGS", mavenArguments);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), Files.readString(root.resolve("errors")));
    return said;
  }

  private String flsl(String mavenArguments, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(root.resolve("flsl").toString()));
    command.addAll(List.of(arguments));
    return run(mavenArguments, command.toArray(String[]::new));
  }

  private void mavenByHand(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = bin.resolve("mvn").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    run("", command);
  }

  private int builds() throws IOException {
    return Files.readAllLines(root.resolve("builds")).size();
  }

  @Test
  void whatIsThereIsNotBuiltAgain() throws Exception {
    String first = flsl(FAST, "pretrain");
    assertEquals(first, flsl(FAST, "eval"));
    assertEquals(1, builds());
  }

  @Test
  void aBuildByHandIsNotTakenForTheOneAskedFor() throws Exception {
    flsl(FAST, "pretrain");
    for (String[] byHand :
        new String[][] {
          {"-DskipTests", "package"},
          {"verify"},
          {"-pl", "arbiter-configs", "-am", PLAIN, "package"}
        }) {
      mavenByHand(byHand);
      assertTrue(flsl(FAST, "pretrain").contains(FAST + " package"));
    }
    mavenByHand("-pl arbiter-configs");
    assertTrue(flsl(FAST, "sweep").startsWith("-Dflsl.launcher="));
    assertTrue(flsl(FAST, "sweep").contains(FAST + " package"));
  }

  @Test
  void otherArgumentsAreAnotherBuildAndTheOldOneComesBack() throws Exception {
    for (String arguments : List.of(FAST, PLAIN, FAST, "-Dcuda", "-Dui -Dcuda", "-Dcuda")) {
      String said = flsl(arguments, "pretrain");
      assertTrue(said.contains("-am " + arguments + " package"), said);
    }
    assertEquals(6, builds());
  }

  @Test
  void nothingOfTheUiStaysWithoutIt() throws Exception {
    assertTrue(flsl(FAST + " -Dui", "pretrain").strip().endsWith(" ui"));
    assertTrue(flsl(FAST, "pretrain").strip().endsWith(" package"));
    mavenByHand("-Dui", "package");
    assertTrue(flsl(FAST, "pretrain").strip().endsWith(" package"));
  }

  @Test
  void theTwoProgramsDoNotUndoEachOther() throws Exception {
    flsl(FAST, "pretrain");
    flsl(FAST, "sweep");
    assertEquals(2, builds());
    flsl(FAST, "pretrain");
    flsl(FAST, "sweep");
    assertEquals(2, builds());
  }

  @Test
  void whatRunsOnAClusterIsOneProgram() throws Exception {
    String url = "spark://host:7077";
    String built = "-Pspark -pl flsl-examples/spark";
    assertTrue(flsl(FAST, "pretrain", "--spark", url).contains(built));
    assertTrue(flsl(FAST, "sweep", "a.yaml", "--spark=" + url).contains(built));
    assertEquals(1, builds());
    assertTrue(flsl(FAST, "sweep", "a.yaml").contains("\narbiter-configs 1 "));
    for (String option :
        List.of("--images=hdfs://host/a", "--out=s3a://b/c", "--resume=gs://d/e")) {
      assertTrue(flsl(FAST, "pretrain", option).contains(built), option);
    }
    Path told = Files.writeString(root.resolve("told.yaml"), "batch: 4\nspark: '" + url + "'\n");
    assertTrue(flsl(FAST, "pretrain", "--config", told.toString()).contains(built));
    Files.writeString(told, "spark: auto\nimages: hdfs://host/a # far away\n");
    assertTrue(flsl(FAST, "pretrain", "--config=" + told).contains(built));
    Files.writeString(told, "spark: auto\nworkers: 1\nimages: photos\n");
    assertTrue(flsl(FAST, "pretrain", "--config", told.toString()).contains("\nflsl-examples 1 "));
    assertTrue(flsl(FAST, "pretrain", "--out", "file:///a").contains("\nflsl-examples 1 "));
    assertTrue(flsl(FAST, "pretrain", "--spark", "auto").contains("\nflsl-examples 1 "));
    assertEquals(1, builds(), "both were built with it");
  }

  @Test
  void anInterruptedBuildCountsForNothing() throws Exception {
    flsl(FAST, "pretrain");
    // Maven has written the jar, and the launcher was killed before it could say so.
    Files.writeString(root.resolve("flsl-examples/target/flsl.jar"), "half");
    assertTrue(flsl(FAST, "pretrain").contains(FAST));
    assertEquals(2, builds());
  }

  @Test
  void changedSourcesAreBuilt() throws Exception {
    flsl(FAST, "pretrain");
    Path source = Files.writeString(root.resolve("flsl-dl4j-layers/src/main/A.java"), "");
    Path jar = root.resolve("flsl-examples/target/flsl.jar");
    Files.setLastModifiedTime(
        source, FileTime.fromMillis(Files.getLastModifiedTime(jar).toMillis() + 2000));
    flsl(FAST, "pretrain");
    assertEquals(2, builds());
  }

  @Test
  void theProgramLearnsHowItWasCalled() throws Exception {
    assertTrue(
        run(FAST, "./flsl", "pretrain").startsWith("-Dflsl.launcher=./flsl\n"),
        "for the hints that it gives");
  }

  @Test
  void theEnvironmentIsThatOfAProgramStartedWithoutIt() throws Exception {
    tool("java", JAVA.replace("#!/bin/sh\n", "#!/bin/sh\nenv >environment\n"));
    flsl(FAST, "pretrain");
    List<String> environment = Files.readAllLines(root.resolve("environment"));
    NativeEnvironment.environment(Map.of(), "any number of threads")
        .forEach(
            (name, value) -> {
              if (!name.equals("OMP_NUM_THREADS")) {
                assertTrue(environment.contains(name + "=" + value), name + ": " + environment);
              }
            });
  }

  /** An unpacked release: no sources, no Maven, nobody may write, and a name that is not plain. */
  @Test
  void anUnpackedReleaseRunsAsItIs() throws Exception {
    Path release = Files.createDirectories(root.resolve("räumlich ünd mehr/flsl 1.0"));
    Path launcher = Files.copy(LAUNCHER, release.resolve("flsl"));
    Files.writeString(release.resolve("flsl.jar"), "the program");
    assertTrue(release.toFile().setWritable(false));
    Files.delete(bin.resolve("mvn"));
    for (String command : List.of("pretrain", "sweep", "--help")) {
      assertEquals(
          "-Dflsl.launcher=" + launcher + "\nthe program", run("", launcher.toString(), command));
    }
    assertTrue(release.toFile().setWritable(true));
    try (Stream<Path> files = Files.list(release)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void aReleaseCannotBeBuiltOtherwise() throws Exception {
    Files.writeString(root.resolve("flsl.jar"), "the program");
    Path errors = root.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(root.resolve("flsl").toString(), "pretrain");
    builder.environment().put("PATH", bin + ":" + builder.environment().get("PATH"));
    builder.environment().put("FLSL_MAVEN_ARGS", "-Dcuda");
    assertEquals(1, builder.redirectError(errors.toFile()).start().waitFor());
    assertEquals(
        List.of(
            "flsl: FLSL_MAVEN_ARGS says how to build, and a release is built already: leave it out,"
                + " or use a clone of the sources."),
        Files.readAllLines(errors));
  }

  @Test
  void aUserWithoutPasswdEntryGetsAHomeForMaven() throws Exception {
    tool("id", "#!/bin/sh\n[ \"$1\" = -u ] && echo 54321\n");
    flsl(FAST, "pretrain");
    String options = Files.readString(root.resolve("maven_opts"));
    assertTrue(options.startsWith("-Duser.home=/"), options);
    assertTrue(Files.isWritable(Path.of(options.strip().replace("-Duser.home=", "")).getParent()));
  }
}
