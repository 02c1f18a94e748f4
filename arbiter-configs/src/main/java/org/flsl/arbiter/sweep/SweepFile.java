package org.flsl.arbiter.sweep;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.distribution.LogUniformDistribution;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.flsl.arbiter.Budget;
import org.flsl.arbiter.LogIntegerParameterSpace;
import org.flsl.arbiter.MedianRule;
import org.flsl.arbiter.PretrainSpace;
import org.flsl.arbiter.SweepCandidates;
import org.flsl.arbiter.SweepCandidates.Search;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.Reading;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Spelling;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Recipes;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Span;
import org.flsl.examples.settings.YamlEntry;

/**
 * Reads a sweep from YAML.
 *
 * <p>Settings are named and written as {@code flsl pretrain --config} has them; one that is
 * searched has a section in place of its value. Errors name the file and the line.
 */
final class SweepFile {
  private static final List<String> KEYS =
      List.of(
          "config",
          "search",
          "candidates",
          "seed",
          "budget",
          "score",
          "score-images",
          "score-ignored",
          "score-block",
          "score-read",
          "score-scales",
          "stop-early",
          "time-limit",
          "parallel",
          "also",
          "settings");
  private static final int USUALLY_IGNORED = 255;
  private static final List<String> RANGE = List.of("from", "to", "scale", "points", "values");

  private final Map<String, YamlEntry> entries = new LinkedHashMap<>();
  private final String name;

  private SweepFile(String text, String name) {
    this.name = name;
    for (YamlEntry entry : YamlEntry.parse(text, name)) {
      known(entry, KEYS, "a sweep has " + String.join(", ", KEYS));
      entries.put(entry.key(), entry);
    }
  }

  private static void known(YamlEntry entry, List<String> keys, String otherwise) {
    if (!keys.contains(entry.key())) {
      throw new UserError(
          entry.where()
              + "there is no '"
              + entry.key()
              + "' here; "
              + Spelling.advice(entry.key(), keys).orElse(otherwise));
    }
  }

  /** The text of a file. */
  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (MalformedInputException e) {
      throw new UserError(file + " is not a text file: a sweep is a YAML file", e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + Problems.explain(e), e);
    }
  }

  /**
   * Reads a sweep.
   *
   * @param name stands for the text in errors
   */
  static Sweep parse(String text, String name) {
    return new SweepFile(text, name).sweep();
  }

  private Sweep sweep() {
    Config base = base();
    Search search = search();
    Set<Setting<?>> named = new HashSet<>();
    List<Axis> axes = new ArrayList<>();
    PretrainSpace.Builder space = PretrainSpace.builder();
    for (YamlEntry entry : section("settings")) {
      Setting<?> setting = Settings.SCHEMA.named(entry.key(), entry.where());
      refuse(setting, entry.where());
      if (entry.isSection()) {
        Axis axis = axis(setting, entry, search);
        axes.add(axis);
        space.searched(setting, axis.space());
      } else {
        base = base.with(setting, entry.text(), entry.where() + setting);
        named.add(setting);
      }
      if (setting.equals(Settings.EPOCHS)) {
        base = base.with(Settings.MINUTES, (Double) null);
      }
    }
    if (axes.isEmpty() && !entries.containsKey("also")) {
      throw new UserError(
          name
              + ": nothing is searched; give a setting a section, as in"
              + " 'gamma: {from: 1, to: 10}'");
    }
    SweepCandidates candidates =
        new SweepCandidates(
            space.build(),
            search,
            axes.isEmpty() ? 0 : candidates(search),
            number("seed", 1L, Long::valueOf, n -> true, "a whole number"),
            also());
    return new Sweep(
        base,
        named,
        axes,
        candidates,
        budget(base),
        score(),
        value("score-images").map(Path::of).orElse(null),
        ignored(),
        reading(),
        stopsEarly() ? MedianRule.usual() : MedianRule.never(),
        value("time-limit").map(text -> amount("time-limit", text, "minutes")).orElse(null),
        number("parallel", null, Integer::valueOf, n -> n >= 1, "a whole number of at least 1"));
  }

  private Config base() {
    Config defaults = Settings.SCHEMA.defaults();
    return value("config").map(recipe -> Recipes.read(recipe, defaults)).orElse(defaults);
  }

  /** Some settings are the sweep's to choose. */
  private static void refuse(Setting<?> setting, String where) {
    if (setting == Settings.OUT) {
      throw new UserError(where + "every candidate has a folder of its own: use sweep's --out");
    }
    if (setting == Settings.MINUTES) {
      throw new UserError(where + "write 'budget: 2 minutes' beside 'settings' instead");
    }
  }

  private Axis axis(Setting<?> setting, YamlEntry entry, Search search) {
    if (!setting.changesResult() || Set.of(Settings.THREADS, Settings.DEVICE).contains(setting)) {
      throw new UserError(
          entry.where() + setting + " does not change what is learned: give it one value");
    }
    Map<String, YamlEntry> keys = new LinkedHashMap<>();
    for (YamlEntry key : entry.section()) {
      known(key, RANGE, "a searched setting has from and to, or values");
      keys.put(key.key(), key);
    }
    if (keys.containsKey("values")) {
      if (keys.size() > 1) {
        throw new UserError(entry.where() + setting + " has either values, or from and to");
      }
      return discrete(setting, keys.get("values"), search);
    }
    if (!keys.containsKey("from") || !keys.containsKey("to")) {
      throw new UserError(
          entry.where() + setting + " needs from and to, as in {from: 1, to: 10}, or values");
    }
    boolean logarithmic = keys.containsKey("scale") && isLogarithmic(keys.get("scale"));
    String where = entry.where() + setting + ": ";
    double from = bound(setting, keys.get("from"), where + "from");
    double to = bound(setting, keys.get("to"), where + "to");
    if (from >= to) {
      throw new UserError(
          "%sthe range is empty: from %s to %s"
              .formatted(where, keys.get("from").text(), keys.get("to").text()));
    }
    if (logarithmic && from <= 0) {
      throw new UserError(where + "a log scale begins above 0, not at " + keys.get("from").text());
    }
    if (search == Search.GRID) {
      return grid(setting, keys, new Grid(from, to, logarithmic), where);
    }
    if (keys.containsKey("points")) {
      throw new UserError(where + "points are for 'search: grid'; random values need none");
    }
    return new Axis(setting, range(setting, from, to, logarithmic), logarithmic, List.of());
  }

  private static ParameterSpace<?> range(
      Setting<?> setting, double from, double to, boolean logarithmic) {
    if (isWhole(setting)) {
      return logarithmic
          ? new LogIntegerParameterSpace((long) from, (long) to)
          : new IntegerParameterSpace((int) from, (int) to);
    }
    return logarithmic
        ? new ContinuousParameterSpace(new LogUniformDistribution(from, to))
        : new ContinuousParameterSpace(from, to);
  }

  private static boolean isWhole(Setting<?> setting) {
    return isOfType(setting, Integer.class) || isOfType(setting, Long.class);
  }

  /** Settings do not tell their type, but their values do; 1 is a value of every numeric one. */
  private static boolean isOfType(Setting<?> setting, Class<?> type) {
    Object example = setting.defaultValue();
    if (example == null) {
      try {
        example = setting.read("1", "");
      } catch (UserError notANumber) {
        return false;
      }
    }
    return type.isInstance(example);
  }

  private static double bound(Setting<?> setting, YamlEntry entry, String origin) {
    if (!isWhole(setting) && !isOfType(setting, Double.class) && !isOfType(setting, Span.class)) {
      throw new UserError(
          entry.where() + setting + " takes no numbers: list what to try, as in {values: [...]}");
    }
    setting.read(entry.text(), origin);
    try {
      return Double.parseDouble(entry.text());
    } catch (NumberFormatException span) {
      throw new UserError(origin + " is '" + entry.text() + "', but has to be one number", span);
    }
  }

  private static boolean isLogarithmic(YamlEntry scale) {
    return switch (scale.text()) {
      case "log" -> true;
      case "linear" -> false;
      default ->
          throw new UserError(
              scale.where() + "scale is '" + scale.text() + "', but has to be linear or log");
    };
  }

  /** Values between two bounds, the bounds among them. */
  private record Grid(double from, double to, boolean logarithmic) {
    List<String> points(Setting<?> setting, int count) {
      List<String> points = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        double share = (double) i / (count - 1);
        double value = logarithmic ? from * Math.pow(to / from, share) : from + share * (to - from);
        points.add(
            isWhole(setting) ? String.valueOf(Math.round(value)) : PretrainSpace.readable(value));
      }
      return points.stream().distinct().toList();
    }
  }

  private static Axis grid(
      Setting<?> setting, Map<String, YamlEntry> keys, Grid grid, String where) {
    YamlEntry points = keys.get("points");
    if (points == null) {
      throw new UserError(where + "a grid needs to know how many points, as in {.., points: 3}");
    }
    int count;
    try {
      count = Integer.parseInt(points.text());
    } catch (NumberFormatException e) {
      count = 0;
    }
    if (count < 2) {
      throw new UserError(
          where + "points is '" + points.text() + "', but has to be a whole number of at least 2");
    }
    List<String> values = grid.points(setting, count);
    return new Axis(setting, new DiscreteParameterSpace<>(values), grid.logarithmic(), values);
  }

  private static Axis discrete(Setting<?> setting, YamlEntry list, Search search) {
    List<String> values = new ArrayList<>();
    for (String text : list.list()) {
      values.add(normal(setting, text, list.where() + setting));
    }
    if (values.stream().distinct().count() < 2) {
      throw new UserError(
          list.where() + setting + " has fewer than two different values: nothing to search");
    }
    return new Axis(
        setting, new DiscreteParameterSpace<>(values.stream().distinct().toList()), false, values);
  }

  /** A value as this program writes it: yes and true are the same. */
  private static <T> String normal(Setting<T> setting, String text, String origin) {
    return setting.write(setting.read(text, origin));
  }

  private List<Map<String, String>> also() {
    List<Map<String, String>> also = new ArrayList<>();
    if (entries.containsKey("also")) {
      for (List<YamlEntry> section : entries.get("also").sections()) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (YamlEntry entry : section) {
          Setting<?> setting = Settings.SCHEMA.named(entry.key(), entry.where());
          refuse(setting, entry.where());
          settings.put(entry.key(), normal(setting, entry.text(), entry.where() + setting));
        }
        also.add(settings);
      }
    }
    return also;
  }

  private int candidates(Search search) {
    if (search == Search.RANDOM && !entries.containsKey("candidates")) {
      throw new UserError(name + ": a random search needs 'candidates', how many to try");
    }
    return number(
        "candidates",
        Integer.MAX_VALUE,
        Integer::valueOf,
        n -> n >= 1,
        "a whole number of at least 1");
  }

  private Search search() {
    return choice("search", List.of(Search.values()), SweepFile::written, "random");
  }

  private Measure score() {
    return choice("score", Measure.known(), Measure::name, "label-free");
  }

  private Set<Integer> ignored() {
    return Set.copyOf(
        numbers(
            "score-ignored",
            List.of(USUALLY_IGNORED),
            Integer::valueOf,
            "a list of labels, as in [11, 255]"));
  }

  private Reading reading() {
    List<Integer> blocks =
        numbers("score-block", List.of(), Integer::valueOf, "a list of blocks, as in [3, 4]");
    Reading.Part part =
        choice("score-read", List.of(Reading.Part.values()), SweepFile::written, "output");
    List<Double> scales =
        numbers(
            "score-scales",
            Reading.USUAL.scales(),
            Double::valueOf,
            "a list of numbers, as in [0.7, 1, 1.4]");
    try {
      return new Reading(blocks, part, scales);
    } catch (IllegalArgumentException e) {
      throw new UserError(entries.get("score-scales").where() + e.getMessage(), e);
    }
  }

  private <N> List<N> numbers(
      String key, List<N> otherwise, Function<String, N> read, String expected) {
    if (!entries.containsKey(key)) {
      return otherwise;
    }
    YamlEntry entry = entries.get(key);
    try {
      return entry.list().stream().map(read).toList();
    } catch (NumberFormatException e) {
      throw new UserError("%s%s has to be %s".formatted(entry.where(), key, expected), e);
    }
  }

  private <C> C choice(String key, List<C> choices, Function<C, String> name, String otherwise) {
    String wanted = value(key).orElse(otherwise);
    return choices.stream()
        .filter(choice -> name.apply(choice).equals(wanted))
        .findFirst()
        .orElseThrow(
            () -> wrong(key, "one of " + String.join(", ", choices.stream().map(name).toList())));
  }

  private static String written(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  private boolean stopsEarly() {
    return value("stop-early")
        .map(
            text ->
                switch (text) {
                  case "no", "false" -> false;
                  case "yes", "true" -> true;
                  default -> throw wrong("stop-early", "yes or no");
                })
        .orElse(false);
  }

  private Budget budget(Config base) {
    Optional<String> text = value("budget");
    if (text.isEmpty()) {
      Double minutes = base.get(Settings.MINUTES);
      return minutes == null ? Budget.ofConfiguration() : Budget.minutes(minutes);
    }
    if (text.get().endsWith("minutes")) {
      return Budget.minutes(amount("budget", text.get(), "minutes"));
    }
    double steps = amount("budget", text.get(), "steps");
    if (steps != Math.rint(steps) || steps > Integer.MAX_VALUE) {
      throw wrong("budget", "a whole number of steps");
    }
    return Budget.steps((int) steps);
  }

  private double amount(String key, String text, String unit) {
    String[] words = text.split(" +");
    try {
      double amount = Double.parseDouble(words[0]);
      if (words.length == 2 && words[1].equals(unit) && amount > 0) {
        return amount;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw wrong(
        key, key.equals("budget") ? "of the form '200 steps' or '2 minutes'" : "'30 minutes'");
  }

  private <N> N number(
      String key, N otherwise, Function<String, N> read, Predicate<N> fits, String expected) {
    return value(key)
        .map(
            text -> {
              try {
                N number = read.apply(text);
                if (fits.test(number)) {
                  return number;
                }
              } catch (NumberFormatException e) {
                // Said below.
              }
              throw wrong(key, expected);
            })
        .orElse(otherwise);
  }

  private UserError wrong(String key, String expected) {
    YamlEntry entry = entries.get(key);
    return new UserError(
        "%s%s is '%s', but has to be %s".formatted(entry.where(), key, entry.text(), expected));
  }

  private Optional<String> value(String key) {
    return Optional.ofNullable(entries.get(key)).map(YamlEntry::text);
  }

  private List<YamlEntry> section(String key) {
    return entries.containsKey(key) ? entries.get(key).section() : List.of();
  }
}
