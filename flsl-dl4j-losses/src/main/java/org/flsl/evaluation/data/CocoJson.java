package org.flsl.evaluation.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flsl.views.decode.FileProblem;
import org.nd4j.shade.jackson.core.JsonFactory;
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
          "%s is not COCO's json (line %d: %s)"
              .formatted(
                  file,
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new DatasetException("Cannot read " + file + ": " + FileProblem.explain(e), e);
    }
  }
}
