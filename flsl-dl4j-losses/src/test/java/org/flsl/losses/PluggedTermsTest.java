package org.flsl.losses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceConfigurationError;
import org.flsl.schedules.Scheduled;
import org.flsl.training.FlslConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;

/** Terms that somebody else names in META-INF/services, rightly or wrongly. */
class PluggedTermsTest {
  /** Any term. */
  abstract static class Zero extends LossTerm {
    Zero(String name, String weight) {
      super(name, weight, Scheduled.constant(1), "nothing");
    }

    @Override
    public String meaning(int centroids) {
      return "Nothing.";
    }

    @Override
    public SDVariable define(TermInputs inputs) {
      return inputs.logAssignment().mean().mul(0);
    }
  }

  /** With names of its own. */
  public static final class Fine extends Zero {
    public Fine() {
      super("zero", "zeta");
    }
  }

  /** With the name of another term. */
  public static final class TakenName extends Zero {
    public TakenName() {
      super("intra", "zeta");
    }
  }

  /** With the weight of another term. */
  public static final class TakenWeight extends Zero {
    public TakenWeight() {
      super("zero", "gamma");
    }
  }

  /** That cannot be made. */
  public static final class Failing extends Zero {
    public Failing() {
      super("zero", "zeta");
      throw new IllegalStateException("no moon");
    }
  }

  @TempDir private Path plugin;

  private void withService(String content, Runnable test) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try {
      Path services = Files.createDirectories(plugin.resolve("META-INF/services"));
      Files.writeString(services.resolve(LossTerm.class.getName()), content);
      try (URLClassLoader loader = new URLClassLoader(new URL[] {plugin.toUri().toURL()}, before)) {
        thread.setContextClassLoader(loader);
        test.run();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private void assertRefused(String content, String... expected) {
    withService(
        content,
        () -> {
          Error error = assertThrows(ServiceConfigurationError.class, LossTerm::known);
          for (String words : expected) {
            assertTrue(error.getMessage().contains(words), error.getMessage());
          }
        });
  }

  @Test
  void aTermOfSomebodyElseIsKnown() {
    withService(
        Fine.class.getName(),
        () -> {
          assertEquals(5, LossTerm.known().size());
          assertEquals(
              4,
              FlslConfig.builder().iterationsPerEpoch(1).batchSize(1).build().objective().size());
        });
  }

  @Test
  void takenNamesAreToldWithBothClasses() {
    assertRefused(
        TakenName.class.getName(), IntraView.class.getName(), "TakenName", "both called intra");
    assertRefused(
        TakenWeight.class.getName(), Volume.class.getName(), "both call their weight gamma");
  }

  @Test
  void takenNamesAreRefusedInAProgramToo() {
    FlslConfig.Builder builder = FlslConfig.builder().iterationsPerEpoch(1).batchSize(1);
    builder.weight(new TakenName(), Scheduled.constant(1));
    Exception error = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(error.getMessage().contains("both called intra"), error.getMessage());
  }

  @Test
  void aBrokenFileIsNamed() {
    assertRefused("this is no class\n", "META-INF/services/" + LossTerm.class.getName() + ":1");
    assertRefused("org.nowhere.Term\n", "org.nowhere.Term not found");
    assertRefused(PluggedTermsTest.class.getName(), "PluggedTermsTest not a subtype");
    assertRefused(Failing.class.getName(), "Failing could not be instantiated");
  }
}
