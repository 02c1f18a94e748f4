package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.weights.ImportedVit;
import org.flsl.layers.weights.Layout;
import org.flsl.layers.weights.VitExport;
import org.flsl.layers.weights.VitImport;
import org.flsl.layers.weights.WeightsFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checkpoints of the paper's code. */
class PublishedWeightsTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir Path folder;

  private static Path golden(String name) {
    try {
      return Path.of(PublishedWeightsTest.class.getResource("/golden/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ImportedVit read(Path file, String key) throws IOException {
    return VitImport.builder().heads(3).key(key).build().read(file);
  }

  private static void assertClose(INDArray expected, INDArray actual) {
    double relative = expected.distance2(actual) / expected.norm2Number().doubleValue();
    assertTrue(relative < TOLERANCE, () -> "differs by " + relative);
  }

  @Test
  void tokensOfTheTeacherAreThosePublished() throws IOException {
    ImportedVit vit = read(golden("tiny.npz"), "init/teacher/backbone");
    assertEquals("flsl", vit.layout().name());
    assertEquals(Positions.SINCOS, vit.config().positions());
    assertEquals(0, vit.config().leadingTokens());
    GoldenCase published = new GoldenCase("tiny", DataType.FLOAT);
    assertClose(
        published.array("step0/teacher_tokens"),
        vit.graph().outputSingle(published.array("step0/input/teacher_view")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"teacher", "student"})
  void aCheckpointHoldsTheWeightsOfItsLastStep(String side) throws IOException {
    ImportedVit checkpoint = read(golden("tiny.pth"), side);
    ImportedVit published = read(golden("tiny.npz"), "step3/after/" + side + "/backbone");
    assertEquals(published.graph().params(), checkpoint.graph().params());
  }

  @Test
  void theTeacherIsTakenWhereNothingElseIsSaid() throws IOException {
    ImportedVit teacher = read(golden("tiny.pth"), null);
    assertEquals(read(golden("tiny.pth"), "teacher").graph().params(), teacher.graph().params());
    assertTrue(teacher.remarks().get(0).contains("there is also student"), () -> "" + teacher);
  }

  @Test
  void safetensorsKeepEveryBit() throws IOException {
    ImportedVit vit = read(golden("tiny.pth"), "teacher");
    byte[] first = safetensors(vit);
    Path file = Files.write(folder.resolve("tiny.safetensors"), first);
    ImportedVit again = VitImport.defaults().read(file);
    assertEquals(vit.graph().params(), again.graph().params());
    assertArrayEquals(first, safetensors(again));
    try (WeightsFile theirs = WeightsFile.open(golden("tiny.pth"));
        WeightsFile ours = WeightsFile.open(file)) {
      ours.groups()
          .get("")
          .forEach(
              (name, tensor) -> {
                if (!name.equals("pos_embed")) { // computed, by both
                  var published = theirs.groups().get("teacher").get("backbone." + name);
                  assertArrayEquals(published.floats(), tensor.floats(), name);
                }
              });
    }
  }

  private static byte[] safetensors(ImportedVit vit) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    VitExport.of(vit.graph(), Map.of()).safetensors(Layout.named("timm"), bytes);
    return bytes.toByteArray();
  }
}
