package org.flsl.scale.spark;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileUtil;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcome.Status;

/**
 * What comes back from an executor.
 *
 * @param files of the run folder by their names; none of a candidate that failed
 */
record TrialResult(Outcome outcome, Map<String, byte[]> files) implements Serializable {

  static TrialResult of(Outcome outcome, Path folder) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    if (outcome.status() == Status.DONE || outcome.status() == Status.STOPPED) {
      List<Path> found;
      try (Stream<Path> all = Files.walk(folder)) {
        found = all.filter(Files::isRegularFile).toList();
      }
      for (Path file : found) {
        files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return new TrialResult(outcome, files);
  }

  /** Makes the run folder, whole or not at all, in place of one that was begun here. */
  void putInto(Path folder) throws IOException {
    if (files.isEmpty()) {
      return;
    }
    Path arriving = folder.resolveSibling(folder.getFileName() + ".arriving");
    FileUtil.fullyDelete(arriving.toFile());
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path target = arriving.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      Files.write(target, file.getValue());
    }
    FileUtil.fullyDelete(folder.toFile());
    Files.move(arriving, folder);
  }
}
