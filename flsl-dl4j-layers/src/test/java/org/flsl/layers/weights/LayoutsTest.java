package org.flsl.layers.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.flsl.layers.vit.Positions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Networks that PyTorch saved under all sorts of names, against the tokens that it computed. */
class LayoutsTest {
  private static final double TOLERANCE = 1e-5;

  static INDArray published(String name) throws IOException {
    try (WeightsFile file = WeightsFile.open(Fixture.file("tokens.npz"))) {
      return file.groups().get("").get(name).array();
    }
  }

  static void assertClose(INDArray expected, INDArray actual) {
    double distance = expected.sub(actual).norm2Number().doubleValue();
    double relative = distance / expected.norm2Number().doubleValue();
    assertTrue(relative < TOLERANCE, () -> "differs by " + relative);
  }

  @ParameterizedTest
  @CsvSource({
    "timm, timm, 0",
    "timm_class_token, timm, 1",
    "dino, dino, 1",
    "deit, deit, 2",
    "dinov2, dinov2, 5",
    "mae, mae, 1",
    "without_bias, timm, 0",
    "torchvision, torchvision, 1",
    "huggingface, huggingface, 1",
    "huggingface-dinov2, huggingface-dinov2, 1",
    "multihead, multihead, 1"
  })
  void tokensEqualThoseOfPyTorch(String file, String layout, int ownTokens) throws IOException {
    ImportedVit vit = VitImport.builder().heads(2).build().read(Fixture.file(file + ".pth"));
    assertEquals(layout, vit.layout().name());
    assertEquals(ownTokens, vit.config().leadingTokens());
    assertEquals(Positions.LEARNED, vit.config().positions());
    assertClose(published(file), vit.graph().outputSingle(published("images")));
  }
}
