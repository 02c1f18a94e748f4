package org.flsl.arbiter;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.Reading;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.views.FileNames;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What a benchmark says of a backbone, as Arbiter asks for it: the first of its values. More is
 * better.
 *
 * <p>Never the training loss: the weights that a sweep searches change its scale. JSON keeps its
 * name only: one that was read back cannot score.
 */
public final class BackboneScore implements ScoreFunction {
  private static final long serialVersionUID = 1L;

  @JsonProperty private final String name;
  @JsonIgnore private final MeasureOnImages source;
  @JsonIgnore private final Reading reading;
  private transient Benchmark benchmark;

  /** What a benchmark is made of again, in another process. */
  private record MeasureOnImages(String measure, String images, Set<Integer> ignored)
      implements Serializable {

    Benchmark benchmark() {
      return Measure.known().stream()
          .filter(known -> known.name().equals(measure))
          .findFirst()
          .orElseThrow(
              () -> new IllegalStateException("this program does not know the score " + measure))
          .on(
              new MeasuredImages(
                  FileNames.path(images), ignored, new ReadableImages(new ImageDecoder())));
    }
  }

  /**
   * A score to use.
   *
   * @param name of the score in configurations
   */
  public BackboneScore(String name, Benchmark benchmark) {
    this(name, null, benchmark, Reading.USUAL);
  }

  @JsonCreator
  private BackboneScore(@JsonProperty("name") String name) {
    this(name, null, null, Reading.USUAL);
  }

  private BackboneScore(String name, MeasureOnImages source, Benchmark benchmark, Reading reading) {
    this.name = name;
    this.source = source;
    this.reading = reading;
    this.benchmark = benchmark;
  }

  /**
   * A score that can be used in another process, too, which reads the images there again.
   *
   * @param reading which features of a backbone are scored
   * @throws IllegalArgumentException if these are not the images that the measure needs
   */
  public static BackboneScore of(Measure measure, MeasuredImages images, Reading reading) {
    Path folder = images.folder().toAbsolutePath().normalize();
    return new BackboneScore(
        measure.name(),
        new MeasureOnImages(measure.name(), FileNames.text(folder), images.ignored()),
        measure.on(images),
        reading);
  }

  /**
   * The score of a backbone.
   *
   * @param backbone takes images {@code [B, channels, H, W]} and gives tokens {@code [B, T, C]}
   * @param training how its training normalised images
   */
  public double of(ComputationGraph backbone, ViewConfig training) {
    if (benchmark == null && source != null) {
      benchmark = source.benchmark();
    }
    if (benchmark == null) {
      throw new IllegalStateException(
          "the score '" + name + "' was read from JSON, which does not keep its images");
    }
    Candidate candidate = Candidate.of(GraphFeatures.of(backbone).read(reading), training);
    return benchmark.measure(candidate).get(0).mean();
  }

  @Override
  @SuppressWarnings("deprecation") // Arbiter's interface has it
  public double score(Object model, DataProvider data, Map<String, Object> parameters) {
    return score(model, PhotoFolder.class, new Properties());
  }

  /**
   * The score of a backbone.
   *
   * @param properties the normalisation of its training, as {@link BackboneFile#normalisation} has
   *     it; without, the usual one
   */
  @Override
  public double score(Object model, Class<? extends DataSource> data, Properties properties) {
    ComputationGraph backbone = (ComputationGraph) model;
    Map<String, String> told = new HashMap<>();
    properties.stringPropertyNames().forEach(key -> told.put(key, properties.getProperty(key)));
    int channels = GraphFeatures.of(backbone).channels();
    return of(
        backbone,
        BackboneFile.views(told).orElseGet(() -> ViewConfig.builder().channels(channels).build()));
  }

  /** Never: more is better. */
  @Override
  public boolean minimize() {
    return false;
  }

  @Override
  public List<Class<?>> getSupportedModelTypes() {
    return List.of(ComputationGraph.class);
  }

  @Override
  public List<Class<?>> getSupportedDataTypes() {
    return List.of();
  }

  @Override
  public String toString() {
    return name;
  }
}
