package org.flsl.examples.eval;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.data.ImageSize;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all subcommands of {@code flsl eval} have in common: how they run and what they leave. */
abstract class Measurement implements Callable<Integer> {
  final EvalRuntime runtime;

  @Mixin EvalOutput output;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      order = EvalOutput.LAST + 1,
      description = "Show this help.")
  private boolean help;

  Measurement(EvalRuntime runtime) {
    this.runtime = runtime;
  }

  /** Measures what is asked for, after a line that says on what. */
  abstract List<Measured> measure() throws IOException;

  @Override
  public final Integer call() throws Exception {
    return runtime.run(
        output.debug(),
        () -> {
          output.check();
          output.report(runtime.terminal(), measure());
          return 0;
        });
  }

  /** The measure for the model, its random twin and raw pixels. */
  static List<Measured> withBaselines(
      GraphFeatures features, ImageSize size, Function<Candidate, List<Measured>> measure) {
    List<Measured> results = new ArrayList<>();
    for (Candidate candidate : Candidate.withBaselines(features, size)) {
      results.addAll(measure.apply(candidate));
    }
    return results;
  }
}
