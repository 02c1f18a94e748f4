package org.flsl.examples.benchmark;

import org.flsl.layers.vit.VitConfig;
import org.flsl.training.FlslConfig;
import org.flsl.views.QueryWindows;
import org.flsl.views.ViewConfig;

/**
 * Floating-point operations of matrix products, by formula; everything else is below one percent.
 *
 * <p>A product {@code [m,k] x [k,n]} counts {@code 2 m k n}. Backward it becomes two products of
 * the same size, one for each factor, except where a factor needs no gradient: the pixels, and all
 * that belongs to the teacher. Nothing that is computed twice counts twice.
 */
public final class StepFlops {
  private final VitConfig vit;

  private StepFlops(VitConfig vit) {
    this.vit = vit;
  }

  /** A forward pass of the network over one image. */
  public static double trunkForward(VitConfig vit, long tokens) {
    StepFlops flops = new StepFlops(vit);
    return flops.patches(tokens) + flops.blocks(tokens);
  }

  /** A forward and a backward pass of the network over one image. */
  public static double trunkStep(VitConfig vit, long tokens) {
    StepFlops flops = new StepFlops(vit);
    return 2 * flops.patches(tokens) + 3 * flops.blocks(tokens);
  }

  /** A whole training step: teacher, student, mean shift, heads. */
  public static double flslStep(Workload work) {
    ViewConfig views = work.views();
    long teacherTokens = views.queryWindows(1).tokens();
    double flops = trunkForward(work.vit(), teacherTokens);
    for (int view = 1; view < views.views(); view++) {
      QueryWindows grid = views.queryWindows(view);
      flops += trunkStep(work.vit(), grid.tokens());
      // Scores and modes; backward two products each, as both factors are the student's.
      flops += 3 * attention(grid.count(), grid.tokens(), work.vit().width());
    }
    flops += attention(views.queries(), teacherTokens, work.vit().width());
    flops += (3 + 1) * head(work.objective(), views.queries(), work.vit().width());
    return work.batch() * flops;
  }

  private double patches(long tokens) {
    double pixels = (double) vit.channels() * vit.patch() * vit.patch();
    return 2 * tokens * pixels * vit.width();
  }

  private double blocks(long tokens) {
    double width = vit.width();
    double hidden = (int) (width * vit.mlpRatio());
    double linear = 2 * tokens * width * (3 * width + width + 2 * hidden);
    return vit.depth() * (linear + attention(tokens, tokens, width));
  }

  /** Queries with keys, and weights with values. */
  private static double attention(long queries, long keys, double width) {
    return 2 * 2.0 * queries * keys * width;
  }

  private static double head(FlslConfig objective, long queries, double width) {
    double hidden = objective.headHidden();
    double bottleneck = objective.headBottleneck();
    double perQuery =
        width * hidden + hidden * hidden + hidden * bottleneck + bottleneck * objective.centroids();
    return 2 * queries * perQuery;
  }
}
