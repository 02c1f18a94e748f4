package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout;
import org.flsl.layers.weights.VitExport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code flsl pretrain --init}, as a user types it. */
class InitTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("FLSL_RELAUNCHED", "1");

  @TempDir Path folder;
  private ComputationGraph network;
  private Path weights;
  private Screen screen;

  @BeforeEach
  void somebodysWeights() throws IOException {
    VitConfig vit =
        VitConfig.builder()
            .width(8)
            .heads(2)
            .depth(2)
            .patch(8)
            .imageSize(48)
            .positions(Positions.LEARNED)
            .normEps(1e-5)
            .build();
    network = VitBackbone.of(vit).network(new NeuralNetConfiguration.Builder().seed(1), 48, 48);
    weights = folder.resolve("vit.safetensors");
    try (OutputStream out = Files.newOutputStream(weights)) {
      VitExport.of(
              network, Map.of(BackboneFile.MEAN, "0.5 0.4 0.3", BackboneFile.STD, "0.2 0.2 0.2"))
          .safetensors(Layout.named("timm"), out);
    }
  }

  private int pretrain(String... arguments) {
    screen = new Screen(false);
    List<String> all = new ArrayList<>(List.of("pretrain"));
    all.addAll(List.of(arguments));
    return Main.run(screen.terminal(), ENVIRONMENT, all.toArray(String[]::new));
  }

  private int begin(String run, String... more) {
    return begin(run, weights, more);
  }

  private int begin(String run, Path init, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--init=" + init,
                "--out=" + folder.resolve(run),
                "--epochs=1",
                "--steps-per-epoch=2",
                "--batch=2",
                "--head-hidden=16",
                "--global-size=32",
                "--local-size=16",
                "--global-window=2",
                "--threads=1",
                "--loaders=1"));
    all.addAll(List.of(more));
    return pretrain(all.toArray(String[]::new));
  }

  /** As numbers, since arrays are equal to ND4J when they are about so. */
  private static List<Double> params(ComputationGraph graph, String vertex) {
    return Arrays.stream(graph.getVertex(vertex).params().toDoubleVector()).boxed().toList();
  }

  private void assertRefused(int exitCode, String... parts) {
    assertEquals(1, exitCode, screen.out());
    assertEquals(1, screen.err().lines().count(), screen.err());
    for (String part : parts) {
      assertTrue(screen.err().contains(part), () -> "no \"" + part + "\" in " + screen.err());
    }
  }

  @Test
  void theNetworkAndItsWeightsAreThoseOfTheFileAndAResumeNeedsItNoMore() throws IOException {
    assertEquals(0, begin("run", "--freeze-blocks=1", "--layer-decay=0.5"), () -> screen.err());
    for (String said :
        List.of(
            "init        the layout timm, ViT of depth 2, width 8, heads 2, patch 8",
            "used: ",
            "anew: projection head, prototypes",
            "positions of 6 x 6 patches, resampled",
            "as it tells, by mean 0.5 0.4 0.3")) {
      assertTrue(screen.out().contains(said), () -> said + " is not in " + screen.out());
    }
    Path run = folder.resolve("run");
    ComputationGraph trained = RunResult.at(run).backbone();
    assertEquals(params(network, "block_0"), params(trained, "block_0"));
    assertEquals(params(network, "patchEmbedding"), params(trained, "patchEmbedding"));
    assertNotEquals(params(network, "block_1"), params(trained, "block_1"));
    assertEquals(
        VitBackbone.in(network.getConfiguration()).config(),
        VitBackbone.in(trained.getConfiguration()).config());
    Map<String, String> provenance = BackboneFile.provenance(run.resolve("backbone.zip"));
    assertEquals("vit.safetensors", provenance.get("began_with"));
    assertEquals("0.5 0.4 0.3", provenance.get(BackboneFile.MEAN));
    String config = Files.readString(run.resolve("config.yaml"));
    for (String line :
        List.of("init: " + weights, "norm-eps: 0.00001", "position-size: 48x48", "width: 8")) {
      assertTrue(config.contains(line), () -> line + " is not in " + config);
    }
    // A backbone.zip and a run's folder are weights, too.
    for (Path again : List.of(run, run.resolve("backbone.zip"))) {
      assertEquals(0, begin("from-" + again.getFileName(), again), () -> screen.err());
    }
    Files.delete(weights);
    assertEquals(0, pretrain("--resume", run.toString(), "--epochs=2"), () -> screen.err());
    assertRefused(
        pretrain("--resume", run.toString(), "--init=" + weights), "--init cannot be changed");
  }

  @Test
  void aRecipeThatChangesCoordinatesTrainsANetworkWithoutThem() throws IOException {
    assertEquals(0, begin("run", "--config=content"), () -> screen.err());
    assertTrue(screen.out().contains("learned, so never shifted"), screen.out());
    String config = Files.readString(folder.resolve("run").resolve("config.yaml"));
    assertTrue(config.contains("position-jitter: 0\n"), config);
  }

  @ParameterizedTest
  @CsvSource({
    "width, 16, width 8",
    "depth, 12, depth 2",
    "patch, 16, patch 8",
    "channels, 1, channels 3",
    "heads, 4, heads 2",
    "positions, sincos, positions learned",
    "position-jitter, 1, position-jitter 0",
    "mlp-ratio, 2, mlp-ratio 4",
    "arch, base, width 8"
  })
  void whatContradictsTheFileIsRefusedByName(String flag, String value, String has) {
    assertRefused(
        begin("run", "--" + flag + "=" + value), "--" + flag + " " + value + " contradicts", has);
    assertFalse(Files.exists(folder.resolve("run")));
  }

  @Test
  void whatIsNoNetworkOrDoesNotFitIsOneLine() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.pth"), "no weights");
    assertRefused(pretrain("--init=" + text), "notes.pth", "text file");
    assertRefused(pretrain("--init=" + folder.resolve("missing.pth")), "does not exist");
    assertRefused(begin("run", "--freeze-blocks=3"), "3 blocks", "it has 2");
    assertRefused(begin("run", "--layer-decay=1.5"), "--layer-decay");
    assertRefused(pretrain("--init=" + weights, "--global-size=30"), "do not divide");
    assertFalse(Files.exists(folder.resolve("run")));
  }
}
