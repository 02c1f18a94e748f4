package org.flsl.examples.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout;
import org.flsl.layers.weights.VitExport;
import org.flsl.layers.weights.VitImport;
import org.flsl.layers.weights.WeightsFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code flsl inspect}, {@code import} and {@code export}, as a user types them. */
class WeightsCommandsTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("FLSL_RELAUNCHED", "1");

  @TempDir Path folder;
  private ComputationGraph network;
  private Path foreign;
  private Screen screen;

  @BeforeEach
  void somebodysWeights() throws IOException {
    VitConfig vit = VitConfig.builder().width(8).heads(2).depth(1).patch(8).imageSize(32).build();
    network =
        new ComputationGraph(
            VitBackbone.of(vit).standalone(new NeuralNetConfiguration.Builder().seed(1), 32, 32));
    network.init();
    foreign = folder.resolve("vit.safetensors");
    try (OutputStream out = Files.newOutputStream(foreign)) {
      VitExport.of(network, Map.of()).safetensors(Layout.named("timm"), out);
    }
  }

  private int flsl(String... arguments) {
    screen = new Screen(false);
    return Main.run(screen.terminal(), ENVIRONMENT, arguments);
  }

  private void assertSays(String... parts) {
    for (String part : parts) {
      assertTrue(screen.out().contains(part), () -> "no \"" + part + "\" in\n" + screen.out());
    }
  }

  private void assertRefused(int exitCode, String... parts) {
    assertEquals(1, exitCode, screen.out());
    assertEquals(1, screen.err().lines().count(), screen.err());
    for (String part : parts) {
      assertTrue(screen.err().contains(part), () -> "no \"" + part + "\" in " + screen.err());
    }
  }

  @Test
  void whatIsImportedIsABackboneThatTellsWhereItComesFrom() throws IOException {
    Path zip = folder.resolve("new/backbone.zip");
    assertEquals(
        0,
        flsl("import", foreign.toString(), "--out", zip.toString(), "--mean", "0.5,0.5,0.5"),
        () -> screen.err());
    assertSays(
        "layout      timm", "width 8, depth 1, heads 2", "mean 0.5 0.5 0.5, deviation 0.229");
    assertEquals(network.params(), RunResult.read(zip).params());
    assertEquals("vit.safetensors", BackboneFile.provenance(zip).get("imported_from"));
    assertEquals(0.5f, BackboneFile.views(zip).orElseThrow().mean()[1]);
    assertEquals(0.225f, BackboneFile.views(zip).orElseThrow().std()[2]);
    assertEquals(0, flsl("inspect", zip.toString()));
    assertSays(
        "DL4J ComputationGraph", "imported_layout = timm", "block_0/qkvW", "width 8, depth 1");
  }

  @Test
  void whatTheUserSaysOfAFileIsWhatItsBackboneTells() throws IOException {
    Path zip = folder.resolve("backbone.zip");
    assertEquals(
        0,
        flsl("import", foreign.toString(), "--out", zip.toString(), "--heads=4"),
        () -> screen.err());
    assertEquals("4", BackboneFile.provenance(zip).get(BackboneFile.HEADS));
    assertRefused(
        flsl("import", foreign.toString(), "--out", zip.toString(), "--std", "0.2,0,0.2"),
        "--std takes a number above 0 for each of 3 channels");
  }

  @ParameterizedTest
  @ValueSource(strings = {"safetensors", "npz"})
  void whatIsExportedHoldsTheSameNetwork(String format) throws IOException {
    Path zip = folder.resolve("backbone.zip");
    assertEquals(0, flsl("import", foreign.toString(), "--out", zip.toString()));
    assertEquals(0, flsl("export", zip.toString(), "--format", format), () -> screen.err());
    Path exported = folder.resolve("backbone." + format);
    assertEquals(network.params(), VitImport.defaults().read(exported).graph().params());
    try (WeightsFile file = WeightsFile.open(exported)) {
      assertEquals("vit.safetensors", file.notes().get("imported_from"));
      assertEquals("0.485 0.456 0.406", file.notes().get("mean"));
      assertEquals("2", file.notes().get("heads"));
    }
    assertEquals(0, flsl("inspect", exported.toString()));
    assertSays(
        "layout   timm", "blocks.0.attn.qkv.weight   F32 [24, 8]", "made for images of 3x32x32");
  }

  @Test
  void modelsOfOnnxAreWrittenAndInspected() {
    Path onnx = folder.resolve("fixed.onnx");
    assertEquals(
        0,
        flsl("export", foreign.toString(), "--format=onnx", "--size=32x48", "--out=" + onnx),
        () -> screen.err());
    assertEquals(0, flsl("inspect", onnx.toString()));
    assertSays(
        "input image = [batch, 3, 32, 48]", "output tokens = [batch, 24, 8]", "block_0.qkv.weight");
    assertRefused(
        flsl("export", foreign.toString(), "--format=onnx", "--size=33", "--out=" + onnx),
        "do not divide an image of 33 x 33");
    assertEquals(0, flsl("inspect", onnx.toString()), "the old file is still whole");
  }

  @Test
  void aRunIsExportedWithItsSettingsTeacherAndStudent() throws IOException {
    Path run = folder.resolve("run");
    String[] smallest = {
      "pretrain",
      "--out=" + run,
      "--epochs=1",
      "--steps-per-epoch=1",
      "--batch=2",
      "--width=16",
      "--heads=2",
      "--depth=1",
      "--head-hidden=16",
      "--threads=2",
      "--loaders=1"
    };
    assertEquals(0, flsl(smallest), () -> screen.err());
    assertEquals(
        "130 images", BackboneFile.provenance(run.resolve("backbone.zip")).get("trained_on"));
    assertEquals(0, flsl("export", run.toString()), () -> screen.err());
    assertEquals(0, flsl("export", run.toString(), "--student"), () -> screen.err());
    Path teacher = run.resolve("backbone.safetensors");
    Path student = run.resolve("student.safetensors");
    try (WeightsFile file = WeightsFile.open(teacher)) {
      assertEquals("130 images", file.notes().get("trained_on"));
      assertTrue(file.notes().get("settings").contains("batch: 2"));
      assertEquals("0.485 0.456 0.406", file.notes().get("mean"));
    }
    assertEquals(
        RunResult.at(run).backbone().params(), VitImport.defaults().read(teacher).graph().params());
    assertTrue(Files.mismatch(teacher, student) > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "import", "export"})
  void filesThatAreNoWeightsAreOneLine(String command) throws IOException {
    Path text = Files.writeString(folder.resolve("notes.pth"), "no weights");
    Path evil =
        Files.write(
            folder.resolve("evil.pth"),
            "\u0080\2cposix\nsystem\nX\7\0\0\0echo hi\u0085R."
                .getBytes(StandardCharsets.ISO_8859_1));
    Path out = folder.resolve("out.zip");
    List<String> options = command.equals("inspect") ? List.of() : List.of("--out", out.toString());
    for (Path file : List.of(text, evil, folder.resolve("missing.pth"), folder)) {
      String[] arguments =
          Stream.concat(Stream.of(command, file.toString()), options.stream())
              .toArray(String[]::new);
      assertRefused(
          flsl(arguments),
          file.equals(text)
              ? "text file"
              : file.equals(evil)
                  ? "posix.system"
                  : file.equals(folder) ? "folder" : "does not exist");
      assertFalse(Files.exists(out));
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(3, left.count());
    }
  }

  @Test
  void optionsThatAreNoneAreOneLine() {
    String file = foreign.toString();
    String out = "--out=" + folder.resolve("out.zip");
    assertRefused(
        flsl("import", file, out, "--names=nobody"), "no layout \"nobody\"", "torchvision");
    assertRefused(
        flsl("import", file, out, "--mean=1,2"), "--mean takes a number for each of 3 channels");
    assertRefused(flsl("import", file, out, "--image-size=big"), "HEIGHTxWIDTH");
    assertRefused(flsl("import", file, out, "--ignore=("), "--ignore takes a regular expression");
    assertRefused(flsl("import", file, out, "--heads=3"), "3 heads do not divide");
    assertRefused(flsl("import", file, "--out=" + folder), "--out takes a file");
    assertRefused(flsl("export", file), "written over itself");
    assertRefused(flsl("export", file, out, "--names=multihead"), "does not say what to call fc1");
    assertRefused(flsl("export", file, out, "--student"), "--student takes the folder of a run");
    assertFalse(Files.exists(folder.resolve("out.zip")));
  }

  @Test
  void aNetworkOfNoKnownLayoutIsShownBesideWhatWasExpected() {
    int code =
        flsl("import", foreign.toString(), "--names=torchvision", "--out=" + folder.resolve("x"));
    assertRefused(code, "the layout torchvision does not fit", "--names FILE");
    assertSays(
        "conv_proj.weight", "missing", "blocks.0.attn.qkv.weight", "F32 [24, 8]", "no place");
  }

  @Test
  void namesInFilesCannotSteerATerminal() throws IOException {
    byte[] header =
        "{\"a\\u001b[2Jb\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"
            .getBytes(StandardCharsets.UTF_8);
    byte[] file = new byte[8 + header.length];
    file[0] = (byte) header.length;
    System.arraycopy(header, 0, file, 8, header.length);
    Path path = Files.write(folder.resolve("names.safetensors"), file);
    assertEquals(0, flsl("inspect", path.toString()));
    assertSays("a?[2Jb");
    assertFalse(screen.out().contains("\33"));
  }
}
