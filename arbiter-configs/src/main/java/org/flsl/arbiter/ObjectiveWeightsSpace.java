package org.flsl.arbiter;

import org.deeplearning4j.arbiter.BaseNetworkSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * The space of the objective's weights, for Arbiter to search.
 *
 * <p>Each weight is fixed or searched. It extends {@link BaseNetworkSpace} since Arbiter's web page
 * shows no other spaces; Arbiter finds the fields by reflection.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, include = JsonTypeInfo.As.PROPERTY, property = "@class")
public final class ObjectiveWeightsSpace extends BaseNetworkSpace<ObjectiveWeights> {
  private ParameterSpace<Double> upsilon = new FixedValue<>(0.03);
  private ParameterSpace<Double> eta = new FixedValue<>(1.0);
  private ParameterSpace<Double> gamma = new FixedValue<>(5.0);

  private ObjectiveWeightsSpace() {}

  /**
   * A space; a weight that is not searched is a {@link FixedValue}.
   *
   * @param upsilon values of the weight of the intra-view term, 0.03 in the paper
   * @param eta values of the weight of the inter-view term, 1 in the paper
   * @param gamma values of the weight of the volume term, 5 in the paper
   */
  public ObjectiveWeightsSpace(
      ParameterSpace<Double> upsilon, ParameterSpace<Double> eta, ParameterSpace<Double> gamma) {
    this.upsilon = upsilon;
    this.eta = eta;
    this.gamma = gamma;
  }

  @Override
  public ObjectiveWeights getValue(double[] values) {
    return new ObjectiveWeights(
        upsilon.getValue(values), eta.getValue(values), gamma.getValue(values));
  }

  @Override
  public int numParameters() {
    return LeafUtils.countUniqueParameters(collectLeaves());
  }
}
