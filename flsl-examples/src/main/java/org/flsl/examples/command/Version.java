package org.flsl.examples.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.kernels.Precision;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.IVersionProvider;

/** What this program is, and what computes in it: {@code flsl --version}. */
public final class Version implements IVersionProvider {
  private final Terminal terminal;

  /**
   * @param terminal gets what libraries have to say while they load
   */
  public Version(Terminal terminal) {
    this.terminal = terminal;
  }

  /** This program with its version. */
  public static String program() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "flsl-dl4j" + (version == null ? "" : " " + version);
  }

  /** The kernels that this process computes with, for layers of a precision. */
  public static String kernels(Precision precision) {
    return KernelLibrary.ofThisProcess()
        .map(library -> library.in(precision).description())
        .orElse("ND4J's ops only");
  }

  @Override
  public String[] getVersion() {
    Logs.to(terminal, false);
    // Loaded, not only looked for: what is told here works on this machine.
    Nd4j.getBackend();
    return new String[] {
      program(),
      "ND4J          " + nd4j(),
      "native build  " + NativeBuild.loaded().map(NativeBuild::toString).orElse("unknown"),
      "kernels       " + kernels(Precision.FLOAT32),
      "Java          " + Runtime.version()
    };
  }

  /** The version of ND4J, whose jars say it nowhere but where Maven noted it. */
  public static String nd4j() {
    Properties maven = new Properties();
    try (InputStream in =
        Nd4j.class.getResourceAsStream("/META-INF/maven/org.nd4j/nd4j-api/pom.properties")) {
      maven.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return maven.getProperty("version");
  }
}
