package org.flsl.examples.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout;
import org.flsl.layers.weights.VitExport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of weights where commands take a run or a backbone. */
class ForeignFilesTest {
  private static final String PANDA = "sample/photos/animals-panda.jpg";

  @TempDir Path folder;
  private Path weights;
  private Screen screen;

  @BeforeEach
  void somebodysWeights() throws IOException {
    VitConfig vit = VitConfig.builder().width(8).heads(2).depth(2).patch(8).imageSize(32).build();
    ComputationGraph network =
        VitBackbone.of(vit).network(new NeuralNetConfiguration.Builder().seed(1), 32, 32);
    weights = folder.resolve("vit.safetensors");
    try (OutputStream out = Files.newOutputStream(weights)) {
      VitExport.of(network, Map.of()).safetensors(Layout.named("timm"), out);
    }
    Files.createDirectory(folder.resolve("photos"));
    Files.copy(Path.of(PANDA), folder.resolve("photos/panda.jpg"));
  }

  private int flsl(String... arguments) {
    screen = new Screen(false);
    return Main.run(screen.terminal(), Map.of("FLSL_RELAUNCHED", "1"), arguments);
  }

  private byte[] features(String network) throws IOException {
    Path out = folder.resolve("features.csv");
    int exit =
        flsl(
            "features",
            network,
            "--images=" + folder.resolve("photos"),
            "--out=" + out,
            "--size=32");
    assertEquals(0, exit, () -> screen.err());
    return Files.readAllBytes(out);
  }

  @Test
  void featuresAreThoseOfTheImportedBackbone() throws IOException {
    Path zip = folder.resolve("backbone.zip");
    assertEquals(0, flsl("import", weights.toString(), "--out=" + zip), () -> screen.err());
    List<String> expected = new ArrayList<>(List.of(new String(features("--backbone=" + zip))));
    assertTrue(screen.err().isEmpty(), screen.err());
    for (String option : List.of("--backbone=", "--run=")) {
      assertEquals(expected, List.of(new String(features(option + weights))));
      assertTrue(screen.err().contains("layout timm"), screen.err());
      assertTrue(screen.err().contains("ImageNet's mean and deviation"), screen.err());
      assertEquals(1, screen.err().lines().count(), screen.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pca", "query --at=20,30", "heads", "clusters", "clusters --untrained"})
  void picturesAreDrawn(String kind) {
    Path picture = folder.resolve("picture.png");
    List<String> arguments = new ArrayList<>(List.of("show"));
    arguments.addAll(List.of(kind.split(" ")));
    arguments.addAll(
        List.of("--run=" + weights, "--output=" + picture, "--size=64", "--images", PANDA));
    assertEquals(0, flsl(arguments.toArray(String[]::new)), () -> screen.err());
    assertTrue(Files.exists(picture));
  }

  @Test
  void whatAFileDoesNotHoldIsOneLine() throws IOException {
    Path picture = folder.resolve("picture.png");
    Path text = Files.writeString(folder.resolve("notes.pth"), "no weights");
    assertEquals(1, flsl("show", "pca", "--run=" + text, "--output=" + picture));
    assertTrue(screen.err().contains("notes.pth: it is a text file"), screen.err());
    assertTrue(screen.err().contains("import " + text + " --out backbone.zip"), screen.err());
    assertEquals(1, screen.err().lines().count(), screen.err());
    String by = "--by=tokens";
    int exit =
        flsl("show", "clusters", by, "--run=" + weights, "--output=" + picture, "--images", PANDA);
    assertEquals(1, exit);
    assertTrue(screen.err().contains("name the folder of a run"), screen.err());
  }
}
