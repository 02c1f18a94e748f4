package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flsl.examples.command.Subcommand;
import org.flsl.losses.LossTerm;
import org.flsl.losses.TermInputs;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;

/** What a plug-in does wrong ends the command with one line, whatever was asked of it. */
class PluginErrorsTest {
  /** A term with another name. */
  abstract static class Named extends LossTerm {
    Named(String name, String weight) {
      super(name, weight, Scheduled.constant(1), "a term");
    }

    @Override
    public String meaning(int centroids) {
      return "A term.";
    }

    @Override
    public SDVariable define(TermInputs inputs) {
      return inputs.logAssignment().mean();
    }
  }

  /** Whose weight has the name of a setting. */
  public static final class BatchWeight extends Named {
    public BatchWeight() {
      super("mine", "batch");
    }
  }

  /** Whose weight has the name of a flag that is no setting. */
  public static final class DebugWeight extends Named {
    public DebugWeight() {
      super("mine", "debug");
    }
  }

  /** With the name of a column of metrics.csv. */
  public static final class TotalName extends Named {
    public TotalName() {
      super("total", "my-weight");
    }
  }

  /** That cannot be made. */
  public static final class Failing extends Named {
    public Failing() {
      super("mine", "my-weight");
      throw new IllegalStateException("no moon");
    }
  }

  @TempDir private Path folder;

  private void assertOneLine(Class<?> service, String content, String expected)
      throws IOException, InterruptedException {
    Path services = Files.createDirectories(folder.resolve("plugin/META-INF/services"));
    Files.writeString(services.resolve(service.getName()), content);
    ForkedJvm flsl =
        ForkedJvm.start(
            System.getProperty("java.class.path") + File.pathSeparator + folder.resolve("plugin"),
            Main.class,
            folder.resolve("output"),
            Map.of(),
            List.of("pretrain", "--help"));
    assertEquals(1, flsl.await(), flsl.output());
    assertEquals(1, flsl.output().lines().count(), flsl.output());
    assertTrue(
        flsl.output().startsWith("error: a plug-in on the class path cannot be used: "),
        flsl.output());
    assertTrue(flsl.output().contains(expected), flsl.output());
  }

  @Test
  void takenNames() throws Exception {
    assertOneLine(LossTerm.class, BatchWeight.class.getName(), "two settings called batch");
    assertOneLine(LossTerm.class, DebugWeight.class.getName(), "--debug");
    assertOneLine(LossTerm.class, TotalName.class.getName(), "two columns called total");
  }

  @Test
  void brokenFiles() throws Exception {
    assertOneLine(LossTerm.class, "org.nowhere.Term", "org.nowhere.Term not found");
    assertOneLine(LossTerm.class, Failing.class.getName(), "(no moon)");
    Files.delete(folder.resolve("plugin/META-INF/services/" + LossTerm.class.getName()));
    assertOneLine(Subcommand.class, "no class", Subcommand.class.getName() + ":1");
  }
}
