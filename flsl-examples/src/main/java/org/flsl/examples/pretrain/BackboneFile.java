package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.examples.command.Version;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.training.checkpoint.ModelZip;
import org.flsl.views.FileNames;
import org.flsl.views.ViewConfig;
import org.nd4j.shade.jackson.core.type.TypeReference;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * A backbone as a DL4J model that also tells where it comes from: which settings, how many images,
 * how they were normalised.
 */
public final class BackboneFile {
  /** The means of the channels that images are normalised by. */
  public static final String MEAN = "mean";

  /** The standard deviations of the channels that images are normalised by. */
  public static final String STD = "std";

  /** The number of attention heads, where a file of weights told it. */
  public static final String HEADS = "heads";

  private static final String NUMBER = "-?\\d*\\.?\\d+(E-?\\d+)?";

  private static final Pattern NUMBERS = Pattern.compile(NUMBER + "( " + NUMBER + ")*");
  private static final String PROVENANCE = "provenance.json";

  private BackboneFile() {}

  /** Writes a backbone with its provenance. */
  public static void write(ComputationGraph graph, Map<String, String> provenance, OutputStream out)
      throws IOException {
    ModelZip zip = new ModelZip(out);
    zip.network(graph);
    zip.text(
        PROVENANCE,
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(provenance));
    zip.finish();
  }

  /**
   * What a file tells of its origin; empty where it tells nothing.
   *
   * @throws UserError if it cannot be read
   */
  public static Map<String, String> provenance(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(PROVENANCE);
      if (entry == null) {
        return Map.of();
      }
      try (InputStream in = zip.getInputStream(entry)) {
        return new ObjectMapper().readValue(in, new TypeReference<Map<String, String>>() {});
      }
    } catch (ZipException noZip) {
      return Map.of();
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, Problems.explain(e)), e);
    }
  }

  /**
   * The paper's views, but normalised as a file tells.
   *
   * @return empty where it does not tell
   */
  public static Optional<ViewConfig> views(Path file) {
    return views(provenance(file));
  }

  /** How a network wants images normalised, by its provenance; empty where that does not tell. */
  public static Optional<ViewConfig> views(Map<String, String> provenance) {
    String mean = provenance.getOrDefault(MEAN, "");
    String std = provenance.getOrDefault(STD, "");
    int channels = mean.split(" ").length;
    if (!isNormalisation(MEAN, mean, channels) || !isNormalisation(STD, std, channels)) {
      return Optional.empty();
    }
    return Optional.of(
        ViewConfig.builder().channels(channels).mean(numbers(mean)).std(numbers(std)).build());
  }

  /**
   * Whether a text gives a number for each channel, one that can be.
   *
   * @param key {@link #MEAN}, or {@link #STD}, which is above 0
   */
  public static boolean isNormalisation(String key, String text, int channels) {
    return NUMBERS.matcher(text).matches()
        && text.split(" ").length == channels
        && (key.equals(MEAN)
            || Arrays.stream(text.split(" ")).allMatch(number -> Float.parseFloat(number) > 0));
  }

  /** The provenance of what a run trained. */
  static Map<String, String> provenance(Config config, int images, long steps) {
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("made_by", Version.program());
    provenance.put("trained_on", images + " images");
    provenance.put("steps", String.valueOf(steps));
    InitialWeights.file(config)
        .ifPresent(file -> provenance.put("began_with", FileNames.text(file.getFileName())));
    provenance.putAll(normalisation(Setup.of(config).views()));
    provenance.put(
        "settings",
        config.schema().settings().stream()
            .filter(Setting::changesResult)
            .map(setting -> setting.name() + ": " + config.text(setting))
            .collect(Collectors.joining("\n")));
    return provenance;
  }

  /** How views are normalised. */
  public static Map<String, String> normalisation(ViewConfig views) {
    Map<String, String> normalisation = new LinkedHashMap<>();
    normalisation.put(MEAN, text(views.mean()));
    normalisation.put(STD, text(views.std()));
    return normalisation;
  }

  private static String text(float[] numbers) {
    return IntStream.range(0, numbers.length)
        .mapToObj(i -> String.valueOf(numbers[i]))
        .collect(Collectors.joining(" "));
  }

  private static float[] numbers(String text) {
    String[] words = text.split(" ");
    float[] numbers = new float[words.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Float.parseFloat(words[i]);
    }
    return numbers;
  }
}
