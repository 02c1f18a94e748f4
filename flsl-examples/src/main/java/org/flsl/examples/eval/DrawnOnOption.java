package org.flsl.examples.eval;

import org.flsl.evaluation.data.DrawnOn;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;

/** The option for photos that are turned upright, where it is not clear how their labels lie. */
final class DrawnOnOption {
  @Option(
      names = "--drawn-on",
      paramLabel = "stored|upright",
      description =
          "What labels of photos with an EXIF orientation were drawn on, where sizes do not tell:"
              + " the pixels as stored, or the photo turned upright; default: as the others of the"
              + " set, else stored, with a warning.",
      showDefaultValue = Help.Visibility.NEVER)
  private DrawnOn drawnOn = DrawnOn.UNKNOWN;

  DrawnOn get() {
    return drawnOn;
  }
}
