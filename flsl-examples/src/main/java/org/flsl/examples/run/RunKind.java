package org.flsl.examples.run;

import org.flsl.examples.settings.Schema;

/**
 * What the folders of one kind of training have in common.
 *
 * @param settings of its command, those of {@link RunSettings} among them
 * @param name in messages, such as {@code pretraining}
 * @param result what comes out, such as {@code backbone}: the name of a file
 * @param columns of its metrics
 */
public record RunKind(Schema settings, String name, String result, MetricColumns columns) {

  /** Whether its images have labels, of which it can take a share. */
  boolean isLabelled() {
    return settings.settings().stream().anyMatch(setting -> setting.name().equals("labels"));
  }

  /** The command as it is typed. */
  public String command() {
    return settings.command();
  }
}
