package org.flsl.arbiter.layers;

import org.deeplearning4j.arbiter.layers.LayerSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.flsl.layers.cluster.ProjectionHead;

/**
 * A space of {@link ProjectionHead}s, for an ordinary {@code ComputationGraphSpace}.
 *
 * <p>The layer behind needs to know the width: search the hidden width alone, or let one {@code
 * ParameterSpace} object stand for both.
 */
public final class ProjectionHeadSpace extends LayerSpace<ProjectionHead> {
  private int width;
  private ParameterSpace<Integer> hidden;
  private ParameterSpace<Integer> bottleneck;

  private ProjectionHeadSpace() {}

  private ProjectionHeadSpace(Builder builder) {
    super(builder);
    this.width = builder.width;
    this.hidden = builder.hidden;
    this.bottleneck = builder.bottleneck;
    this.numParameters = LeafUtils.countUniqueParameters(collectLeaves());
  }

  /** Starts a space of heads on tokens of this width. */
  public static Builder builder(int width) {
    return new Builder(width);
  }

  @Override
  public ProjectionHead getValue(double[] values) {
    ProjectionHead.Builder head = ProjectionHead.builder(width);
    setLayerOptionsBuilder(head, values);
    if (hidden != null) {
      head.hidden(hidden.getValue(values));
    }
    if (bottleneck != null) {
      head.bottleneck(bottleneck.getValue(values));
    }
    return head.build();
  }

  /** Builds a {@link ProjectionHeadSpace}. */
  @SuppressWarnings("unchecked") // of build(), as Arbiter declares it
  public static final class Builder extends LayerSpace.Builder<Builder> {
    private final int width;
    private ParameterSpace<Integer> hidden;
    private ParameterSpace<Integer> bottleneck;

    private Builder(int width) {
      this.width = width;
    }

    /** Units of both hidden layers. */
    public Builder hidden(ParameterSpace<Integer> hidden) {
      this.hidden = hidden;
      return this;
    }

    /** Width of the output. */
    public Builder bottleneck(ParameterSpace<Integer> bottleneck) {
      this.bottleneck = bottleneck;
      return this;
    }

    @Override
    public ProjectionHeadSpace build() {
      return new ProjectionHeadSpace(this);
    }
  }
}
