package org.flsl.examples.pytorch;

import org.flsl.examples.benchmark.StepFlops;

/** What is timed. */
enum Work {
  /** The network forward, as for evaluation. */
  FORWARD("trunk forward"),
  /** Forward and backward, without an update. */
  GRADIENT("trunk gradient"),
  /** Forward, backward and AdamW. */
  STEP("trunk step"),
  /** Teacher, student views, mean shift, heads, loss, backward, clipping, AdamW, momentum. */
  FLSL("FLSL step"),
  /**
   * Network, pyramid, towers, loss, backward, clipping, AdamW: what {@code train detection} does.
   */
  DETECTION("detector step"),
  /** Writing what both sides read; not timed. */
  EXPORT("export"),
  /** Matrix products alone: what the processor can do. */
  GEMM("GEMM peak");

  private final String title;

  Work(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Operations of one run. */
  double flops(Case setting) {
    double batch = setting.batch();
    return switch (this) {
      case FORWARD -> batch * StepFlops.trunkForward(setting.vit(), setting.tokens());
      case GRADIENT, STEP -> batch * StepFlops.trunkStep(setting.vit(), setting.tokens());
      case FLSL -> StepFlops.flslStep(setting.workload());
      case DETECTION ->
          batch
              * (StepFlops.trunkStep(setting.vit(), setting.tokens()) + 3 * setting.headForward());
      case GEMM, EXPORT -> throw new IllegalArgumentException(this + " is not counted");
    };
  }
}
