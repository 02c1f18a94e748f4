package org.flsl.examples.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.flsl.evaluation.Measured;
import org.flsl.examples.command.CommonOptions;
import org.flsl.examples.command.OutputFile;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;

/** How its results are shown and written. */
final class EvalOutput {
  @Option(
      names = "--output",
      order = CommonOptions.LAST - 1,
      paramLabel = "FILE",
      description = "Write the values as well, to a .csv or .json file.",
      showDefaultValue = Help.Visibility.NEVER)
  private Path file;

  /** Refuses a file that could not be written, before anything is computed. */
  void check() {
    if (file == null) {
      return;
    }
    if (ResultsFile.format(file).isEmpty()) {
      throw new UserError("--output takes a name that ends in .csv or .json, got " + file);
    }
    OutputFile.prepare(file);
  }

  void report(Terminal terminal, List<Measured> results) {
    terminal.bottom("");
    ResultsTable.of(results).forEach(terminal::plain);
    if (file != null) {
      try {
        ResultsFile.write(file, results);
      } catch (IOException e) {
        throw new UserError("cannot write " + file + ": " + Problems.explain(e), e);
      }
      terminal.plain(file + " holds every value");
    }
  }
}
