package org.flsl.evaluation.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.flsl.views.decode.ImageDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DavisTest {

  @TempDir Path folder;

  private final Davis davis = new Davis(EvaluationFixtures.path("davis"), "480p");

  @Test
  void listsSequences() {
    assertEquals(
        List.of("square"), davis.listed("2017/val").stream().map(DavisSequence::name).toList());
    assertEquals(
        List.of("single", "square"), davis.all().stream().map(DavisSequence::name).toList());
  }

  @Test
  void readsFramesAndSeveralObjects() {
    DavisSequence square = davis.sequence("square");

    assertEquals(3, square.size());
    assertEquals(32, square.frame(0, new ImageDecoder()).width());
    LabelMask mask = square.annotation(2);
    assertEquals(1, mask.label(12, 8));
    assertEquals(2, mask.label(2, 2));
    assertEquals(0, mask.label(11, 8));
  }

  @Test
  void takesTheWhiteOfBlackAndWhiteMasksForTheObject() {
    LabelMask mask = davis.sequence("single").annotation(1);

    assertEquals(64, BinaryMask.of(mask, label -> label == 1).area());
    assertEquals(1, mask.largest());
  }

  @Test
  void explainsWhatIsMissing() {
    assertMessage("no folder", () -> new Davis(folder, "480p"));
    assertMessage("There is no list", () -> davis.listed("2017/train"));
    assertMessage("sequence dog", () -> davis.sequence("dog"));
  }

  private static void assertMessage(String part, Runnable call) {
    String message = assertThrows(DatasetException.class, call::run).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count(), message);
  }
}
