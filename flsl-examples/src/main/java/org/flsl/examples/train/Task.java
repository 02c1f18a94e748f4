package org.flsl.examples.train;

import java.nio.file.Path;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.settings.Config;
import org.flsl.views.decode.ImageDecoder;

/**
 * Something that a backbone can be taught with labels: a subcommand of {@code flsl train}.
 *
 * <p>Add one by this, its {@link TaskData}, and its line in {@link TrainCommand}.
 */
interface Task {

  /** Its settings, files and metrics; the command is {@code train NAME}. */
  RunKind kind();

  /** What the subcommand is called. */
  default String name() {
    String command = kind().command();
    return command.substring(command.lastIndexOf(' ') + 1);
  }

  /** What it does, in a sentence for the help. */
  String summary();

  /** The folder of the images to learn from, for messages. */
  Path images(Config config);

  /**
   * Reads and checks all of its labelled images, and says what it found.
   *
   * @param decoder to the channels that the network takes
   * @throws org.flsl.examples.command.UserError if something is missing or does not fit
   */
  TaskData open(Config config, ImageDecoder decoder, Terminal terminal);
}
