package org.flsl.evaluation.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flsl.views.decode.FileProblem;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonLocation;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;

/** A json of COCO's, read piece by piece: annotations of a large set do not fit into memory. */
public final class CocoJson {

  /** Takes what it needs from a file. */
  @FunctionalInterface
  public interface Reader {
    /** Reads from the first token to the last. */
    void read(JsonParser parser) throws IOException;
  }

  /** What a parser quotes, before it goes on about itself. */
  private static final Pattern NO_NUMBER = Pattern.compile("Non-standard token '([^']*)'.*");

  private CocoJson() {}

  /**
   * Opens a file for a reader.
   *
   * @param json makes the parser, and what the reader maps objects with
   * @throws DatasetException if it cannot be read, or is no json
   */
  public static void read(Path file, JsonFactory json, Reader reader) {
    try (InputStream content = Files.newInputStream(file);
        JsonParser parser = json.createParser(content)) {
      reader.read(parser);
    } catch (JsonProcessingException e) {
      throw new DatasetException(
          "%s is not COCO's json (%s%s)".formatted(file, place(e.getLocation()), problem(e)), e);
    } catch (IOException e) {
      throw new DatasetException("Cannot read " + file + ": " + FileProblem.explain(e), e);
    }
  }

  private static String place(JsonLocation place) {
    return place == null
        ? ""
        : "line %d, column %d: ".formatted(place.getLineNr(), place.getColumnNr());
  }

  /** Without what the parser says of itself: its source, and options that nobody can set here. */
  private static String problem(JsonProcessingException e) {
    String found = e.getOriginalMessage().lines().findFirst().orElse("").split(": ")[0];
    if (found.startsWith("Unexpected end-of-input")) {
      return "it ends too early, as files do that were cut off";
    }
    Matcher noNumber = NO_NUMBER.matcher(found);
    return noNumber.matches() ? "%s is no number in json".formatted(noNumber.group(1)) : found;
  }
}
