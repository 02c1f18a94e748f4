package org.flsl.arbiter;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.arbiter.BaseNetworkSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.settings.Setting;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * A space of pretrainings for Arbiter to search: any setting of {@code flsl pretrain}, fixed or
 * searched.
 *
 * <p>The settings have the names of {@link Settings}. Use Arbiter's {@code
 * ContinuousParameterSpace} for numbers, with a {@code LogUniformDistribution} for those whose
 * orders of magnitude count, {@code IntegerParameterSpace} or {@link LogIntegerParameterSpace}, and
 * {@code DiscreteParameterSpace} of anything else, as text.
 *
 * <p>It extends {@link BaseNetworkSpace} since Arbiter's web page shows no other spaces. Its
 * candidates are not checked: a candidate of values that do not fit one another is made all the
 * same, and fails when it is to be trained. Arbiter would go on forever after an exception here.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, include = JsonTypeInfo.As.PROPERTY, property = "@class")
public final class PretrainSpace extends BaseNetworkSpace<CandidateSettings> {
  /** Enough for any setting, and short enough to read. */
  private static final MathContext DIGITS = new MathContext(5);

  private Map<String, ParameterSpace<?>> settings = new LinkedHashMap<>();

  private PretrainSpace() {}

  private PretrainSpace(Map<String, ParameterSpace<?>> settings) {
    this.settings = new LinkedHashMap<>(settings);
  }

  /** Starts a space in which nothing is said of any setting. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public CandidateSettings getValue(double[] values) {
    Map<String, String> drawn = new LinkedHashMap<>();
    settings.forEach((name, space) -> drawn.put(name, text(space.getValue(values))));
    return new CandidateSettings(drawn);
  }

  private static String text(Object value) {
    return value instanceof Double number ? readable(number) : value.toString();
  }

  /** A number as candidates have it: five digits. */
  public static String readable(double number) {
    return BigDecimal.valueOf(number).round(DIGITS).stripTrailingZeros().toPlainString();
  }

  @Override
  public int numParameters() {
    return LeafUtils.countUniqueParameters(collectLeaves());
  }

  /** By name of setting: what Arbiter's web page lists. */
  @Override
  @SuppressWarnings("rawtypes") // as Arbiter declares it
  public Map<String, ParameterSpace> getNestedSpaces() {
    return new LinkedHashMap<>(settings);
  }

  /** Builds a {@link PretrainSpace}. */
  public static final class Builder {
    private final Map<String, ParameterSpace<?>> settings = new LinkedHashMap<>();

    private Builder() {}

    /** A setting that is the same in all candidates. */
    public <T> Builder fixed(Setting<T> setting, T value) {
      return searched(setting.name(), new FixedValue<>(setting.write(value)));
    }

    /** A setting that is searched. */
    public Builder searched(Setting<?> setting, ParameterSpace<?> space) {
      return searched(setting.name(), space);
    }

    private Builder searched(String name, ParameterSpace<?> space) {
      settings.put(name, space);
      return this;
    }

    /** Builds the space. */
    public PretrainSpace build() {
      return new PretrainSpace(settings);
    }
  }
}
