package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellCommandTest {
  @AfterEach
  void forgetTheLauncher() {
    System.clearProperty(ShellCommand.LAUNCHER);
  }

  @ParameterizedTest
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "asks a POSIX shell")
  @ValueSource(
      strings = {
        "my run's 2",
        "runs/pretrain-1",
        "a \"quoted\" one",
        "$HOME and `pwd`",
        "~/x",
        "~",
        "a*b?[c]{d,e}",
        "a;b&c|d<e>f(g)",
        "back\\slash",
        "two\nlines",
        "#1",
        "=ls",
        "!history",
        "''",
        "Fotos/Müll & Köln"
      })
  void theShellReadsTheNameBack(String name) throws Exception {
    Process shell =
        new ProcessBuilder(
                "sh",
                "-c",
                "printf '%s' "
                    + ShellCommand.of("--resume", Path.of(name)).replaceFirst("^./flsl ", ""))
            .redirectErrorStream(true)
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("--resume" + name, said);
  }

  @Test
  void plainNamesStayPlain() {
    for (String name : List.of("runs/pretrain-1", "/data/2024_05/a.b+c@d", "Köln")) {
      assertEquals(
          "./flsl pretrain --resume " + name, ShellCommand.of("pretrain --resume", Path.of(name)));
    }
  }

  @Test
  void aNameIsNoOption() {
    assertEquals("./--help", ShellCommand.argument(Path.of("--help")));
  }

  @Test
  void theProgramIsNamedAsItWasStarted() {
    Path run = Path.of("run");
    for (String launcher : List.of("./flsl", "../flsl", "/opt/my tools/flsl", "flsl")) {
      System.setProperty(ShellCommand.LAUNCHER, launcher);
      String command = ShellCommand.of("pretrain --resume", run);
      assertTrue(command.endsWith(" pretrain --resume run"), command);
      assertEquals(
          switch (launcher) {
            case "flsl" -> "./flsl";
            case "/opt/my tools/flsl" -> "'/opt/my tools/flsl'";
            default -> launcher;
          },
          command.replace(" pretrain --resume run", ""));
    }
  }
}
