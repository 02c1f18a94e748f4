package org.flsl.examples.settings;

import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.views.FileNames;

/**
 * What values a setting takes: how they are read and written as text, and named in help and errors.
 *
 * @param label stands for the value in help, such as {@code N}
 * @param expects says in an error what was expected
 * @param reader from text to value; empty where the text is not such a value
 * @param writer from value to text that the reader understands
 */
public record Kind<T>(
    String label,
    String expects,
    Function<String, Optional<T>> reader,
    Function<T, String> writer) {
  private static final String NONE = "none";

  /** Whole numbers, both ends included. */
  public static Kind<Integer> whole(int smallest, int largest) {
    return new Kind<>(
        "N",
        "a whole number from %d to %d".formatted(smallest, largest),
        text -> number(text, Integer::valueOf).filter(n -> n >= smallest && n <= largest),
        String::valueOf);
  }

  /** Whole numbers from the smallest on. */
  public static Kind<Integer> whole(int smallest) {
    return new Kind<>(
        "N",
        "a whole number of at least " + smallest,
        text -> number(text, Integer::valueOf).filter(n -> n >= smallest),
        String::valueOf);
  }

  /** Seeds: any whole number but 0. */
  public static Kind<Long> seed() {
    // ND4J takes 0 as a wish for the clock's time.
    return new Kind<>(
        "N",
        "a whole number other than 0, from %d to %d".formatted(Long.MIN_VALUE, Long.MAX_VALUE),
        text -> number(text, Long::valueOf).filter(n -> n != 0),
        String::valueOf);
  }

  /** Numbers between two, those included. */
  public static Kind<Double> number(double smallest, double largest) {
    return new Kind<>(
        "X",
        "a number " + bounds(smallest, largest),
        text -> number(text, Double::valueOf).filter(x -> smallest <= x && x <= largest),
        Kind::decimal);
  }

  /** Numbers with commas between them. */
  public static Kind<List<Double>> numbers(double smallest, double largest) {
    return list(
        number(smallest, largest),
        "numbers with commas between them, as in 0.5,0.4,0.4, each " + bounds(smallest, largest));
  }

  /** Labels of masks with commas between them; none is a list without any. */
  public static Kind<List<Integer>> labels() {
    Kind<List<Integer>> some =
        list(whole(0), "labels with commas between them, as in 11,255, or " + NONE);
    return new Kind<>(
        some.label(),
        some.expects(),
        text -> text.equals(NONE) ? Optional.of(List.of()) : some.reader().apply(text),
        labels -> labels.isEmpty() ? NONE : some.writer().apply(labels));
  }

  /** Some of these, by their names with commas between them. */
  public static <T> Kind<List<T>> named(List<T> choices) {
    String names = choices.stream().map(String::valueOf).collect(Collectors.joining(", "));
    Kind<T> one =
        new Kind<>(
            "NAME",
            names,
            text ->
                choices.stream()
                    .filter(choice -> choice.toString().equals(text.strip()))
                    .findFirst(),
            String::valueOf);
    return list(one, "names with commas between them, of " + names);
  }

  /** Values with commas between them. */
  private static <T> Kind<List<T>> list(Kind<T> one, String expects) {
    return new Kind<>(
        one.label() + ",…",
        expects,
        text -> {
          // YAML writes [a, b], which comes as a..b
          List<Optional<T>> values =
              Arrays.stream(text.split(",|\\.\\.", -1)).map(one.reader()).toList();
          return values.stream().allMatch(Optional::isPresent)
              ? Optional.of(values.stream().map(Optional::get).toList())
              : Optional.empty();
        },
        values -> values.stream().map(one.writer()).collect(Collectors.joining(",")));
  }

  /** One number, or two that something goes from and to, each between two others. */
  public static Kind<Span> span(double smallest, double largest) {
    return new Kind<>(
        "A..B",
        "a number or two, as in 0.1..0.5, each " + bounds(smallest, largest),
        text -> span(text, smallest, largest),
        span ->
            span.constant()
                ? decimal(span.from())
                : decimal(span.from()) + ".." + decimal(span.to()));
  }

  /** Two numbers between which something is chosen. */
  public static Kind<Span> range(double smallest, double largest) {
    Kind<Span> span = span(smallest, largest);
    return new Kind<>(
        span.label(),
        span.expects() + ", the smaller one first",
        text -> span.reader().apply(text).filter(range -> range.from() <= range.to()),
        span.writer());
  }

  /** Yes or no, in any of the ways that YAML has for them. */
  public static Kind<Boolean> yesOrNo() {
    return new Kind<>(
        "yes|no",
        "yes or no",
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "yes", "true", "on" -> Optional.of(true);
              case "no", "false", "off" -> Optional.of(false);
              default -> Optional.empty();
            },
        yes -> yes ? "yes" : "no");
  }

  /** One of the constants of an enumeration, in any case. */
  public static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
    return choice(List.of(type.getEnumConstants()), Enum::name);
  }

  /** One of several, each by its name, in any case. */
  public static <T> Kind<T> choice(List<? extends T> all, Function<T, String> name) {
    Function<T, String> lower = one -> name.apply(one).toLowerCase(Locale.ROOT);
    String names = all.stream().map(lower).collect(Collectors.joining("|"));
    return new Kind<>(
        names,
        "one of " + names.replace("|", ", "),
        text ->
            all.stream()
                .<T>map(one -> one)
                .filter(one -> lower.apply(one).equals(text.toLowerCase(Locale.ROOT)))
                .findFirst(),
        lower);
  }

  /** Any name. */
  public static Kind<String> name(String label) {
    return new Kind<>(
        label,
        "a name",
        text -> Optional.of(text.strip()).filter(name -> !name.isEmpty()),
        Function.identity());
  }

  /** Height and width of images; one number for squares. */
  public static Kind<ImageSize> size() {
    Kind<Integer> side = whole(1);
    return new Kind<>(
        "HxW",
        "height x width in pixels such as 240x320, or one number for squares",
        text -> {
          String[] sides = text.split("x", 2);
          return side.reader()
              .apply(sides[0])
              .flatMap(
                  height ->
                      side.reader()
                          .apply(sides[sides.length - 1])
                          .map(width -> new ImageSize(height, width)));
        },
        size -> size.height() + "x" + size.width());
  }

  /** A file or folder, which need not exist. */
  public static Kind<Path> path(String label) {
    return new Kind<>(
        label,
        "the name of a file or folder",
        text -> {
          try {
            return text.isBlank() ? Optional.empty() : Optional.of(FileNames.path(text));
          } catch (InvalidPathException e) {
            return Optional.empty();
          }
        },
        FileNames::text);
  }

  private static <N> Optional<N> number(String text, Function<String, N> read) {
    try {
      return Optional.of(read.apply(text.strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Span> span(String text, double smallest, double largest) {
    Kind<Double> one = number(smallest, largest);
    String[] parts = text.split("\\.\\.", -1);
    if (parts.length > 2) {
      return Optional.empty();
    }
    Optional<Double> from = one.reader().apply(parts[0]);
    Optional<Double> to = one.reader().apply(parts[parts.length - 1]);
    return from.isPresent() && to.isPresent()
        ? Optional.of(new Span(from.get(), to.get()))
        : Optional.empty();
  }

  private static String bounds(double smallest, double largest) {
    if (smallest == -Double.MAX_VALUE) {
      return "of any size";
    }
    String above =
        smallest == Double.MIN_NORMAL ? "greater than 0" : "of at least " + decimal(smallest);
    return largest == Double.MAX_VALUE ? above : above + " and at most " + decimal(largest);
  }

  private static String decimal(double x) {
    return BigDecimal.valueOf(x).stripTrailingZeros().toPlainString();
  }
}
