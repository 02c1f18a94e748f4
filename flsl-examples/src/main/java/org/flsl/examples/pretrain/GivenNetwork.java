package org.flsl.examples.pretrain;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;

/** The network in a file that a training begins with: it brings its shape along. */
public final class GivenNetwork {
  private GivenNetwork() {}

  /**
   * A configuration with the shape of the network that it names; as it is where it names none.
   *
   * @param named what the user says himself, which must fit the network; all else is made to
   * @param lines takes what was found, to be shown
   * @throws UserError if the file holds no such network, or what the user says does not fit
   */
  public static Config settle(Config config, Set<Setting<?>> named, Consumer<String> lines) {
    if (OwnNetwork.isWanted(config)) {
      return OwnNetwork.settle(config, named, lines);
    }
    Optional<InitialWeights> trained = InitialWeights.of(config, named);
    if (trained.isEmpty()) {
      return config;
    }
    Config settled = trained.get().settle(config, named);
    lines.accept(
        "init        "
            + String.join(System.lineSeparator() + " ".repeat(12), trained.get().lines(settled)));
    return settled;
  }
}
