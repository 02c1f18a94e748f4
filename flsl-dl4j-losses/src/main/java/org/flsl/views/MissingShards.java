package org.flsl.views;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flsl.views.decode.FileProblem;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Tells which shards of a collection are not there: gaps in their numbers, and what an index beside
 * them (WebDataset's {@code shardlist}) names.
 */
final class MissingShards {

  private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d+)(\\.[^.]*)");

  /** More would be no gap, but numbers that mean something else, such as dates. */
  private static final int LONGEST_GAP = 1000;

  private final Map<Path, Set<String>> namesByFolder;

  MissingShards(List<Path> shards) {
    namesByFolder =
        shards.stream()
            .collect(
                Collectors.groupingBy(
                    shard -> shard.toAbsolutePath().getParent(),
                    Collectors.mapping(
                        shard -> shard.getFileName().toString(), Collectors.toSet())));
  }

  /** A line for each, with its folder. */
  List<String> find() {
    List<String> missing = new ArrayList<>();
    namesByFolder.forEach(
        (folder, names) -> {
          SortedMap<String, String> found = new TreeMap<>();
          gaps(names).forEach(name -> found.put(name, "its number is left out"));
          found.putAll(listed(folder, names));
          found.forEach((name, why) -> missing.add("%s (%s)".formatted(folder.resolve(name), why)));
        });
    return missing;
  }

  private static Set<String> gaps(Set<String> names) {
    SortedMap<String, TreeSet<Integer>> series = new TreeMap<>();
    for (String name : names) {
      Matcher numbered = NUMBERED.matcher(name);
      if (numbered.matches() && numbered.group(2).length() < 10) {
        String format =
            "%s%%0%dd%s"
                .formatted(
                    numbered.group(1).replace("%", "%%"),
                    numbered.group(2).length(),
                    numbered.group(3).replace("%", "%%"));
        series
            .computeIfAbsent(format, s -> new TreeSet<>())
            .add(Integer.valueOf(numbered.group(2)));
      }
    }
    Set<String> gaps = new TreeSet<>();
    series.forEach(
        (format, numbers) -> {
          for (int number = numbers.first(); number < numbers.last(); number++) {
            int next = numbers.ceiling(number);
            if (next - number > LONGEST_GAP) {
              number = next;
            } else if (next != number) {
              gaps.add(format.formatted(number));
            }
          }
        });
    return gaps;
  }

  private static Map<String, String> listed(Path folder, Set<String> names) {
    Map<String, String> missing = new TreeMap<>();
    Path index = folder.resolve(Shard.INDEX);
    if (Files.isRegularFile(index)) {
      try {
        for (JsonNode shard :
            new ObjectMapper().readTree(Files.readString(index)).path("shardlist")) {
          String name = shard.path("url").asText();
          if (!names.contains(name) && !name.contains("/")) {
            missing.put(
                name, "%s lists it, with %s photos".formatted(Shard.INDEX, shard.path("nsamples")));
          }
        }
      } catch (IOException e) {
        missing.put(Shard.INDEX, "it cannot be read: " + FileProblem.explain(e));
      }
    }
    return missing;
  }
}
