package org.flsl.arbiter.layers;

import org.deeplearning4j.arbiter.layers.LayerSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.flsl.layers.cluster.Prototypes;

/** A space of {@link Prototypes}, for an ordinary {@code ComputationGraphSpace}. */
public final class PrototypesSpace extends LayerSpace<Prototypes> {
  private int width;
  private ParameterSpace<Integer> centroids;

  private PrototypesSpace() {}

  private PrototypesSpace(Builder builder) {
    super(builder);
    this.width = builder.width;
    this.centroids = builder.centroids;
    this.numParameters = LeafUtils.countUniqueParameters(collectLeaves());
  }

  /** Starts a space of numbers of centroids, behind a head that ends in this width. */
  public static Builder builder(int width, ParameterSpace<Integer> centroids) {
    return new Builder(width, centroids);
  }

  @Override
  public Prototypes getValue(double[] values) {
    Prototypes.Builder prototypes = Prototypes.builder(width, centroids.getValue(values));
    setLayerOptionsBuilder(prototypes, values);
    return prototypes.build();
  }

  /** Builds a {@link PrototypesSpace}. */
  @SuppressWarnings("unchecked") // of build(), as Arbiter declares it
  public static final class Builder extends LayerSpace.Builder<Builder> {
    private final int width;
    private final ParameterSpace<Integer> centroids;

    private Builder(int width, ParameterSpace<Integer> centroids) {
      this.width = width;
      this.centroids = centroids;
    }

    @Override
    public PrototypesSpace build() {
      return new PrototypesSpace(this);
    }
  }
}
