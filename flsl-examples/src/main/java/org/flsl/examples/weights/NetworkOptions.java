package org.flsl.examples.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.layers.weights.Layout;
import org.flsl.layers.weights.VitImport;
import picocli.CommandLine.Option;

/** What a file of weights cannot tell about the network in it. */
final class NetworkOptions {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5}))?");

  /** Whether class, distillation and register tokens stay. */
  enum ClassToken {
    KEEP,
    DROP
  }

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Which of several networks in the file, such as student. Default: the teacher.")
  private String key;

  @Option(
      names = "--names",
      paramLabel = "LAYOUT|FILE",
      description =
          "What the tensors are called: a known layout, or a YAML file with a mapping of your own"
              + " (docs/interoperability.md). Default: the first known layout that fits.")
  private String names;

  @Option(
      names = "--heads",
      paramLabel = "N",
      description = "Attention heads. Default: as published for the width.")
  private int heads;

  @Option(
      names = "--image-size",
      paramLabel = "HEIGHTxWIDTH",
      description = "Images that the positions were made for. Default: square ones.")
  private String imageSize;

  @Option(
      names = "--norm-eps",
      paramLabel = "EPS",
      description = "What layer norms add to the variance. Default: as usual for the layout.")
  private double normEps;

  @Option(
      names = "--class-token",
      description =
          "Class, distillation and register tokens: ${COMPLETION-CANDIDATES}. Default:"
              + " ${DEFAULT-VALUE}")
  private ClassToken classToken = ClassToken.KEEP;

  @Option(
      names = "--ignore",
      paramLabel = "REGEX",
      description = "Tensors that are none of the network's, such as a head of your own.")
  private List<String> ignore = List.of();

  /** Reads files with what was said. */
  VitImport importer() {
    VitImport.Builder builder =
        VitImport.builder()
            .key(key)
            .heads(heads)
            .normEps(normEps)
            .keepTokens(classToken == ClassToken.KEEP)
            .ignore(checked(ignore))
            .layout(names == null ? null : layout(names));
    if (imageSize != null) {
      int[] size = size(imageSize);
      builder.imageSize(size[0], size[1]);
    }
    return builder.build();
  }

  private static List<String> checked(List<String> patterns) {
    for (String pattern : patterns) {
      try {
        Pattern.compile(pattern);
      } catch (PatternSyntaxException e) {
        throw new UserError(
            "--ignore takes a regular expression, and %s is none: %s"
                .formatted(pattern, e.getDescription()),
            e);
      }
    }
    return patterns;
  }

  /** A known layout, or the mapping in a file. */
  static Layout layout(String names) {
    Path file = Path.of(names);
    try {
      return Files.isRegularFile(file) ? Layout.read(file) : Layout.named(names);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + Problems.explain(e), e);
    }
  }

  /** Height and width. */
  static int[] size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new UserError("a size is HEIGHTxWIDTH or one number for squares, got " + text);
    }
    int height = Integer.parseInt(matcher.group(1));
    return new int[] {
      height, matcher.group(2) == null ? height : Integer.parseInt(matcher.group(2))
    };
  }
}
