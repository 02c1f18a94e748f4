package org.flsl.examples.command;

import java.util.Map;
import org.flsl.examples.Main;
import picocli.CommandLine;

/**
 * A subcommand of {@code flsl} that another module brings.
 *
 * <p>{@link Main} finds those on the class path with {@link java.util.ServiceLoader}: name the
 * class in {@code META-INF/services/org.flsl.examples.command.Subcommand}.
 */
public interface Subcommand {

  /**
   * Makes the subcommand.
   *
   * @param relaunch gets the native library what it needs in the environment
   * @param environment that of this process
   */
  CommandLine commandLine(Terminal terminal, Relaunch relaunch, Map<String, String> environment);
}
