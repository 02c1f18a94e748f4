package org.flsl.examples.eval;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.ComputingCommand;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Surroundings;
import picocli.CommandLine.Mixin;

/** What all subcommands of {@code flsl eval} have in common: how they run and what they leave. */
abstract class Measurement extends ComputingCommand {
  @Mixin private EvalOutput output;

  Measurement(Surroundings surroundings) {
    super(surroundings);
  }

  /** Measures what is asked for, after a line that says on what. */
  abstract List<Measured> measure() throws IOException;

  @Override
  protected final int compute() throws IOException {
    output.check();
    output.report(terminal(), measure());
    return 0;
  }

  /** Says what of a measurement's images is left out, if anything is. */
  final void tell(ReadableImages images) {
    Problems.tell(images, terminal());
  }

  /** What a benchmark says of the model and of what it is compared with. */
  static List<Measured> all(List<Candidate> candidates, Benchmark benchmark) {
    List<Measured> results = new ArrayList<>();
    candidates.forEach(candidate -> results.addAll(benchmark.measure(candidate)));
    return results;
  }
}
